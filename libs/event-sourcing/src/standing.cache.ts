import { CHAIN_START } from './chain.js';
import { Causes } from './causes.js';
import { NO_STREAM } from './event-store.port.js';
import type { Position } from './event.js';

/** All that is known of a stream as of its last event. */
export interface Held<State> {
  readonly state: State;
  readonly version: number;
  readonly position: Position;
  /** Of the last event, ms. */
  readonly recordedAt: number;
  readonly chain: string;
  /** Shared by the standings of one stream that follow each other: it may already know of later events, never of unstored ones. */
  readonly causes: Causes;
}

export function nothingHeld<State>(initial: State): Held<State> {
  return {
    state: initial,
    version: NO_STREAM,
    position: 0n,
    recordedAt: Number.NEGATIVE_INFINITY,
    chain: CHAIN_START,
    causes: new Causes(),
  };
}

/** What an entry takes beside its state, its causes and its name: objects, the map's slot, array headers. */
const ENTRY_BYTES = 600;

interface Entry<State> {
  readonly held: Held<State>;
  readonly bytes: number;
}

/** Standings by stream, the longest unused dropped first, bounded in bytes altogether. What it drops is read again. */
export class StandingCache<State> {
  /** In order of use: a Map iterates by insertion. */
  readonly #entries = new Map<string, Entry<State>>();
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly sizeOf: (state: State) => number,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(stream: string): Held<State> | undefined {
    const entry = this.#entries.get(stream);
    if (entry === undefined) return undefined;
    this.#entries.delete(stream);
    this.#entries.set(stream, entry);
    return entry.held;
  }

  put(stream: string, held: Held<State>): void {
    this.drop(stream);
    const bytes = ENTRY_BYTES + 2 * stream.length + held.causes.bytes + this.sizeOf(held.state);
    this.#entries.set(stream, { held, bytes });
    this.#bytes += bytes;
    if (this.#bytes > this.maxBytes) this.#makeRoom();
  }

  drop(stream: string): void {
    const entry = this.#entries.get(stream);
    if (entry === undefined) return;
    this.#entries.delete(stream);
    this.#bytes -= entry.bytes;
  }

  /** Drops a sixteenth at once: a Map that loses its first entry again and again walks over ever more holes to find the next. */
  #makeRoom(): void {
    const kept = this.maxBytes - this.maxBytes / 16;
    for (const stream of this.#entries.keys()) {
      if (this.#bytes <= kept) return;
      this.drop(stream);
    }
  }
}
