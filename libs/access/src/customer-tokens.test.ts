import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isEngineUnavailable, systemMachineClock } from '#event-sourcing';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { CustomerTokens, publishedKeys } from './customer-tokens.js';

const issuer = 'https://id.example';
const audience = 'video-credits';
const now = Math.floor(systemMachineClock.now() / 1_000);
const right: JWTPayload = { iss: issuer, aud: audience, sub: 'a-1', exp: now + 600 };

const pairs = {
  RS256: await generateKeyPair('RS256', { extractable: true }),
  ES256: await generateKeyPair('ES256', { extractable: true }),
  EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
};
type Algorithm = keyof typeof pairs;

/** The issuer's keys by HTTP, as it might answer. */
class KeyServer {
  answer: { status: number; body: string } | 'silence' = { status: 200, body: '{}' };
  asked = 0;
  private readonly server: Server = createServer((_request, response) => {
    this.asked += 1;
    if (this.answer === 'silence') response.destroy();
    else response.writeHead(this.answer.status, { 'content-type': 'application/json' }).end(this.answer.body);
  });

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(closed));
  }
}

describe('customer tokens', () => {
  const server = new KeyServer();
  let url: string;
  const keys: JWK[] = [];
  const open = (accountClaim = 'sub') =>
    new CustomerTokens({ issuer, audience, accountClaim, keys: publishedKeys(url), clock: systemMachineClock });
  const signed = (claims: JWTPayload, alg: Algorithm = 'ES256', kid: string = alg) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(pairs[alg].privateKey);

  beforeAll(async () => {
    url = await server.start();
    for (const [alg, { publicKey }] of Object.entries(pairs)) keys.push({ ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' });
  });
  beforeEach(() => {
    server.answer = { status: 200, body: JSON.stringify({ keys }) };
    server.asked = 0;
  });
  afterAll(() => server.stop());

  it.each<Algorithm>(['RS256', 'ES256', 'EdDSA'])('signed with %s say whose they are and until when', async (alg) => {
    expect(await open().authenticate(await signed(right, alg))).toEqual({
      keyName: 'customer',
      accountId: 'a-1',
      scopes: new Set(['credits:read', 'videos:read', 'videos:create']),
      expiresAt: (now + 600) * 1_000,
    });
  });

  it.each([253_402_300_800, 8_640_000_000_001, 1e300, 1e308])(
    'that end in %d s end at the latest with the last instant that can be written',
    async (exp) => {
      expect(await open().authenticate(await signed({ ...right, exp }))).toMatchObject({ expiresAt: Date.UTC(10_000, 0, 1) - 1 });
    },
  );

  it('name the account by the claim that was chosen', async () => {
    const claim = 'https://id.example/account';
    const tokens = open(claim);
    expect(await tokens.authenticate(await signed({ ...right, [claim]: 'a-7' }))).toMatchObject({ accountId: 'a-7' });
    expect(await tokens.authenticate(await signed(right))).toBeUndefined();
  });

  it('fetch the keys once, not for each', async () => {
    const tokens = open();
    for (const alg of ['RS256', 'ES256', 'ES256'] as const) expect(await tokens.authenticate(await signed(right, alg))).toBeDefined();
    expect(server.asked).toBe(1);
  });

  const { iss: _iss, ...withoutIssuer } = right;
  const { aud: _aud, ...withoutAudience } = right;
  const { exp: _exp, ...withoutEnd } = right;
  const { sub: _sub, ...withoutAccount } = right;
  it.each<[string, JWTPayload]>([
    ['of another issuer', { ...right, iss: 'https://id.example.evil' }],
    ['without an issuer', withoutIssuer],
    ['for somebody else', { ...right, aud: 'another-service' }],
    ['for nobody', withoutAudience],
    ['that ended', { ...right, exp: now - 60 }],
    ['that never ends', withoutEnd],
    ['that begins later', { ...right, nbf: now + 60 }],
    ['without an account', withoutAccount],
    ['for what is no account', { ...right, sub: 'two words' }],
    ['for the account of an empty name', { ...right, sub: '' }],
    ['for a very long account', { ...right, sub: 'x'.repeat(129) }],
  ])('%s are nobody’s', async (_what, claims) => {
    expect(await open().authenticate(await signed(claims))).toBeUndefined();
  });

  it('for an account that is no text are nobody’s', async () => {
    const tokens = open('account');
    for (const account of [7, ['a-1'], { id: 'a-1' }, null, true])
      expect(await tokens.authenticate(await signed({ ...right, account }))).toBeUndefined();
  });

  it('may be some seconds off, for clocks are', async () => {
    expect(await open().authenticate(await signed({ ...right, exp: now - 10, nbf: now + 10 }))).toBeDefined();
  });

  it('are not taken on their own word: no signature, a shared secret, our public key as one', async () => {
    const tokens = open();
    const none = new UnsecuredJWT(right).encode();
    const spki = Buffer.from(await exportSPKI(pairs.RS256.publicKey));
    const withPublicKey = await new SignJWT(right).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(spki);
    const withSecret = await new SignJWT(right).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 7));
    const own = await generateKeyPair('ES256', { extractable: true });
    const broughtAlong = await new SignJWT(right)
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256', jwk: await exportJWK(own.publicKey) })
      .sign(own.privateKey);
    const otherAlgorithm = await new SignJWT(right)
      .setProtectedHeader({ alg: 'PS256', kid: 'RS256' })
      .sign((await generateKeyPair('PS256')).privateKey);
    for (const token of [none, `${none}AAAA`, withPublicKey, withSecret, broughtAlong, otherAlgorithm])
      expect(await tokens.authenticate(token)).toBeUndefined();
  });

  it('changed after signing, or signed by a key that is not published, are nobody’s', async () => {
    const tokens = open();
    const token = await signed(right);
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...right, sub: 'a-2' })).toString('base64url');
    expect(await tokens.authenticate(`${header}.${claims}.${signature}`)).toBeUndefined();
    expect(await tokens.authenticate(await signed(right, 'ES256', 'unknown'))).toBeUndefined();
    expect(await tokens.authenticate(await signed(right, 'ES256', 'RS256'))).toBeUndefined();
  });

  it('that are too long, or no tokens, cost no fetch', async () => {
    const tokens = open();
    const long = await signed({ ...right, more: 'x'.repeat(8_000) });
    const other = await signed({ ...right, iss: 'https://elsewhere.example' });
    for (const token of [long, other, '', 'a.b.c', 'vc_staff_x', 'eyJhbGciOiJub25lIn0.e30.', `${'x'.repeat(100)}.e30.x`])
      expect(await tokens.authenticate(token)).toBeUndefined();
    expect(server.asked).toBe(0);
  });

  it.each<[string, KeyServer['answer']]>([
    ['does not answer', 'silence'],
    ['refuses', { status: 500, body: 'broken' }],
    ['sends us elsewhere', { status: 302, body: '' }],
    ['answers no JSON', { status: 200, body: '<html>' }],
    ['answers no keys', { status: 200, body: '{"keys":7}' }],
  ])('cannot be told while the issuer %s, and can again afterwards', async (_what, answer) => {
    const tokens = open();
    const token = await signed(right);
    server.answer = answer;
    const refused: unknown = await Promise.resolve(tokens.authenticate(token)).catch((error: unknown) => error);
    expect(isEngineUnavailable(refused)).toBe(true);
    server.answer = { status: 200, body: JSON.stringify({ keys }) };
    expect(await tokens.authenticate(token)).toMatchObject({ accountId: 'a-1' });
  });
});
