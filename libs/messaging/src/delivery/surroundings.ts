/** The machine's clock, as far as a queue needs it. */
export interface QueueClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Told of every failure that the queue gets over by itself: a handler that threw, a store that is away. */
export type Report = (problem: string, error: unknown) => void;
