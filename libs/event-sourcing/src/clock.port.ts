/** The business clock dates facts and drives cycles, expiries and trials. The sandbox's test clock moves it. */
export interface BusinessClock {
  /** The instant, in milliseconds since the epoch (UTC). */
  now(): number;
}

/** The machine clock drives leases, time-outs, back-off, tokens and rate limits. Nobody moves it. */
export interface MachineClock {
  /** The instant, in milliseconds since the epoch (UTC). */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. 0 lets everything that is ready to run go first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
