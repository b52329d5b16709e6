import { setMaxListeners } from 'node:events';
import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client';
import type { MachineClock } from '../clock.port.js';
import type { NewEvent, Position, RecordedEvent } from '../event.js';
import { type AppendOutcome, type EventStore, type LogPage, NO_STREAM } from '../event-store.port.js';
import { randomIds } from '../random.ids.js';
import { AppendLanes } from './append-lanes.js';
import { Appending } from './appending.js';
import { ClientOwner } from './client-owner.js';
import { connectionString } from './connection-string.js';
import { Deadlines } from './deadlines.js';
import { IDENTITY_STREAM, identify, readIdentity } from './log-identity.js';
import { type LogPlace, LogTail } from './log-tail.js';
import { Reading } from './reading.js';
import type { StoreLog } from './store-log.js';
import { LARGEST_APPEND_BYTES, recorded } from './stored-event.js';

export interface EventStoreDbOptions {
  /** `esdb://…`, `esdb+discover://…` or the same with `kurrentdb`; what EVENT_STORE_URL holds. */
  readonly url: string;
  /** Allows a connection without TLS. */
  readonly sandbox: boolean;
  readonly clock: MachineClock;
  readonly log: StoreLog;
  /** What our streams' names begin with; other programs' streams in the same log are passed over. Empty: all are ours but the server's own. */
  readonly prefixes?: readonly string[];
  /** Bound on one append in bytes, where the server's own was changed; default 1 MiB. */
  readonly largestAppendBytes?: number;
  /** How long an append or a read may go without an answer, in ms; default 3,000. */
  readonly answerMs?: number;
}

/** Appends under way at once: throughput peaks here and falls beyond. */
const LANES = 64;
const ANSWER_MS = 3_000;
/** Events that one page of the log holds at most, whatever was asked for. */
const LARGEST_PAGE = 4_096;
/** Events of others that one page passes over at most before it says how far it has come. */
const LARGEST_SCAN = 4_096;
/** Events fetched at once at least, so that a short page gets past the server's own events. */
const SMALLEST_FETCH = 64;

/**
 * The event store on EventStoreDB or KurrentDB (22.6 to 26), the one in its process. Positions are the log's commit positions. All
 * is read from and written to the leader. What is not a known refusal is an outcome unknown; reads that fail reject with
 * EngineUnavailableError. An append above `largestAppendBytes` rejects with AppendTooLargeError.
 */
export class EventStoreDbStore implements EventStore {
  readonly exclusiveWriter = false;
  readonly #closing = new AbortController();
  readonly #owner: ClientOwner;
  readonly #appending: Appending;
  readonly #reading: Reading;
  readonly #tail: LogTail;
  readonly #options: EventStoreDbOptions;
  #logId: string | undefined;
  /** An event of ours that the log held at its last reading of the end: no need to look back further than that. */
  #lastOwn: Position = 0n;
  #otherLog: Error | undefined;

  private constructor(options: EventStoreDbOptions) {
    const { url, sandbox, clock, log, prefixes = [], answerMs = ANSWER_MS, largestAppendBytes = LARGEST_APPEND_BYTES } = options;
    this.#options = options;
    setMaxListeners(0, this.#closing.signal); // everything in flight listens
    this.#owner = new ClientOwner(connectionString(url, sandbox), clock, log);
    const deadlines = () => new Deadlines(clock, answerMs, this.#closing.signal);
    this.#reading = new Reading(this.#owner, deadlines(), log);
    const placeOf = async (stream: string, version: number) => (await this.readForwards(stream, version, 1))[0]?.position;
    const lanes = new AppendLanes(LANES, deadlines());
    this.#appending = new Appending({ owner: this.#owner, lanes, deadlines: deadlines(), largestBytes: largestAppendBytes, placeOf, log });
    const [readEnd, isSameLog] = [() => this.#readEnd(), () => this.#isSameLog()];
    this.#tail = new LogTail({ owner: this.#owner, prefixes, readEnd, isSameLog, clock, log });
  }

  /** Connects and learns, or gives, the log's identity. EngineUnavailableError where the server is away: open again later. */
  static async open(options: EventStoreDbOptions): Promise<EventStoreDbStore> {
    const store = new EventStoreDbStore(options);
    try {
      store.#logId = await identify(store.#streams, randomIds, options.clock);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get logId(): string {
    if (this.#logId === undefined) throw new Error('the log has not been identified yet');
    return this.#logId;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    this.#assertOpen();
    if (!Number.isSafeInteger(expectedVersion) || expectedVersion < NO_STREAM) throw new RangeError(`${expectedVersion} is not a version`);
    const outcome = await this.#appending.append(stream, expectedVersion, events);
    if (outcome.kind === 'appended') this.#tail.see(outcome.position);
    return outcome;
  }

  async readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    if (maxCount < 1) return [];
    const fromRevision = fromVersion <= 0 ? START : BigInt(fromVersion);
    const read = await this.#reading.all(`stream "${stream}"`, (client) =>
      client.readStream(stream, { direction: FORWARDS, fromRevision, maxCount, requiresLeader: true }),
    );
    return read.map(recorded);
  }

  async readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    if (maxCount < 1 || (fromVersion !== undefined && fromVersion < 0)) return [];
    const fromRevision = fromVersion === undefined ? END : BigInt(fromVersion);
    const read = await this.#reading.all(`stream "${stream}"`, (client) =>
      client.readStream(stream, { direction: BACKWARDS, fromRevision, maxCount, requiresLeader: true }),
    );
    return read.map(recorded);
  }

  async readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    this.#assertOpen();
    const most = Math.min(maxCount, LARGEST_PAGE);
    const events: RecordedEvent[] = [];
    let upTo = after;
    for (let scanned = 0; events.length === 0 && scanned < LARGEST_SCAN; ) {
      const wanted = Math.max(most, SMALLEST_FETCH);
      const fetched = await this.#after(upTo, wanted);
      for (const resolved of fetched) {
        const { event } = resolved;
        if (event === undefined || event.position.commit <= upTo) continue;
        if (this.#isOurs(event.streamId, event.type) && prefixes.some((prefix) => event.streamId.startsWith(prefix))) {
          if (events.length === most) return { events, upTo, caughtUp: false };
          events.push(recorded(resolved));
        }
        upTo = event.position.commit;
      }
      if (fetched.length <= wanted) return { events, upTo, caughtUp: true };
      scanned += fetched.length;
    }
    return { events, upTo, caughtUp: false };
  }

