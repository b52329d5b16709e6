import type { Ids } from '../ids.port.js';

const ID_BYTES = 16;

/** The same identifiers for the same seed: for tests and simulations only, never for secrets that keep anything. */
export class SeededIds implements Ids {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  random(): string {
    return this.secret(ID_BYTES);
  }

  secret(bytes: number): string {
    return Buffer.from(Array.from({ length: bytes }, () => this.#byte())).toString('base64url');
  }

  /** A Weyl sequence through a 32-bit mixing function (the finalizer of MurmurHash3). */
  #byte(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) & 0xff;
  }
}
