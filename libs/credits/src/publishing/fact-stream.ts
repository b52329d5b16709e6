import type { CloudEvent } from '#contracts';
import type { EventStore, MachineClock, Position } from '#event-sourcing';
import { creditFact, FACT_PREFIX } from './credit-facts.js';

export interface FactPage {
  readonly items: readonly CloudEvent[];
  /** Where to go on. */
  readonly next: Position;
}

/** The facts of `credits.events` in the log's order, read from the log itself: analytics that pull. */
export class FactStream {
  constructor(
    private readonly store: EventStore,
    private readonly clock: MachineClock,
  ) {}

  /** At most `limit` facts after `after`; where there is none, waits for the next up to `waitMs`, or until `signal` aborts. */
  async read(after: Position, limit: number, waitMs: number, signal: AbortSignal): Promise<FactPage> {
    const deadline = this.clock.now() + waitMs;
    let next = after;
    for (;;) {
      const page = await this.#page(next, limit);
      next = page.next;
      const leftMs = deadline - this.clock.now();
      if (page.items.length > 0 || leftMs <= 0 || signal.aborted) return page;
      await this.#more(next, leftMs, signal);
    }
  }

  async #page(after: Position, limit: number): Promise<FactPage> {
    const items: CloudEvent[] = [];
    let next = after;
    for (;;) {
      const { events, upTo, caughtUp } = await this.store.readLog(next, 4 * limit, [FACT_PREFIX]);
      for (const event of events) {
        const fact = creditFact(event);
        if (!fact) continue;
        items.push(fact);
        next = event.position;
        if (items.length === limit) return { items, next };
      }
      next = upTo;
      if (items.length > 0 || caughtUp) return { items, next };
    }
  }

  /** Resolves when the log has more, or the time is up. */
  async #more(after: Position, waitMs: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const over = AbortSignal.any([signal, waiting.signal]);
    await Promise.race([this.store.waitForMore(after, over), this.clock.sleep(waitMs, over)]);
    waiting.abort();
  }
}