  async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    this.#assertOpen();
    await this.#tail.waitForMore(after, signal);
    if (!signal.aborted) this.#assertOpen();
  }

  /** Of our own events: the server writes some of its own all the time, which wake nobody and which no reader waits to have passed. */
  async head(): Promise<Position> {
    this.#assertOpen();
    let from: { readonly commit: bigint; readonly prepare: bigint } | undefined;
    for (;;) {
      const page = await this.#reading.all('the end of the log', (client) =>
        client.readAll({ direction: BACKWARDS, fromPosition: from ?? END, maxCount: SMALLEST_FETCH, requiresLeader: true }),
      );
      for (const { event } of page) {
        if (event === undefined) continue;
        if (event.position.commit <= this.#lastOwn) return this.#lastOwn;
        if (this.#isOurs(event.streamId, event.type)) return (this.#lastOwn = event.position.commit);
        from = event.position;
      }
      if (page.length < SMALLEST_FETCH) return this.#lastOwn;
    }
  }

  /** Resolves when the server answers now; EngineUnavailableError where it does not. For a readiness probe. */
  async ping(): Promise<void> {
    await this.#readEnd();
  }

  /** Ends waits and the subscription and gives the client up. Appends under way end as unknown. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#tail.close();
    await this.#owner.close();
  }

  get #streams(): Pick<EventStore, 'append' | 'readForwards'> {
    return {
      append: (...args) => this.append(...args),
      readForwards: (...args) => this.readForwards(...args),
    };
  }

  async #readEnd(): Promise<LogPlace | undefined> {
    const [last] = await this.#reading.all('the end of the log', (client) =>
      client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true }),
    );
    return last?.event?.position;
  }

  /** Up to one more than `count` events from `after`, which is included where it is an event's place. */
  #after(after: Position, count: number) {
    const fromPosition = after === 0n ? START : { commit: after, prepare: after };
    return this.#reading.all('the log', (client) =>
      client.readAll({ direction: FORWARDS, fromPosition, maxCount: count + 1, requiresLeader: true }),
    );
  }

  /** Neither the server's own events, nor the log's identity, nor other programs' streams. */
  #isOurs(stream: string, type: string): boolean {
    const { prefixes = [] } = this.#options;
    if (stream.startsWith('$') || type.startsWith('$') || stream === IDENTITY_STREAM) return false;
    return prefixes.length === 0 || prefixes.some((prefix) => stream.startsWith(prefix));
  }

  /** A server that came back with another log, or with none, must not be read on from places of the first. */
  async #isSameLog(): Promise<boolean> {
    const now = await readIdentity(this.#streams);
    if (now === this.#logId) return true;
    this.#otherLog = new Error(`the event store now holds another log (${now ?? 'none'}) than this process was begun on (${this.#logId})`);
    this.#options.log.warn(
      { was: this.#logId, is: now },
      'the event store holds another log than before: nothing is read or written any more',
    );
    return false;
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new Error('the event store is closed');
    if (this.#otherLog !== undefined) throw this.#otherLog;
  }
}
