import type { MachineClock } from '../clock.port.js';

interface Waiting {
  readonly endsAt: number;
  readonly onPassed: () => void;
}

/**
 * Timers that all last equally long, for many short calls: one sleeper watches the oldest, so that a call that is answered in time
 * costs no timer of its own.
 */
export class Deadlines {
  readonly #waiting = new Set<Waiting>();
  #watching = false;

  constructor(
    private readonly clock: MachineClock,
    /** How long each lasts, in milliseconds of machine time. */
    readonly ms: number,
    /** Ends the watch, when the owner closes: whatever waits then passes at once. */
    private readonly signal: AbortSignal,
  ) {}

  /** Calls `onPassed` once when the time is over, unless what this gives was called before. */
  start(onPassed: () => void): () => void {
    if (this.signal.aborted) {
      queueMicrotask(onPassed);
      return () => undefined;
    }
    const waiting = { endsAt: this.clock.now() + this.ms, onPassed };
    this.#waiting.add(waiting);
    if (!this.#watching) void this.#watch();
    return () => this.#waiting.delete(waiting);
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    for (let [oldest] = this.#waiting; oldest; [oldest] = this.#waiting) {
      const leftMs = this.signal.aborted ? 0 : oldest.endsAt - this.clock.now();
      if (leftMs > 0) {
        await this.clock.sleep(leftMs, this.signal);
        continue;
      }
      this.#waiting.delete(oldest);
      oldest.onPassed();
    }
    this.#watching = false;
  }
}
