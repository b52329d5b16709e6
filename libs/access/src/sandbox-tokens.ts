import { createECDH, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { MachineClock } from '#event-sourcing';
import { SignJWT } from 'jose';
import { CustomerTokens } from './customer-tokens.js';
import type { Authenticator, Identity } from './scopes.js';

const issuer = 'video-credits-sandbox';
const audience = 'video-credits';

/** How long a token lives, in milliseconds: a day's work at the sandbox. */
const lifetimeMs = 12 * 3_600_000;

/** Real customer tokens without an issuer of one's own, for the sandbox alone. Every process with the same signing key takes what another made. */
export class SandboxTokens implements Authenticator {
  private readonly key: KeyObject;
  private readonly tokens: CustomerTokens;

  constructor(
    signingKey: string,
    private readonly clock: MachineClock,
  ) {
    this.key = keyFrom(signingKey);
    const publicKey = createPublicKey(this.key);
    this.tokens = new CustomerTokens({ issuer, audience, accountClaim: 'sub', keys: async () => publicKey, clock });
  }

  authenticate(token: string): Promise<Identity | undefined> | undefined {
    return this.tokens.authenticate(token);
  }

  /** A token for one account; `expiresAt` in milliseconds since the epoch. */
  async issue(accountId: string): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const now = Math.floor(this.clock.now() / 1_000);
    const exp = now + lifetimeMs / 1_000;
    const token = await new SignJWT({ iss: issuer, aud: audience, sub: accountId, iat: now, exp })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .sign(this.key);
    return { token, expiresAt: exp * 1_000 };
  }
}

/** The order of the curve P-256 (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A P-256 key that follows from the secret. 48 bytes are reduced to 32, so that no key is likelier than another (FIPS 186-5, A.2.1). */
function keyFrom(secret: string): KeyObject {
  const wide = Buffer.from(hkdfSync('sha256', secret, '', 'video-credits sandbox customer tokens', 48));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x ?? '', y: y ?? '' } });
}
