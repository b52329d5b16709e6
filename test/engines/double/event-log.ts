/** What an append may ask of the stream it goes to: a revision, or one of the protocol's words. */
export type Expected = bigint | 'any' | 'no-stream' | 'stream-exists';

export interface ProposedEvent {
  id: string;
  type: string;
  contentType: string;
  data: Uint8Array;
  metadata: Uint8Array;
}

export interface LoggedEvent extends ProposedEvent {
  stream: string;
  /** From 0, without gaps, in its stream. */
  revision: bigint;
  /** Place in `$all`: grows, has gaps, is above 2^53. Commit and prepare position are the same, as in servers since version 5. */
  position: bigint;
  /** Hundreds of nanoseconds since 1970, as text. */
  createdTicks: string;
}

interface Standing {
  lastRevision: bigint;
  position: bigint;
}

export type AppendOutcome =
  | ({ kind: 'written' } & Standing)
  /** Written before: nothing is written now, and the answer is that of the first time. */
  | ({ kind: 'repeated' } & Standing)
  | { kind: 'wrong-version' /** −1: no stream. */; current: bigint }
  | { kind: 'deleted' };

/** The first position is odd and above 2^53: a client that takes it for a `number` reads another one. */
const FIRST_POSITION = 9_007_199_254_740_993n + 1_234n;
/** A record on the real server's disk is larger than its data by about this. The gaps between positions come of it. */
const RECORD_OVERHEAD_BYTES = 107;
const TICKS_PER_MS = 10_000n;
/** After so many events the server writes a statistics event of its own into the log, as a real one does by the clock. */
const EVENTS_PER_SYSTEM_EVENT = 100;
/** A cache of ids that the words `any` and `stream-exists` are checked in; a real one is bounded in bytes. */
const REMEMBERED_IDS = 10_000;
const DELETED_FROM = 2n ** 63n - 1n;
const NOTHING = new Uint8Array();
const utf8 = (value: unknown) => Buffer.from(JSON.stringify(value), 'utf8');

interface StreamState {
  events: LoggedEvent[];
  /** Revisions below are not read any more. 2^63 − 1: softly deleted. */
  truncateBefore: bigint;
  tombstoned: boolean;
}

/** All that a server remembers: one log, and its streams. Everything happens at once, so an append is atomic. */
export class EventLog {
  readonly events: LoggedEvent[] = [];
  private readonly streams = new Map<string, StreamState>();
  private readonly remembered = new Map<string, { stream: string; revision: bigint }>();
  /** A ring: the oldest id is the next to be forgotten. */
  private readonly rememberedIds: string[] = [];
  private rememberedNext = 0;
  private readonly watchers = new Set<() => void>();
  private nextPosition = FIRST_POSITION;
  private sinceSystemEvent = 0;

  constructor() {
    this.writeSystemEvent('$$$stats-127.0.0.1:2113', '$metadata', { $maxAge: 86_400 });
    this.writeSystemEvent('$user-admin', '$UserCreated', { loginName: 'admin', groups: ['$admins'], disabled: false });
    this.writeSystemEvent('$users', '$User', 'admin');
  }

  append(stream: string, expected: Expected, proposed: readonly ProposedEvent[]): AppendOutcome {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return { kind: 'deleted' };
    const current = lastRevisionOf(state);
    if (expected === 'stream-exists' && isSoftlyDeleted(state)) return { kind: 'deleted' };
    if (expected === 'stream-exists' && current < 0n) return { kind: 'wrong-version', current };
    if (expected === 'any' || expected === 'stream-exists') return this.appendAnywhere(stream, current, proposed);
    const after = expected === 'no-stream' ? -1n : expected;
    if (after > current) return { kind: 'wrong-version', current };
    if (after < current && !(after < 0n && isSoftlyDeleted(state) && !isRepeat(state, after, proposed, 1))) {
      return isRepeat(state, after, proposed) ? repeated(state, after + BigInt(proposed.length)) : { kind: 'wrong-version', current };
    }
    return this.write(stream, proposed);
  }

  /** Ids are looked up in the small cache only: all known in this stream means done before, some known means refused. */
  private appendAnywhere(stream: string, current: bigint, proposed: readonly ProposedEvent[]): AppendOutcome {
    let last = -1n;
    for (const [index, { id }] of proposed.entries()) {
      const known = this.remembered.get(id);
      if (known?.stream !== stream) return index === 0 ? this.write(stream, proposed) : { kind: 'wrong-version', current };
      last = known.revision;
    }
    return proposed.length === 0 ? this.write(stream, proposed) : repeated(this.streams.get(stream), last);
  }

  private write(stream: string, proposed: readonly ProposedEvent[]): AppendOutcome {
    const state = this.stateOf(stream);
    const revived = isSoftlyDeleted(state) ? lastRevisionOf(state) + 1n : undefined;
    for (const event of proposed) this.writeOne(stream, state, event);
    if (revived !== undefined) this.setMetadata(stream, { $tb: Number(revived) });
    if (stream.startsWith('$$')) this.readMetadata(stream.slice(2), proposed.at(-1));
    this.sinceSystemEvent += proposed.length;
    if (this.sinceSystemEvent >= EVENTS_PER_SYSTEM_EVENT) this.writeSystemEvents(1);
    this.tell();
    const last = state.events.at(-1);
    return { kind: 'written', lastRevision: lastRevisionOf(state), position: last?.position ?? 0n };
  }

