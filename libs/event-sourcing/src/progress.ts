import type { MachineClock } from './clock.port.js';
import type { Position } from './event.js';

interface Waiter {
  readonly position: Position;
  settle(passed: boolean): void;
}

/** How far a reader of the log has come, and who waits for it to pass a place. */
export class Progress {
  private at: Position = 0n;
  private ended = false;
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly clock: MachineClock) {}

  get position(): Position {
    return this.at;
  }

  /** Whether anybody waits for a place that has not been reached. */
  get isAwaited(): boolean {
    return this.waiters.size > 0;
  }

  /** Sets the place reached, and releases everybody who waited for it or for less. */
  moveTo(position: Position): void {
    this.at = position;
    for (const waiter of this.waiters) if (waiter.position <= position) waiter.settle(true);
  }

  /** Nothing will move any more: whoever waits, or comes to wait for more, is answered false at once. */
  end(): void {
    this.ended = true;
    for (const waiter of this.waiters) waiter.settle(false);
  }

  /** True once `position` has been passed; false after `timeoutMs` by the machine clock, on abort, or when all has ended. */
  async waitFor(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (position <= this.at) return true;
    if (this.ended || timeoutMs <= 0 || signal?.aborted) return false;
    const settled = new AbortController();
    return new Promise<boolean>((resolve, reject) => {
      const giveUp = (): void => waiter.settle(false);
      const waiter: Waiter = {
        position,
        settle: (passed) => {
          this.waiters.delete(waiter);
          signal?.removeEventListener('abort', giveUp);
          settled.abort();
          resolve(passed);
        },
      };
      this.waiters.add(waiter);
      signal?.addEventListener('abort', giveUp);
      this.clock.sleep(timeoutMs, settled.signal).then(giveUp, reject);
    });
  }
}
