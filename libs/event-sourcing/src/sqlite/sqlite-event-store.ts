import type { NewEvent, Position, RecordedEvent } from '../event.js';
import { type AppendOutcome, type EventStore, type LogPage, NO_STREAM } from '../event-store.port.js';
import { EventTable } from './event-table.js';
import { RecentEvents } from './recent-events.js';
import { CommitFailedError, type CommitParticipant, type SqliteDatabase } from './sqlite-database.js';
import { type Head, StreamHeads, type StreamHeadsOptions } from './stream-heads.js';
import { StreamPlaces } from './stream-places.js';

export interface SqliteEventStoreOptions extends StreamHeadsOptions {
  /** Bound on the events kept in memory for readers near the end of the log, in bytes (estimated). */
  readonly recentBytes?: number;
}

/** An append whose metadata has been written out: all that can be refused has been looked at before anything is written. */
interface Append {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  readonly metadata: readonly string[];
}

/**
 * The durable event store of one process. Appends join the database's group commit; their versions are checked in memory, so a
 * conflict touches only its own append. `close` leaves the database open: its owner closes it.
 */
export class SqliteEventStore implements EventStore, CommitParticipant {
  readonly exclusiveWriter = true;
  readonly #database: SqliteDatabase;
  readonly #table: EventTable;
  readonly #heads: StreamHeads;
  readonly #recent: RecentEvents;
  readonly #places = new StreamPlaces();
  readonly #waiting = new Set<() => void>();
  #appendedInBatch = 0;
  #closed = false;

  constructor(database: SqliteDatabase, options: SqliteEventStoreOptions = {}) {
    this.#database = database;
    this.#table = new EventTable(database);
    this.#heads = new StreamHeads(database, options);
    this.#recent = new RecentEvents(options.recentBytes ?? 16 * 1024 * 1024, this.#heads.lastPosition);
    database.join(this);
  }

  get logId(): string {
    return this.#table.logId;
  }

  /** How many streams' heads memory holds. */
  get headsInMemory(): number {
    return this.#heads.inMemory;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    this.#assertOpen();
    const append = prepared(stream, expectedVersion, events);
    try {
      return await this.#database.commit(() => this.#write(append));
    } catch (error) {
      if (!(error instanceof CommitFailedError)) throw error;
      return this.#whatBecameOf(append, error);
    }
  }

