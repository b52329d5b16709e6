import type { EventTable } from './event-table.js';

interface Place {
  readonly version: number;
  readonly position: number;
}

/** Every how many versions a place is kept. */
const STRIDE = 256;
/** Streams whose places are kept; a place in all of them together is 16 bytes or so. */
const MAX_STREAMS = 64;
const MAX_PLACES_PER_STREAM = 10_000;

/**
 * Where the versions of long streams lie. Events only point backwards, so the way to an early version of a long stream is
 * walked once and every 256th place on it kept: the next page starts from there. Short streams never come in here.
 */
export class StreamPlaces {
  readonly #streams = new Map<string, Map<number, number>>();

  /** Position of a stream's `version`, coming from a later event of it. */
  find(table: EventTable, stream: string, version: number, from: Place): number {
    const start = from.version - version > STRIDE ? (this.#nearest(stream, version) ?? from) : from;
    const walked = table.placesBackFrom(start.position, version, STRIDE);
    const [lastVersion, position] = walked.at(-1) ?? [];
    if (lastVersion !== version || position === undefined)
      throw new Error(`version ${version} of "${stream}" is not where its chain leads`);
    if (start.version - version > STRIDE) this.#keep(stream, walked);
    return position;
  }

  clear(): void {
    this.#streams.clear();
  }

  #nearest(stream: string, version: number): Place | undefined {
    const kept = Math.ceil(version / STRIDE) * STRIDE;
    const position = this.#streams.get(stream)?.get(kept);
    return position === undefined ? undefined : { version: kept, position };
  }

  #keep(stream: string, walked: readonly (readonly [number, number])[]): void {
    const places = this.#streams.get(stream) ?? new Map<number, number>();
    for (const [version, position] of walked) {
      if (version % STRIDE === 0 && places.size < MAX_PLACES_PER_STREAM) places.set(version, position);
    }
    this.#streams.delete(stream);
    this.#streams.set(stream, places);
    for (const oldest of this.#streams.keys()) {
      if (this.#streams.size <= MAX_STREAMS) break;
      this.#streams.delete(oldest);
    }
  }
}
