import type { MachineClock } from './clock.port.js';
import { isEngineUnavailable } from './engine-unavailable.js';
import type { AppendOutcome, EventStore } from './event-store.port.js';
import type { NewEvent } from './event.js';
import { StoreUnavailableError } from './transact.port.js';

export interface TransactorLog {
  warn(fields: { readonly stream: string; readonly [field: string]: unknown }, message: string): void;
}

/** How often an append of unknown outcome is sent altogether: about five seconds where each answer comes at once. */
const APPEND_ATTEMPTS = 9;
/** Nor is it sent again after so long, in ms: a store that is silent keeps its callers waiting for every single answer. */
const GIVE_UP_MS = 5_500;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2_000;

/** The pause before repeating what failed `failures` times (from 1), in milliseconds. */
export function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}

/** Appends whose outcome is known in the end, and the knowledge of those where it is not. */
export class CertainAppends {
  /** By stream, the version that an append which may still land expects: it cannot once the stream is past that. */
  readonly #inDoubt = new Map<string, number>();

  constructor(
    private readonly store: EventStore,
    private readonly clock: MachineClock,
    private readonly log: TransactorLog,
  ) {}

  /** An append to the stream may still land unseen: what is known of the stream may be stale, whoever writes. */
  inDoubt(stream: string): boolean {
    return this.#inDoubt.has(stream);
  }

  /** The stream was seen at this version. */
  seen(stream: string, version: number): void {
    if (this.#inDoubt.size === 0) return;
    const expected = this.#inDoubt.get(stream);
    if (expected !== undefined && version > expected) this.#inDoubt.delete(stream);
  }

  /**
   * Repeats the same events with the same ids at the same version until the store says what became of them.
   * Throws StoreUnavailableError when it does not; the stream is then in doubt.
   */
  async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<Exclude<AppendOutcome, { kind: 'unknown' }>> {
    const begunAt = this.clock.now();
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#tryOnce(stream, expected, events);
      if (outcome.kind !== 'unknown') return outcome;
      const { reason } = outcome;
      this.#inDoubt.set(stream, expected);
      this.log.warn({ stream, expected, attempt, reason }, 'the outcome of an append is unknown');
      if (attempt === APPEND_ATTEMPTS || this.clock.now() - begunAt >= GIVE_UP_MS)
        throw new StoreUnavailableError(`the outcome of an append to "${stream}" stayed unknown: ${reason}`);
      await this.clock.sleep(pauseMs(attempt));
    }
  }

  async #tryOnce(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    try {
      return await this.store.append(stream, expected, events);
    } catch (error) {
      this.#inDoubt.set(stream, expected);
      throw asUnavailable(error, `appending to "${stream}" failed`);
    }
  }
}

/** An engine that is away, as the port names it; anything else is a defect and stays what it is. */
export function asUnavailable(error: unknown, what: string): unknown {
  return isEngineUnavailable(error) ? new StoreUnavailableError(what, { cause: error }) : error;
}
