import type { MachineClock } from './clock.port.js';

/** An engine (store, queue, files) is away or overloaded for now: the same call may succeed later, and is safe to repeat. */
export class EngineUnavailableError extends Error {
  override readonly name: string = 'EngineUnavailableError';
}

/**
 * The rule that tells an engine that is away, which is waited for, from a bug, which stops what hit it. Libraries that may
 * not import this one say so by an error of the same name.
 */
export function isEngineUnavailable(error: unknown): boolean {
  return error instanceof EngineUnavailableError || (error instanceof Error && error.name === 'EngineUnavailableError');
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;

export interface Patience {
  /** Whose work it is, for the log. */
  readonly name: string;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

/** The wait before a try after `failures` failed ones, in milliseconds: doubling, at most five seconds. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 16));
}

/**
 * Does `action` until it succeeds, waiting longer after each failure that `waitable` accepts, without end; other errors
 * pass through. Undefined when the signal aborted first. Each failure is logged.
 */
export async function untilAvailable<T>(
  action: () => Promise<T>,
  patience: Patience,
  waitable: (error: unknown) => boolean = isEngineUnavailable,
): Promise<{ readonly value: T } | undefined> {
  for (let failures = 0; !patience.signal.aborted; ) {
    try {
      const value = await action();
      if (failures > 0) patience.log(`${patience.name}: the engine is back after ${failures} failed tries`);
      return { value };
    } catch (error) {
      if (!waitable(error)) throw error;
      failures += 1;
      const waitMs = backOffMs(failures);
      patience.log(`${patience.name}: an engine is away (${String(error)}); try ${failures + 1} in ${waitMs} ms`);
      await patience.clock.sleep(waitMs, patience.signal);
    }
  }
  return undefined;
}
