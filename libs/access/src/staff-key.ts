import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticator, Identity } from './scopes.js';
import { scopes } from './scopes.js';

/** The one key that is not in the log: it comes from the environment or the data folder, is named `staff` and may do everything. */
export class StaffKey implements Authenticator {
  private readonly digest: Buffer;
  private readonly identity: Identity = { keyName: 'staff', scopes: new Set(scopes) };

  constructor(token: string) {
    this.digest = digestOf(token);
  }

  authenticate(token: string): Identity | undefined {
    return timingSafeEqual(digestOf(token), this.digest) ? this.identity : undefined;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
