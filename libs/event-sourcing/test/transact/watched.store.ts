import type { AppendOutcome, EventStore, LogPage } from '../../src/event-store.port.js';
import type { NewEvent, Position, RecordedEvent } from '../../src/event.js';
import { MemoryEventStore } from '../../src/testing/memory-event-store.js';

/** The store in memory, with or without other writers, and with all that it holds in sight. */
export class WatchedStore implements EventStore {
  readonly #store = MemoryEventStore.create();
  readonly log: RecordedEvent[] = [];
  #seen: Position = 0n;
  reads = 0;

  constructor(readonly exclusiveWriter: boolean) {}

  get logId(): string {
    return this.#store.logId;
  }

  get streams(): readonly string[] {
    return [...new Set(this.log.map(({ stream }) => stream))];
  }

  stream(name: string): readonly RecordedEvent[] {
    return this.log.filter(({ stream }) => stream === name);
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const outcome = await this.#store.append(stream, expectedVersion, events);
    const page = await this.#store.readLog(this.#seen, 1_000, ['']);
    for (const event of page.events) {
      if (event.position <= this.#seen) continue;
      this.log.push(event);
      this.#seen = event.position;
    }
    return outcome;
  }

  readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.reads++;
    return this.#store.readForwards(stream, fromVersion, maxCount);
  }

  readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    return this.#store.readBackwards(stream, fromVersion, maxCount);
  }

  readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    return this.#store.readLog(after, maxCount, prefixes);
  }

  waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    return this.#store.waitForMore(after, signal);
  }

  head(): Promise<Position> {
    return this.#store.head();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
