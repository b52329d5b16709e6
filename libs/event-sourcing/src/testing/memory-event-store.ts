import type { NewEvent, Position, RecordedEvent } from '../event.js';
import type { AppendOutcome, EventStore, LogPage } from '../event-store.port.js';

export interface MemoryEventStoreOptions {
  /** Position of the first event. Above 2^53 by default, so that nobody gets away with numbers. */
  readonly firstPosition?: Position;
  /** Distance between the positions of two events; more than 1 leaves gaps. */
  readonly step?: bigint;
}

/** What the engine holds: it outlives the adapters that are opened on it. */
export interface MemoryLog {
  readonly id: string;
  readonly events: RecordedEvent[];
  readonly streams: Map<string, RecordedEvent[]>;
  nextPosition: Position;
  readonly step: bigint;
  /** Called after each append. */
  readonly waiting: Set<() => void>;
}

let logs = 0;

/** The event store in memory: the port's rules without an engine. Nothing is scheduled; an append is done when the call returns. */
export class MemoryEventStore implements EventStore {
  readonly exclusiveWriter = true;
  #closed = false;

  protected constructor(protected readonly log: MemoryLog) {}

  static create(options: MemoryEventStoreOptions = {}): MemoryEventStore {
    const { firstPosition = 2n ** 53n + 7n, step = 3n } = options;
    logs += 1;
    return new this({
      id: `memory-log-${logs}`,
      events: [],
      streams: new Map(),
      nextPosition: firstPosition,
      step,
      waiting: new Set(),
    });
  }

  /** A fresh store over the same log, as after a restart. */
  reopen(): MemoryEventStore {
    return new (this.constructor as typeof MemoryEventStore)(this.log);
  }

  get logId(): string {
    return this.log.id;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    this.#assertOpen();
    if (events.length === 0) throw new RangeError('an append needs at least one event');
    const stored = this.log.streams.get(stream) ?? [];
    const actualVersion = stored.length - 1;
    if (expectedVersion > actualVersion) return { kind: 'wrong-version', actualVersion };
    if (expectedVersion < actualVersion) return this.#repeated(stored, expectedVersion, events);

    for (const { id, type, text, metadata } of events) {
      const event: RecordedEvent = {
        stream,
        version: stored.length,
        position: this.log.nextPosition,
        id,
        type,
        data: JSON.parse(text),
        metadata: JSON.parse(JSON.stringify(metadata)),
      };
      stored.push(event);
      this.log.events.push(event);
      this.log.nextPosition += this.log.step;
    }
    this.log.streams.set(stream, stored);
    for (const wake of this.log.waiting) wake();
    return appendedAs(stored, stored.length - 1);
  }

  #repeated(stored: readonly RecordedEvent[], expectedVersion: number, events: readonly NewEvent[]): AppendOutcome {
    const last = expectedVersion + events.length;
    const same = last < stored.length && events.every(({ id }, index) => stored[expectedVersion + 1 + index]?.id === id);
    return same ? appendedAs(stored, last) : { kind: 'wrong-version', actualVersion: stored.length - 1 };
  }

  async readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    const first = Math.max(0, fromVersion);
    return this.log.streams.get(stream)?.slice(first, first + maxCount) ?? [];
  }

  async readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    const stored = this.log.streams.get(stream) ?? [];
    const end = Math.min(fromVersion ?? stored.length - 1, stored.length - 1) + 1;
    return end <= 0 ? [] : stored.slice(Math.max(0, end - maxCount), end).reverse();
  }

  async readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    this.#assertOpen();
    const all = this.log.events;
    const events: RecordedEvent[] = [];
    let index = firstAfter(all, after);
    for (; index < all.length && events.length < maxCount; index += 1) {
      const event = all[index];
      if (event && prefixes.some((prefix) => event.stream.startsWith(prefix))) events.push(event);
    }
    return { events, upTo: all[index - 1]?.position ?? after, caughtUp: index === all.length };
  }

  async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    this.#assertOpen();
    if (signal.aborted || this.#head() > after) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.log.waiting.delete(wake);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const wake = () => {
        if (this.#head() > after) done();
      };
      this.log.waiting.add(wake);
      signal.addEventListener('abort', done);
    });
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return this.#head();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #head(): Position {
    return this.log.events.at(-1)?.position ?? 0n;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the event store is closed');
  }
}

function appendedAs(stored: readonly RecordedEvent[], version: number): AppendOutcome {
  const event = stored[version];
  if (!event) throw new Error(`no event at version ${version}`);
  return { kind: 'appended', version, position: event.position };
}

/** Index of the first event after a position, by halving. */
function firstAfter(events: readonly RecordedEvent[], after: Position): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.position ?? 0n) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
