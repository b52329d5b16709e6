import type { Aggregate } from './aggregate.js';
import { type Causes, causeKey } from './causes.js';
import { asUnavailable, CertainAppends, pauseMs, type TransactorLog } from './certain.appends.js';
import type { BusinessClock, MachineClock } from './clock.port.js';
import { type Decided, type Fact, type Past, rejected } from './decision.js';
import { type Draft, draft } from './draft.js';
import type { EventStore } from './event-store.port.js';
import type { NewEvent, RecordedEvent } from './event.js';
import { type Held, nothingHeld, StandingCache } from './standing.cache.js';
import { type Outcome, type Standing, StoreUnavailableError, type Transaction, type Transactor } from './transact.port.js';
import { Turns } from './turns.js';

export interface TransactorOptions<State, F extends Fact> {
  readonly aggregate: Aggregate<State, F>;
  readonly store: EventStore;
  /** Dates what is decided. */
  readonly clock: BusinessClock;
  /** Spaces the repeats of an append whose outcome is unknown. */
  readonly machineClock: MachineClock;
  /** Bound of the cached standings altogether, in bytes. */
  readonly cacheBytes: number;
  readonly log: TransactorLog;
}

/** How often a command is decided again because others wrote first. */
const DECIDE_ATTEMPTS = 16;
/** How long a command waits for its turn before the trouble of the one before it becomes its own, in ms. */
const TURN_PATIENCE_MS = 3_000;
/** Events read at once: a hot stream is one read, a long one is read in pages. */
const PAGE_EVENTS = 512;

/**
 * The one write path to the aggregate's streams. A process has one transactor per aggregate: another would write to a store that
 * says it has an exclusive writer without this one's knowing.
 */
export function createTransactor<State, F extends Fact>(options: TransactorOptions<State, F>): Transactor<State, F> {
  return new StreamTransactor(options);
}

class StreamTransactor<State, F extends Fact> implements Transactor<State, F> {
  readonly #turns = new Turns();
  readonly #cache: StandingCache<State>;
  readonly #appends: CertainAppends;

  constructor(private readonly options: TransactorOptions<State, F>) {
    this.#appends = new CertainAppends(options.store, options.machineClock, options.log);
    this.#cache = new StandingCache(options.cacheBytes, (state) => options.aggregate.sizeOf(state));
  }

  async transact<Refusal>(transaction: Transaction<State, F, Refusal>): Promise<Outcome<State, Refusal>> {
    const stream = this.options.aggregate.prefix + transaction.id;
    return this.#inTurn(stream, () => this.#settleDecideAppend(stream, transaction));
  }

  async load(id: string): Promise<Standing<State>> {
    const stream = this.options.aggregate.prefix + id;
    const cached = this.#cache.get(stream);
    if (cached !== undefined && this.#cannotBeStale(stream)) return this.#standing(cached);
    return this.#inTurn(stream, async () =>
      this.#standing(await this.#advance(stream, this.#cache.get(stream) ?? nothingHeld(this.options.aggregate.initial))),
    );
  }