  async readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    const head = this.#find(stream);
    const first = Math.max(0, fromVersion);
    if (!head || first > head.version || maxCount < 1) return [];
    const last = Math.min(head.version, first + maxCount - 1);
    return this.#backFrom(this.#placeOf(head, last), last - first + 1).reverse();
  }

  async readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    const head = this.#find(stream);
    if (!head || maxCount < 1 || (fromVersion !== undefined && fromVersion < 0)) return [];
    const last = Math.min(head.version, fromVersion ?? head.version);
    return this.#backFrom(this.#placeOf(head, last), Math.min(maxCount, last + 1));
  }

  async readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    this.#assertOpen();
    const end = this.#heads.lastPosition;
    if (after >= BigInt(end)) return { events: [], upTo: after, caughtUp: true };
    const from = Math.max(0, Number(after));
    const wanted = (stream: string) => prefixes.some((prefix) => stream.startsWith(prefix));
    const page = from + 1 < this.#recent.first ? this.#logFromFile(from, maxCount, wanted) : this.#logFromMemory(from, maxCount, wanted);
    return { events: page.events, upTo: BigInt(page.upTo), caughtUp: page.upTo === end };
  }

  async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    this.#assertOpen();
    const over = () => signal.aborted || this.#closed || !this.#database.isUsable || BigInt(this.#heads.lastPosition) > after;
    if (over()) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        if (!over()) return;
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
    if (!signal.aborted) this.#assertOpen();
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return BigInt(this.#heads.lastPosition);
  }

  /** Writes the heads that are still in memory, so that the next start reads nothing again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#database.commit(() => this.#heads.flushAll());
    this.#closed = true;
    this.#wake();
  }

  beforeCommit(): void {
    this.#table.flush();
    this.#heads.flushSlice(this.#appendedInBatch);
  }

  committed(): void {
    if (this.#appendedInBatch > 0) this.#wake();
    this.#appendedInBatch = 0;
  }

  reopened(): void {
    this.#appendedInBatch = 0;
    this.#table.reset();
    this.#heads.reload();
    this.#places.clear();
    this.#recent.reset(this.#heads.lastPosition);
  }

  ended(): void {
    this.#wake();
  }

  #write({ stream, expectedVersion, events, metadata }: Append): AppendOutcome {
    const before = this.#heads.find(stream);
    const actualVersion = before?.version ?? NO_STREAM;
    if (expectedVersion !== actualVersion) {
      return this.#repeated(before, expectedVersion, events) ?? { kind: 'wrong-version', actualVersion };
    }
    let position = this.#heads.lastPosition;
    let version = actualVersion;
    let previous = before?.position ?? 0;
    for (const [index, event] of events.entries()) {
      const text = metadata[index] ?? '';
      position += 1;
      version += 1;
      this.#table.insert(position, stream, version, previous, event, text);
      const recorded = {
        stream,
        version,
        position: BigInt(position),
        id: event.id,
        type: event.type,
        data: event.data,
        metadata: event.metadata,
      };
      this.#recent.push(recorded, previous, event.text.length + text.length);
      previous = position;
    }
    this.#heads.advance(before, stream, version, position);
    this.#appendedInBatch += events.length;
    return { kind: 'appended', version, position: BigInt(position) };
  }

  /** The first answer, where these very events stand right after the expected version. */
  #repeated(head: Head | undefined, expectedVersion: number, events: readonly NewEvent[]): AppendOutcome | undefined {
    const version = expectedVersion + events.length;
    if (!head || expectedVersion < NO_STREAM || version > head.version) return undefined;
    const place = this.#placeOf(head, version);
    const stored = this.#backFrom(place, events.length).reverse();
    return stored.every(({ id }, index) => id === events[index]?.id) ? { kind: 'appended', version, position: BigInt(place) } : undefined;
  }

  /** After a failed commit: compare by ids with what the file holds now. */
  #whatBecameOf({ stream, expectedVersion, events }: Append, error: CommitFailedError): AppendOutcome {
    const unknown: AppendOutcome = { kind: 'unknown', reason: error.message };
    if (!this.#database.isCertain) return unknown;
    return this.#repeated(this.#heads.find(stream), expectedVersion, events) ?? unknown;
  }

  /** Position of a version that the stream has. */
  #placeOf(head: Head, version: number): number {
    let place = head.position;
    let at = head.version;
    for (let link = this.#recent.at(place); link && at > version; link = this.#recent.at(place)) {
      place = link.previous;
      at -= 1;
    }
    return at === version ? place : this.#places.find(this.#table, head.stream, version, { version: at, position: place });
  }

  /** The event at a position and those before it in its stream, newest first. */
  #backFrom(position: number, count: number): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    let place = position;
    for (let link = this.#recent.at(place); link && events.length < count; link = this.#recent.at(place)) {
      events.push(link.event);
      place = link.previous;
    }
    if (events.length < count && place > 0) events.push(...this.#table.backFrom(place, count - events.length));
    return events;
  }

  #logFromFile(from: number, maxCount: number, wanted: (stream: string) => boolean) {
    this.#database.assertUntouched();
    return this.#table.after(from, Math.min(maxCount, this.#recent.first - from - 1), wanted);
  }

  #logFromMemory(from: number, maxCount: number, wanted: (stream: string) => boolean) {
    const events: RecordedEvent[] = [];
    let upTo = from;
    for (let link = this.#recent.at(upTo + 1); link && events.length < maxCount; link = this.#recent.at(upTo + 1)) {
      if (wanted(link.event.stream)) events.push(link.event);
      upTo += 1;
    }
    return { events, upTo };
  }

  #find(stream: string): Head | undefined {
    this.#assertOpen();
    return this.#heads.find(stream);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the event store is closed');
    this.#database.assertUsable();
  }
}

function prepared(stream: string, expectedVersion: number, events: readonly NewEvent[]): Append {
  if (events.length === 0) throw new RangeError('an append needs at least one event');
  if (!Number.isSafeInteger(expectedVersion)) throw new RangeError(`${expectedVersion} is not a version`);
  for (const { id, type, text } of events) {
    if (typeof id !== 'string' || typeof type !== 'string' || typeof text !== 'string')
      throw new TypeError('an event needs id, type and text');
  }
  return { stream, expectedVersion, events, metadata: events.map(({ metadata }) => JSON.stringify(metadata)) };
}