  private writeOne(stream: string, state: StreamState, event: ProposedEvent): void {
    const position = this.nextPosition;
    const size = RECORD_OVERHEAD_BYTES + 2 * stream.length + 2 * event.type.length + event.data.length + event.metadata.length;
    this.nextPosition += BigInt(size);
    const revision = lastRevisionOf(state) + 1n;
    const logged = { ...event, stream, revision, position, createdTicks: String(BigInt(Date.now()) * TICKS_PER_MS) };
    state.events.push(logged);
    this.events.push(logged);
    this.remember(event.id, stream, revision);
  }

  private remember(id: string, stream: string, revision: bigint): void {
    const place = this.rememberedNext++ % REMEMBERED_IDS;
    const forgotten = this.rememberedIds[place];
    if (forgotten !== undefined) this.remembered.delete(forgotten);
    this.rememberedIds[place] = id;
    this.remembered.set(id, { stream, revision });
  }

  /** What a restart does: the log stays, the ids that were in memory only are gone. */
  forgetIds(): void {
    this.remembered.clear();
    this.rememberedIds.length = 0;
    this.rememberedNext = 0;
  }

  /** The server's own events, between those of others. They wake subscriptions too. */
  writeSystemEvents(count: number): void {
    for (let written = 0; written < count; written++) {
      this.writeSystemEvent('$stats-127.0.0.1:2113', '$statsCollected', { 'proc-cpu': 1, 'es-queue-length': 0 });
    }
    this.sinceSystemEvent = 0;
    this.tell();
  }

  private writeSystemEvent(stream: string, type: string, data: unknown): void {
    const event = { id: crypto.randomUUID(), type, contentType: 'application/json', data: utf8(data), metadata: NOTHING };
    this.writeOne(stream, this.stateOf(stream), event);
  }

  /** Soft deletion hides what is there and lets the stream begin again; a tombstone ends it for ever. */
  delete(stream: string, expected: Expected, hard: boolean): AppendOutcome {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return { kind: 'deleted' };
    const current = lastRevisionOf(state);
    if (expected === 'stream-exists' && current < 0n) return { kind: 'wrong-version', current };
    const after = expected === 'no-stream' ? -1n : expected;
    if (typeof after === 'bigint' && after !== current) return { kind: 'wrong-version', current };
    if (hard) {
      this.writeSystemEvent(stream, '$streamDeleted', {});
      this.stateOf(stream).tombstoned = true;
    } else {
      this.setMetadata(stream, `{"$tb":${DELETED_FROM}}`);
    }
    this.tell();
    return { kind: 'written', lastRevision: current, position: this.events.at(-1)?.position ?? 0n };
  }

  private setMetadata(stream: string, metadata: object | string): void {
    const data = typeof metadata === 'string' ? Buffer.from(metadata) : utf8(metadata);
    const event = { id: crypto.randomUUID(), type: '$metadata', contentType: 'application/json', data, metadata: NOTHING };
    this.writeOne(`$$${stream}`, this.stateOf(`$$${stream}`), event);
    this.readMetadata(stream, event);
  }

  /** Of a stream's metadata only `$tb` has an effect here; no age, count or rights. */
  private readMetadata(stream: string, event: ProposedEvent | undefined): void {
    const found = /"\$tb"\s*:\s*(\d+)/.exec(Buffer.from(event?.data ?? NOTHING).toString('utf8'));
    this.stateOf(stream).truncateBefore = BigInt(found?.[1] ?? 0);
  }

  /** Whether a reader finds the stream: one that was never written and one softly deleted are the same to him. */
  standing(stream: string): 'there' | 'not-found' | 'deleted' {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return 'deleted';
    return state === undefined || state.events.length === 0 || isSoftlyDeleted(state) ? 'not-found' : 'there';
  }

  eventsOf(stream: string): readonly LoggedEvent[] {
    return this.streams.get(stream)?.events ?? [];
  }

  firstReadable(stream: string): bigint {
    return this.streams.get(stream)?.truncateBefore ?? 0n;
  }

  /** Index in the log of the first event at a position or after it. */
  indexAt(position: bigint): number {
    let from = 0;
    let to = this.events.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.events[middle]?.position ?? 0n) < position) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Calls back after every write, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }

  private stateOf(stream: string): StreamState {
    let state = this.streams.get(stream);
    if (!state) this.streams.set(stream, (state = { events: [], truncateBefore: 0n, tombstoned: false }));
    return state;
  }
}

const lastRevisionOf = (state: StreamState | undefined): bigint => BigInt(state?.events.length ?? 0) - 1n;
const isSoftlyDeleted = (state: StreamState | undefined): boolean => state?.truncateBefore === DELETED_FROM;

/** Whether the events (or the first few of them) are those that stand right after a revision, by their ids. */
function isRepeat(state: StreamState | undefined, after: bigint, proposed: readonly ProposedEvent[], compared = proposed.length): boolean {
  const first = Number(after) + 1;
  return proposed.length > 0 && proposed.slice(0, compared).every(({ id }, index) => state?.events[first + index]?.id === id);
}

function repeated(state: StreamState | undefined, lastRevision: bigint): AppendOutcome {
  const position = state?.events[Number(lastRevision)]?.position ?? 0n;
  return { kind: 'repeated', lastRevision, position };
}
