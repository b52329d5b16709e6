import type { NewEvent, Position, RecordedEvent } from './event.js';

/** Version of a stream that does not exist. */
export const NO_STREAM = -1;

export type AppendOutcome =
  /** Durable. `version` and `position` are those of the last event (of the first time, where this was an exact repeat). */
  | { readonly kind: 'appended'; readonly version: number; readonly position: Position }
  /** Nothing was written; the stream stands at `actualVersion`. */
  | { readonly kind: 'wrong-version'; readonly actualVersion: number }
  /** It may or may not have been written. Repeat with the same ids at the same version to find out. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A run of the log in order. `upTo` is where to go on, also past events that the prefixes left out. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  readonly upTo: Position;
  /** Nothing more was in the log when this page was made. */
  readonly caughtUp: boolean;
}

/**
 * The event store. Append rules for expected version E on a stream at C (C = -1: none): E = C is written;
 * E > C is a wrong version; E < C with all ids equal to those stored at E+1… answers as the first time and writes
 * nothing; E < C otherwise is a wrong version, also where only some ids match. An append is atomic.
 */
export interface EventStore {
  /** Identity of this log: positions of another log mean nothing here. */
  readonly logId: string;
  /** No other process can write: state that this process holds is never stale. */
  readonly exclusiveWriter: boolean;

  /** At least one event. Settles when the events are durable, or says why not; rejects only for a broken engine. */
  append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome>;

  /** Events of one stream with version ≥ `fromVersion` in order, at most `maxCount`. Empty where there are none. */
  readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]>;

  /** Events of one stream with version ≤ `fromVersion` (default: the last), newest first, at most `maxCount`. */
  readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]>;

  /** The log after `after` (exclusive), at most `maxCount` events, only streams that start with one of `prefixes`. */
  readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage>;

  /** Resolves when the log holds something after `after` (it may not match anyone's prefixes), or when `signal` aborts. */
  waitForMore(after: Position, signal: AbortSignal): Promise<void>;

  /** Position of the last event in the log; 0n when it is empty. */
  head(): Promise<Position>;

  close(): Promise<void>;
}
