import { hash, timingSafeEqual } from 'node:crypto';
import type { Ids } from '#event-sourcing';

const secretBytes = 32;

/** The link printed at start: it signs in whoever opens it first, and nobody after that. It is in memory alone, so each start has its own. */
export class SignInLink {
  /** What the address carries: 256 random bits. */
  readonly secret: string;
  private used = false;

  /** `token` is the key that the link signs in with. */
  constructor(
    private readonly token: string,
    ids: Ids,
  ) {
    this.secret = ids.secret(secretBytes);
  }

  /** The key to sign in with, once; undefined for a wrong secret and for a link that was used. */
  redeem(secret: string): string | undefined {
    // Digests are of one length, and comparing them takes as long wherever they differ.
    if (!timingSafeEqual(digestOf(secret), digestOf(this.secret)) || this.used) return undefined;
    this.used = true;
    return this.token;
  }
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
