import { type AppendOutcome, type EventStore, type LogPage } from '../../src/event-store.port.js';
import type { NewEvent, Position, RecordedEvent } from '../../src/event.js';

/** The append and read rules of the port over arrays, and nothing that `transact` does not use. */
export class PlainStore implements EventStore {
  readonly logId = 'plain';
  readonly log: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  reads = 0;

  constructor(readonly exclusiveWriter: boolean) {}

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = this.stream(stream);
    const actualVersion = stored.length - 1;
    if (expectedVersion === actualVersion) return this.#write(stream, stored, events);
    const there = stored.slice(expectedVersion + 1, expectedVersion + 1 + events.length);
    const last = there.at(-1);
    const repeat = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
    if (last !== undefined && repeat) return { kind: 'appended', version: last.version, position: last.position };
    return { kind: 'wrong-version', actualVersion };
  }

  async readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.reads++;
    return this.stream(stream).slice(fromVersion, fromVersion + maxCount);
  }

  async readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    const stored = this.stream(stream);
    return stored.slice(0, (fromVersion ?? stored.length - 1) + 1).reverse().slice(0, maxCount);
  }

  readLog(): Promise<LogPage> {
    return Promise.reject(new Error('not a part of this store'));
  }

  waitForMore(): Promise<void> {
    return Promise.reject(new Error('not a part of this store'));
  }

  async head(): Promise<Position> {
    return BigInt(this.log.length);
  }

  async close(): Promise<void> {}

  stream(stream: string): readonly RecordedEvent[] {
    return this.#streams.get(stream) ?? [];
  }

  get streams(): readonly string[] {
    return [...this.#streams.keys()];
  }

  #write(stream: string, before: readonly RecordedEvent[], events: readonly NewEvent[]): AppendOutcome {
    const stored = before.length === 0 ? [] : (before as RecordedEvent[]);
    if (before.length === 0) this.#streams.set(stream, stored);
    for (const { id, type, text, metadata } of events) {
      const position = BigInt(this.log.length + 1);
      const recorded = { stream, version: stored.length, position, id, type, data: JSON.parse(text), metadata };
      stored.push(recorded);
      this.log.push(recorded);
    }
    return { kind: 'appended', version: stored.length - 1, position: BigInt(this.log.length) };
  }
}
