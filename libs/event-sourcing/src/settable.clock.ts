import type { BusinessClock } from './clock.port.js';

/** A business clock that follows another until it is first set, and from then on stands still where it was set. */
export class SettableClock implements BusinessClock {
  #instant: number | undefined;

  constructor(private readonly follows: BusinessClock) {}

  now(): number {
    return this.#instant ?? this.follows.now();
  }

  /** Sets the clock to `instant` (ms). False, with nothing changed, where that would be going back. */
  set(instant: number): boolean {
    if (!(instant >= this.now())) return false;
    this.#instant = instant;
    return true;
  }

  /** Stands at an instant that an earlier process had set it to, whatever the clock it follows says. */
  restore(instant: number): void {
    this.#instant = instant;
  }
}
