import type { MachineClock } from '../clock.port.js';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Virtual machine time: it moves only when told, and whoever sleeps wakes when it has moved far enough, earliest first. */
export class ManualMachineClock implements MachineClock {
  #now: number;
  #sleepers: readonly Sleeper[] = [];

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeAt: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', sleeper.wake);
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake);
      this.#sleepers = [...this.#sleepers, sleeper].sort((a, b) => a.wakeAt - b.wakeAt);
    });
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves by `ms`, waking on the way, one after the other; what each does next has happened when this resolves. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await turnOfTheLoop();
    for (let next = this.#sleepers[0]; next !== undefined && next.wakeAt <= until; next = this.#sleepers[0]) await this.#wake(next);
    this.#now = until;
  }

  /** Moves on from sleeper to sleeper until `work` has settled, and gives what it gave. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    const given = Promise.allSettled([watched]);
    for (await turnOfTheLoop(); !settled; await turnOfTheLoop()) {
      const next = this.#sleepers[0];
      if (next !== undefined) await this.#wake(next);
    }
    await given;
    return watched;
  }

  async #wake(sleeper: Sleeper): Promise<void> {
    this.#now = Math.max(this.#now, sleeper.wakeAt);
    sleeper.wake();
    await turnOfTheLoop();
  }
}

/** Everything that was ready to run has run. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
