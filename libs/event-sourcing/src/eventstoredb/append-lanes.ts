import { EngineUnavailableError } from '../engine-unavailable.js';
import type { Deadlines } from './deadlines.js';

interface Waiter {
  readonly enter: () => void;
}

/** Appends that wait for a lane at most: beyond that the store is overloaded, and waiting longer helps nobody. */
const LONGEST_QUEUE = 4_096;

/**
 * At most `lanes` appends at once; the rest wait in order of arrival, each as long as `deadlines` says. Whoever waits in vain has
 * sent nothing.
 */
export class AppendLanes {
  readonly #queue = new Set<Waiter>();
  #free: number;

  constructor(
    lanes: number,
    private readonly deadlines: Deadlines,
  ) {
    this.#free = lanes;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Resolves with a lane of one's own, until `leave`. Rejects with EngineUnavailableError where none becomes free in time. */
  enter(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    if (this.#queue.size >= LONGEST_QUEUE) return Promise.reject(new EngineUnavailableError(`${LONGEST_QUEUE} appends wait already`));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        enter: () => {
          stop();
          resolve();
        },
      };
      const stop = this.deadlines.start(() => {
        this.#queue.delete(waiter);
        reject(new EngineUnavailableError(`an append waited ${this.deadlines.ms} ms for its turn and was not sent`));
      });
      this.#queue.add(waiter);
    });
  }

  /** Gives the lane to whoever has waited longest. */
  leave(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#queue.delete(next);
    next.enter();
  }
}
