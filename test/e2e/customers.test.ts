import { randomUUID } from 'node:crypto';
import { expectStatus, type Client } from './client.js';
import { Issuer } from './issuer.js';
import { picture } from './pictures.js';
import { routes } from './routes.js';
import { freshFolder, removeFolder, Service } from './service-under-test.js';

const customerScopes = ['credits:read', 'videos:read', 'videos:create'];

describe('Customers', () => {
  const folder = freshFolder();
  let issuer: Issuer;
  let service: Service;
  let staff: Client;
  let own: Client;
  let artworkId: string;
  let foreignArtwork: string;
  let foreignVideo: string;

  beforeAll(async () => {
    issuer = await Issuer.start();
    service = await Service.start(folder, issuer.environment);
    staff = service.client;
    own = staff.as(await issuer.token('a-1'));
    foreignArtwork = await staff.artwork('a-2', await picture());
    artworkId = await staff.artwork('a-1', await picture());
    for (const account of ['a-1', 'a-2']) await staff.grant(account, 3);
    foreignVideo = expectStatus(201, await staff.createVideo('a-2', foreignArtwork)).video.videoId;
  });
  afterAll(async () => {
    await service.finish();
    await issuer.stop();
  });

  it('get 503 while their issuer cannot be asked, and come in when it can; keys are not concerned', async () => {
    issuer.up = false;
    const away = await own.get('/v1/accounts/a-1/credits');
    expect([away.status, away.body.code, away.headers.get('retry-after')]).toEqual([503, 'store-unavailable', '2']);
    expect((await staff.get('/v1/accounts/a-1/credits')).status).toBe(200);
    issuer.up = true;
    expect(await own.credits('a-1')).toMatchObject({ accountId: 'a-1', available: 3 });
  });

  it('do all that is theirs', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), 'mine.png');
    const uploaded = expectStatus(201, await own.ask<{ artworkId: string }>('POST', '/v1/artworks', { body: form }));
    const { video } = expectStatus(201, await own.createVideo('a-1', uploaded.artworkId));
    expect(await own.video(video.videoId)).toMatchObject({ accountId: 'a-1', status: 'queued' });
    expect(await own.all('/v1/videos?accountId=a-1')).toHaveLength(1);
    expect((await own.get(`/v1/videos/${video.videoId}/download`)).body.code).toBe('not-ready');
    expectStatus(200, await own.post(`/v1/videos/${video.videoId}/cancel`));
    expect((await own.ledger('a-1')).map(({ type }) => type)).toContain('credits.returned');
    expect(expectStatus(200, await own.get<{ items: unknown[] }>('/v1/rooms')).items.length).toBeGreaterThan(0);
    expect((await own.get('/v1/plans')).status).toBe(200);
    expect(await own.get('/v1/session')).toMatchObject({
      status: 200,
      body: { kind: 'customer', name: 'a-1', accountId: 'a-1', scopes: customerScopes, sandbox: true, expiresAt: expect.any(String) },
    });
  });

  it('are recorded as customers', async () => {
    const { video } = expectStatus(201, await own.createVideo('a-1', artworkId, 'the-same-key'));
    // The account and the command, not the caller, are what a request key belongs to.
    const again = await staff.createVideo('a-1', artworkId, 'the-same-key');
    expect([again.status, again.headers.get('idempotent-replayed'), again.body.video.videoId]).toEqual([201, 'true', video.videoId]);
  });

  it('find nothing of another account, by whichever route, and nothing is written', async () => {
    const before = [await staff.credits('a-2'), await staff.ledger('a-2'), await staff.all('/v1/videos?accountId=a-2')];
    for (const { method, path, scope, forStaff } of routes) {
      const theirs = path.replace('a-1', 'a-2').replace('/videos/none', `/videos/${foreignVideo}`);
      const body = path === '/v1/videos' ? { accountId: 'a-2', roomId: 'living-room', artworkId: foreignArtwork } : await foreignForm(path);
      const answered = await own.ask(method, theirs, { key: randomUUID(), ...(body === undefined ? {} : { body }) });
      const cell = `${method} ${theirs}`;
      const expected = customerScopes.includes(scope) && !forStaff ? [404] : [403];
      expect([cell, answered.status]).toEqual([cell, ...expected]);
    }
    expect([await staff.credits('a-2'), await staff.ledger('a-2'), await staff.all('/v1/videos?accountId=a-2')]).toEqual(before);
  });

  async function foreignForm(path: string): Promise<FormData | undefined> {
    if (path !== '/v1/artworks') return undefined;
    const form = new FormData();
    form.set('accountId', 'a-2');
    form.set('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), 'theirs.png');
    return form;
  }

  it('cannot tell what is another’s from what never was', async () => {
    const instance = (answered: { readonly status: number; readonly body: object }) => ({ ...answered.body, instance: '' });
    const never = `${'A'.repeat(22)}.a-1`;
    expect(instance(await own.get(`/v1/videos/${foreignVideo}`))).toEqual(instance(await own.get(`/v1/videos/${never}`)));
    expect(instance(await own.get('/v1/accounts/a-2/credits'))).toEqual(instance(await own.get('/v1/accounts/nobody/credits')));
    expect(instance(await own.createVideo('a-1', foreignArtwork))).toEqual(instance(await own.createVideo('a-1', 'never-uploaded')));
    expect((await own.createVideo('a-1', foreignArtwork)).body.code).toBe('unknown-artwork');
  });

  it('are refused for whose it is before it is looked at for its shape, and for its shape where it is their own', async () => {
    const order = (body: object) => own.post('/v1/videos', body, { key: randomUUID() });
    expect((await order({ accountId: 'a-2', more: 1 })).status).toBe(404);
    expect((await order({ accountId: 'a-1', more: 1 })).status).toBe(400);
    for (const accountId of [['a-1'], 7, null, undefined]) expect((await order({ accountId, roomId: 'r', artworkId })).status).toBe(400);
    expect((await own.get('/v1/videos')).status).toBe(400);
    expect((await own.get('/v1/videos?accountId=a-1&accountId=a-2')).status).toBe(400);
    expect((await own.get('/v1/accounts/a-2/credits?nonsense=1')).status).toBe(404);
  });

  it.each<[string, () => Promise<string>]>([
    ['whose token ended', () => issuer.token('a-1', { exp: 1_700_000_000 })],
    ['of another issuer', () => issuer.token('a-1', { iss: 'https://other.example' })],
    ['of another service', () => issuer.token('a-1', { aud: 'other' })],
    ['without an account', () => issuer.token(undefined)],
    ['of what is no account', () => issuer.token('two words')],
  ])('%s are nobody', async (_what, token) => {
    const answered = await staff.as(await token()).get('/v1/accounts/a-1/credits');
    expect([answered.status, answered.body.code]).toEqual([401, 'unauthenticated']);
  });

  it('get no session for a token that has ended, however far clocks may be apart', async () => {
    const ended = staff.as(await issuer.token('a-1', { exp: Math.floor(Date.now() / 1_000) - 10 }));
    expect((await ended.get('/v1/session')).status).toBe(200);
    const refused = await ended.post('/v1/session');
    expect([refused.status, refused.body.code, refused.headers.get('set-cookie')]).toEqual([401, 'unauthenticated', null]);
  });

  it('are made in a sandbox, by staff, with one call', async () => {
    const made = expectStatus(
      201,
      await staff.post<{ token: string; expiresAt: string }>('/v1/sandbox/customer-tokens', { accountId: 'a-9' }),
    );
    expect(Date.parse(made.expiresAt)).toBeGreaterThan(Date.now());
    const customer = staff.as(made.token);
    expect(await customer.credits('a-9')).toMatchObject({ accountId: 'a-9', status: 'none' });
    expect((await customer.get('/v1/accounts/a-1/credits')).status).toBe(404);
    expect((await customer.post('/v1/sandbox/customer-tokens', { accountId: 'a-1' })).status).toBe(403);
  });
});

describe('Outside of the sandbox', () => {
  it('no customer is made up, and a token from a sandbox with the same key opens nothing', async () => {
    const [sandboxFolder, folder] = [freshFolder(), freshFolder()];
    const key = { URL_SIGNING_KEY: 'a-signing-key-that-both-of-them-have' };
    const sandbox = await Service.start(sandboxFolder, key);
    const { token } = expectStatus(201, await sandbox.client.post<{ token: string }>('/v1/sandbox/customer-tokens', { accountId: 'a-1' }));
    expect((await sandbox.client.as(token).get('/v1/accounts/a-1/credits')).status).toBe(200);
    await sandbox.finish();
    const service = await Service.start(folder, { ...key, SANDBOX: 'false' });
    expect((await service.client.as(token).get('/v1/accounts/a-1/credits')).status).toBe(401);
    expect((await service.client.post('/v1/sandbox/customer-tokens', { accountId: 'a-1' })).status).toBe(404);
    await service.finish();
  });

  it('half of an issuer is refused at start, in words', async () => {
    const folder = freshFolder();
    const refused = await Service.refused(folder, { JWT_ISSUER: 'https://shop.example' });
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL must be set together');
    removeFolder(folder);
  });
});
