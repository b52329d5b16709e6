import type { Fact } from './decision.js';

/** How a kind of stream is folded. All functions are pure; states are never changed in place. */
export interface Aggregate<State, F extends Fact> {
  /** Streams are named `<prefix><id>`. */
  readonly prefix: string;
  readonly initial: State;
  /** Throws UnknownEventTypeError for a type it does not know: a newer process has written here. */
  evolve(state: State, event: { readonly type: string; readonly data: F['data']; readonly recordedAt: number }): State;
  /** What time has brought to stream `<prefix><id>` up to `now` (ms): facts with causes of their own, in order, dated at their true instants. */
  settle(state: State, now: number, id: string): readonly F[];
  /** Rough size of the state in memory, in bytes: what the cache is bounded by. */
  sizeOf(state: State): number;
}

export class UnknownEventTypeError extends Error {
  override readonly name = 'UnknownEventTypeError';
  constructor(readonly type: string) {
    super(`event type "${type}" is not known here; a newer version of the service must read this stream`);
  }
}
