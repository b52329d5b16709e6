import { hash } from 'node:crypto';

const KEY_WORDS = 4;
/** Four words of hash, one of version + 1 (0: the slot is free). */
const SLOT_WORDS = KEY_WORDS + 1;
const FIRST_SLOTS = 8;
const MOST_FULL = 0.75;

/** Hash of a cause, made once and used for both looking up and adding. Its first 16 bytes count. */
export type CauseKey = string & { readonly causeKey: true };

export function causeKey(cause: string): CauseKey {
  return hash('sha256', cause, 'binary') as CauseKey;
}

/**
 * Every cause of one stream, for ever, with the version of its first event: 16 bytes of hash and 4 of version each, packed in one
 * array of open-addressed slots, so that it costs 27 to 54 bytes a cause and a look-up does not depend on their number.
 * Belongs to one holder, who adds only what is stored.
 */
export class Causes {
  #slots = new Uint32Array(FIRST_SLOTS * SLOT_WORDS);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** Memory of the array. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Version of the first event with this cause, or undefined where there is none. */
  find(key: CauseKey): number | undefined {
    const stored = this.#slots[this.#slotOf(this.#slots, word(key, 0), word(key, 1), word(key, 2), word(key, 3)) + KEY_WORDS];
    return stored === undefined || stored === 0 ? undefined : stored - 1;
  }

  /** Remembers a cause; the version that came first stays. */
  add(key: CauseKey, version: number): void {
    if ((this.#count + 1) * SLOT_WORDS > this.#slots.length * MOST_FULL) this.#grow();
    const [a, b, c, d] = [word(key, 0), word(key, 1), word(key, 2), word(key, 3)];
    const slot = this.#slotOf(this.#slots, a, b, c, d);
    if (this.#slots[slot + KEY_WORDS] !== 0) return;
    this.#slots.set([a, b, c, d, version + 1], slot);
    this.#count++;
  }

  /** Index of the slot that holds these words, or of the free one where they would go. */
  #slotOf(slots: Uint32Array, a: number, b: number, c: number, d: number): number {
    const mask = slots.length / SLOT_WORDS - 1;
    for (let at = a & mask; ; at = (at + 1) & mask) {
      const slot = at * SLOT_WORDS;
      if (slots[slot + KEY_WORDS] === 0) return slot;
      if (slots[slot] === a && slots[slot + 1] === b && slots[slot + 2] === c && slots[slot + 3] === d) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    const grown = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += SLOT_WORDS) {
      const [a = 0, b = 0, c = 0, d = 0, stored = 0] = old.subarray(slot, slot + SLOT_WORDS);
      if (stored !== 0) grown.set([a, b, c, d, stored], this.#slotOf(grown, a, b, c, d));
    }
    this.#slots = grown;
  }
}

function word(key: CauseKey, index: number): number {
  const at = index * 4;
  return (key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8) | (key.charCodeAt(at + 2) << 16) | (key.charCodeAt(at + 3) << 24)) >>> 0;
}
