import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Ids, MachineClock } from '#event-sourcing';

/** How long a session lives, in milliseconds. Never longer than the token in it. */
const lifetimeMs = 12 * 3_600_000;

/** Longest value that every browser keeps: a cookie is 4,096 bytes with its name and attributes (RFC 6265 §6.1). */
const longestValue = 3_900;

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export interface Session {
  /** The key or token that was signed in with. It is asked anew at every request. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface SealedSession {
  readonly value: string;
  /** Milliseconds since the epoch, and from now on. */
  readonly expiresAt: number;
  readonly lifetimeMs: number;
}

/**
 * Sessions of browsers: the token itself, sealed with its expiry (AES-256-GCM), so that there is nothing to keep here and every
 * process with the same signing key opens it. A revoked key or an expired token ends its sessions, for the token is verified
 * as if it had been sent. Signing out takes the cookie away; a copy of it lives until its expiry.
 */
export class Sessions {
  private readonly key: Buffer;

  constructor(
    signingKey: string,
    private readonly ids: Ids,
    private readonly clock: MachineClock,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', signingKey, '', 'video-credits session', 32));
  }

  /** A session for the token, as the value that stands for it; undefined where the token is too long for a cookie. */
  seal(token: string, tokenExpiresAt = Infinity): SealedSession | undefined {
    const now = this.clock.now();
    const expiresAt = Math.min(now + lifetimeMs, tokenExpiresAt);
    const nonce = Buffer.from(this.ids.secret(nonceBytes), 'base64url');
    const sealing = createCipheriv(cipher, this.key, nonce);
    const content = JSON.stringify([expiresAt, token]);
    const sealed = Buffer.concat([nonce, sealing.update(content, 'utf8'), sealing.final(), sealing.getAuthTag()]);
    const value = sealed.toString('base64url');
    return value.length > longestValue ? undefined : { value, expiresAt, lifetimeMs: expiresAt - now };
  }

  /** The session that `seal` made this value for; undefined for any other value, and for a session that has ended. */
  open(value: string): Session | undefined {
    const sealed = value.length > longestValue ? Buffer.alloc(0) : Buffer.from(value, 'base64url');
    const content = this.unsealed(sealed);
    if (content === undefined) return undefined;
    const [expiresAt, token] = JSON.parse(content) as [number, string];
    return expiresAt > this.clock.now() ? { token, expiresAt } : undefined;
  }

  private unsealed(sealed: Buffer): string | undefined {
    if (sealed.length <= nonceBytes + tagBytes) return undefined;
    const opening = createDecipheriv(cipher, this.key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opening.setAuthTag(sealed.subarray(-tagBytes));
    const content = opening.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8');
    try {
      return content + opening.final('utf8');
    } catch {
      // The tag does not match: the one thing that can fail here, and Node has no code for it.
      return undefined;
    }
  }
}
