import type { Decided, Fact, Past } from './decision.js';
import { EngineUnavailableError } from './engine-unavailable.js';
import type { Position, RecordedEvent } from './event.js';

/** One command to one stream. */
export interface Transaction<State, F extends Fact, Refusal> {
  /** Stream id without the aggregate's prefix. */
  readonly id: string;
  /** The command's cause: looked up before everything else, stamped on its facts that name none of their own. */
  readonly cause: string;
  /** Hash of the normalised request, where repeats must be told from other requests under the same cause. */
  readonly requestHash?: string;
  readonly correlation?: string;
  readonly actor?: string;
  readonly keyName?: string;
  /** Checks that need other stores; run after the cause was not found and before deciding. */
  readonly precondition?: () => Promise<Refusal | undefined>;
  /** Write what time has brought even where the command itself adds nothing (the clock's command). */
  readonly keepSettled?: boolean;
  /** `now` is the command's instant (ms): the later of the business clock and the stream's last `recordedAt`. */
  readonly decide: (state: State, past: Past, now: number) => Decided<F, Refusal>;
}

/** Where a stream stands, as a command left or found it. */
export interface Standing<State> {
  readonly state: State;
  /** -1: the stream does not exist. */
  readonly version: number;
  /** Of the stream's last event; 0n without one. */
  readonly position: Position;
  /** The command's instant, ms. For a replay: the instant of the first time. */
  readonly at: number;
}

export type Outcome<State, Refusal> =
  /**
   * Accepted and durable now. `events` is empty where it said nothing new (the state then has what time has brought settled in
   * memory); otherwise they are the append's, from the first that bears the command's cause (all of them where none does).
   * Their positions may all be the append's: nothing comes between, so whoever waits for it has them all.
   */
  | (Standing<State> & { readonly kind: 'accepted'; readonly events: readonly RecordedEvent[] })
  /** This cause took effect before: the same events as the first time, and the stream as it stood just after them. */
  | (Standing<State> & { readonly kind: 'replayed'; readonly events: readonly RecordedEvent[] })
  /** The cause is taken by a request of other content. */
  | { readonly kind: 'reused' }
  /** Refused: nothing was written. The standing has what time has brought settled in memory. */
  | (Standing<State> & { readonly kind: 'rejected'; readonly refusal: Refusal });

/** The store could not be reached, or would not say what became of an append, for as long as we were willing to ask. */
export class StoreUnavailableError extends EngineUnavailableError {
  override readonly name = 'StoreUnavailableError';
}

/** The one write path to streams of one aggregate. */
export interface Transactor<State, F extends Fact> {
  /** Throws StoreUnavailableError where the outcome cannot be had; repeating the command is then safe. */
  transact<Refusal>(transaction: Transaction<State, F, Refusal>): Promise<Outcome<State, Refusal>>;
  /** The stream's state as of its last event, unsettled. From memory where that cannot be stale. */
  load(id: string): Promise<Standing<State>>;
}