  /** Who has waited for long behind one that did not reach the store shares its fate: one after another, all would wait without bound. */
  async #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const { machineClock } = this.options;
    const turn = this.#turns.take(stream);
    let trouble: Error | undefined;
    try {
      if (turn !== undefined) {
        const askedAt = machineClock.now();
        const before = await turn;
        if (before !== undefined && machineClock.now() - askedAt >= TURN_PATIENCE_MS) throw before;
      }
      return await work();
    } catch (error) {
      this.#cache.drop(stream);
      if (error instanceof StoreUnavailableError) trouble = error;
      throw error;
    } finally {
      this.#turns.end(stream, trouble);
    }
  }

  async #settleDecideAppend<Refusal>(stream: string, transaction: Transaction<State, F, Refusal>): Promise<Outcome<State, Refusal>> {
    const { aggregate, clock } = this.options;
    const key = causeKey(transaction.cause);
    const cached = this.#cache.get(stream);
    let held = cached ?? (await this.#advance(stream, nothingHeld(aggregate.initial)));
    let current = cached === undefined || this.#cannotBeStale(stream);
    let refusal: Refusal | undefined;
    let checked = transaction.precondition === undefined;

    for (let attempt = 1; attempt <= DECIDE_ATTEMPTS; attempt++) {
      const first = held.causes.find(key);
      if (first !== undefined) return this.#replay(stream, transaction, held, first);

      const now = Math.max(clock.now(), held.recordedAt);
      const settled = aggregate.settle(held.state, now, transaction.id);
      const state = this.#fold(held.state, settled, now);
      if (!checked) {
        refusal = await transaction.precondition?.();
        checked = true;
      }
      const decided: Decided<F, Refusal> =
        refusal === undefined ? transaction.decide(state, pastOf(held.causes, settled), now) : rejected(refusal);

      const facts = factsToWrite(decided, settled, transaction.keepSettled === true);
      if (facts === undefined) {
        if (!current) {
          current = true;
          const before = held;
          held = await this.#advance(stream, before);
          if (held !== before) continue;
        }
        const standing = { state, version: held.version, position: held.position, at: now };
        return decided.kind === 'rejected'
          ? { kind: 'rejected', refusal: decided.refusal, ...standing }
          : { kind: 'accepted', events: [], ...standing };
      }

      const next = this.#fold(state, facts, now);
      const drafted = draft(stream, transaction, held, settled, facts, now);
      const written = await this.#append(stream, held, drafted);
      if (written !== undefined) {
        const last = written.at(-1) as RecordedEvent;
        for (const { key: caused, index } of drafted.causes) held.causes.add(caused, held.version + 1 + index);
        const { version, position } = last;
        this.#hold(stream, { state: next, version, position, recordedAt: now, chain: last.metadata.chain, causes: held.causes });
        return {
          kind: 'accepted',
          events: drafted.own === 0 ? written : written.slice(drafted.own),
          state: next,
          version,
          position,
          at: now,
        };
      }
      held = await this.#afterConflict(stream, held, attempt);
      current = true;
    }
    throw new StoreUnavailableError(`others wrote to stream "${stream}" first, ${DECIDE_ATTEMPTS} times in a row`);
  }

  /** Answers from the append that the cause first took effect with. */
  async #replay<Refusal>(
    stream: string,
    { cause, requestHash }: Transaction<State, F, Refusal>,
    held: Held<State>,
    first: number,
  ): Promise<Outcome<State, Refusal>> {
    const events = await this.#readAppend(stream, first);
    const head = events[0] as RecordedEvent;
    const last = events.at(-1) as RecordedEvent;
    if (head.metadata.cause !== cause && head.metadata.command !== cause)
      throw new Error(`event ${first} of stream "${stream}" was to bear cause "${cause}"`);
    const stored = head.metadata.requestHash;
    if (requestHash !== undefined && stored !== undefined && stored !== requestHash) return { kind: 'reused' };
    const state = last.version === held.version ? held.state : await this.#stateAt(stream, last.version);
    const at = Date.parse(head.metadata.recordedAt);
    return { kind: 'replayed', events, state, version: last.version, position: last.position, at };
  }

  /** The events from `first` to the end of its append. */
  async #readAppend(stream: string, first: number): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (;;) {
      const page = await this.#read(stream, first + events.length, PAGE_EVENTS);
      if (page.length === 0)
        throw new StoreUnavailableError(`the store does not show event ${first + events.length} of stream "${stream}"`);
      const end = page.findIndex((event) => event.metadata.more !== true);
      if (end !== -1) return [...events, ...page.slice(0, end + 1)];
      events.push(...page);
    }
  }

  async #stateAt(stream: string, version: number): Promise<State> {
    let state = this.options.aggregate.initial;
    for (let next = 0; next <= version; ) {
      const page = await this.#read(stream, next, Math.min(PAGE_EVENTS, version + 1 - next));
      if (page.length === 0) throw new StoreUnavailableError(`the store does not show event ${next} of stream "${stream}"`);
      for (const event of page) state = this.#evolve(state, event);
      next += page.length;
    }
    return state;
  }

  /** The events as stored, or undefined where the stream has moved on. */
  async #append(stream: string, held: Held<State>, { events }: Draft): Promise<readonly RecordedEvent[] | undefined> {
    const outcome = await this.#appends.append(stream, held.version, events);
    if (outcome.kind === 'wrong-version') return undefined;
    const first = held.version + 1;
    if (this.#cannotBeStale(stream)) {
      return events.map(({ id, type, data, metadata }, index) => {
        return { stream, version: first + index, position: outcome.position, id, type, data, metadata };
      });
    }
    // The store compares ids only: another process, or an earlier try that landed late, may have decided the same cause
    // here at another instant. What is stored is then the answer, not what we have just decided.
    const stored = await this.#read(stream, first, events.length);
    return stored.length === events.length && events.every((event, index) => sameEvent(event, stored[index])) ? stored : undefined;
  }

  async #afterConflict(stream: string, held: Held<State>, attempt: number): Promise<Held<State>> {
    const { machineClock, log } = this.options;
    const later = await this.#advance(stream, held);
    if (later !== held) return later;
    log.warn({ stream, version: held.version, attempt }, 'the store says that the stream has moved and does not show how');
    this.#cache.drop(stream);
    await machineClock.sleep(pauseMs(attempt));
    return this.#advance(stream, nothingHeld(this.options.aggregate.initial));
  }

  /** Brings a standing up to the stream's last event; the same object where nothing has come. */
  async #advance(stream: string, held: Held<State>): Promise<Held<State>> {
    let { state, version } = held;
    let last: RecordedEvent | undefined;
    for (;;) {
      const page = await this.#read(stream, version + 1, PAGE_EVENTS);
      for (const event of page) {
        if (event.version !== version + 1) throw new Error(`stream "${stream}" has no event ${version + 1}`);
        state = this.#evolve(state, event);
        held.causes.add(causeKey(event.metadata.cause), event.version);
        if (event.metadata.command !== undefined) held.causes.add(causeKey(event.metadata.command), event.version);
        version = event.version;
        last = event;
      }
      if (page.length < PAGE_EVENTS) break;
    }
    if (last === undefined) return held;
    const { position, metadata } = last;
    const later = { state, version, position, recordedAt: Date.parse(metadata.recordedAt), chain: metadata.chain, causes: held.causes };
    this.#hold(stream, later);
    return later;
  }

  async #read(stream: string, from: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    try {
      return await this.options.store.readForwards(stream, from, maxCount);
    } catch (error) {
      throw asUnavailable(error, `stream "${stream}" cannot be read`);
    }
  }

  #hold(stream: string, held: Held<State>): void {
    this.#cache.put(stream, held);
    this.#appends.seen(stream, held.version);
  }

  #cannotBeStale(stream: string): boolean {
    return this.options.store.exclusiveWriter && !this.#appends.inDoubt(stream);
  }

  #standing({ state, version, position, recordedAt }: Held<State>): Standing<State> {
    return { state, version, position, at: Math.max(this.options.clock.now(), recordedAt) };
  }

  #fold(state: State, facts: readonly F[], recordedAt: number): State {
    let folded = state;
    for (const { type, data } of facts) folded = this.options.aggregate.evolve(folded, { type, data, recordedAt });
    return folded;
  }

  #evolve(state: State, { type, data, metadata }: RecordedEvent): State {
    return this.options.aggregate.evolve(state, { type, data, recordedAt: Date.parse(metadata.recordedAt) });
  }
}

/** The decided facts where anything is to be written, be it only what time has brought; else undefined. */
function factsToWrite<F extends Fact>(decided: Decided<F, unknown>, settled: readonly F[], keepSettled: boolean): readonly F[] | undefined {
  if (decided.kind === 'rejected') return undefined;
  return decided.facts.length > 0 || (keepSettled && settled.length > 0) ? decided.facts : undefined;
}

/** What is stored, and what time has brought since. */
function pastOf(causes: Causes, settled: readonly Fact[]): Past {
  return { has: (cause) => causes.find(causeKey(cause)) !== undefined || settled.some((fact) => fact.cause === cause) };
}

function sameEvent({ metadata }: NewEvent, stored: RecordedEvent | undefined): boolean {
  return (
    stored?.metadata.chain === metadata.chain &&
    stored.metadata.recordedAt === metadata.recordedAt &&
    stored.metadata.requestHash === metadata.requestHash &&
    stored.metadata.more === metadata.more
  );
}
