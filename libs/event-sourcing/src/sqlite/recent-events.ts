import type { RecordedEvent } from '../event.js';

/** An event with the position of the one before it in its stream; 0 for the first. */
export interface LinkedEvent {
  readonly event: RecordedEvent;
  readonly previous: number;
}

interface Recent extends LinkedEvent {
  readonly bytes: number;
}

/** What an event costs in memory beside its characters. */
const EVENT_BYTES = 600;

/** The last events of the log, as they were appended, bounded in bytes: who reads near the end gets the same objects without a look at the file. */
export class RecentEvents {
  #items: Recent[] = [];
  /** Items in front of this one have been let go. */
  #start = 0;
  #bytes = 0;
  #end: number;

  constructor(
    private readonly maxBytes: number,
    lastPosition: number,
  ) {
    this.#end = lastPosition;
  }

  /** Position of the first event that is held; one past the end of the log when none is. */
  get first(): number {
    return this.#end + 1 - (this.#items.length - this.#start);
  }

  /** The event that follows the last one. `characters`: those of its data and metadata as text. */
  push(event: RecordedEvent, previous: number, characters: number): void {
    const bytes = EVENT_BYTES + 4 * characters;
    this.#items.push({ event, previous, bytes });
    this.#end += 1;
    this.#bytes += bytes;
    while (this.#bytes > this.maxBytes) {
      this.#bytes -= this.#items[this.#start]?.bytes ?? 0;
      this.#start += 1;
    }
    if (this.#start > 1024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
  }

  at(position: number): LinkedEvent | undefined {
    const first = this.first;
    return position < first ? undefined : this.#items[this.#start + position - first];
  }

  /** Lets everything go; the log ends at `lastPosition`. */
  reset(lastPosition: number): void {
    this.#items = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#end = lastPosition;
  }
}
