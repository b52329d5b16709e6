import { EngineUnavailableError, type MachineClock } from '#event-sourcing';
import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { id } from '#contracts/rules';
import { type Authenticator, customerScopes, type Identity } from './scopes.js';

/** Signatures by a key pair alone: whoever knows our public keys can make none of these. Never what the token itself proposes. */
const algorithms = ['RS256', 'ES256', 'EdDSA'];

/** How far the issuer's clock may be from ours, in seconds. */
const clockToleranceSeconds = 30;

/** A longer token is not looked at, in characters. Those of real issuers have one to three thousand. */
const longestToken = 8_000;

/** The last instant that RFC 3339 can write, in milliseconds since the epoch. */
const endOfTime = Date.UTC(10_000, 0, 1) - 1;

export interface CustomerTokensOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names the account. */
  readonly accountClaim: string;
  /** The public key for a token's header. */
  readonly keys: JWTVerifyGetKey;
  readonly clock: MachineClock;
}

/**
 * The tokens that a host page hands to its customers: JWTs (RFC 7519) of one issuer, for us, that end, and name the customer's
 * account. Each is verified anew at every request. Rejects with EngineUnavailableError while the issuer's keys cannot be had.
 */
export class CustomerTokens implements Authenticator {
  constructor(private readonly options: CustomerTokensOptions) {}

  authenticate(token: string): Promise<Identity | undefined> | undefined {
    // Another issuer's token is nothing to fetch keys for.
    return issuerOf(token) === this.options.issuer ? this.verified(token) : undefined;
  }

  private async verified(token: string): Promise<Identity | undefined> {
    const { issuer, audience, accountClaim, keys, clock } = this.options;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.now()),
      });
      const accountId = payload[accountClaim];
      if (typeof accountId !== 'string' || !id.allows(accountId) || payload.exp === undefined) return undefined;
      return { keyName: 'customer', scopes: customerScopes, accountId, expiresAt: Math.min(payload.exp * 1_000, endOfTime) };
    } catch (error) {
      if (isOfTheToken(error)) return undefined;
      throw new EngineUnavailableError(`the keys of ${issuer} cannot be had: ${String(error)}`, { cause: error });
    }
  }
}

/** How long a fetch of the keys may take; how long they are kept; how soon an unknown key may make us ask again, in milliseconds. */
const fetching = { timeoutDuration: 5_000, cacheMaxAge: 600_000, cooldownDuration: 30_000 };

/** The keys that the issuer publishes (RFC 7517), fetched when first needed. */
export function publishedKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), fetching);
}

/** The issuer that a token claims, before anything is verified. Undefined for what is no JWT. */
function issuerOf(token: string): string | undefined {
  if (token.length > longestToken || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  try {
    return decodeJwt(token).iss;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Whether a failure says something about the token, and not about the keys or the way to them. */
function isOfTheToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC');
}
