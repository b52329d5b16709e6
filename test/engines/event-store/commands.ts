import { randomUUID } from 'node:crypto';
import {
  createTransactor,
  isEngineUnavailable,
  StreamCheck,
  systemBusinessClock,
  systemMachineClock,
  type Transactor,
} from '#event-sourcing';
import type { EventStoreDbStore } from '#event-sourcing/eventstoredb';
import { add, type Added, counting, type Count, FACTS_PER_COMMAND } from './counting.js';

/** What became of the commands that were given while things went wrong. */
export interface Books {
  readonly commands: number;
  /** Accepted, and not in the log. */
  readonly lost: number;
  /** In the log more than once, or beside what was given. */
  readonly doubled: number;
  /** The longest that one command took until it was accepted, in ms. */
  readonly longestMs: number;
}

const CACHE_BYTES = 1_000_000;
/** A customer repeats a command that found the store away; for so long in all. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/** Customers who give commands through `transact` until each is accepted, and the books on them. */
export class Commands {
  readonly prefix = `count-${randomUUID()}-`;
  readonly #given = new Map<string, Set<string>>();
  readonly #transactor: Transactor<Count, Added>;
  #longestMs = 0;
  #made = 0;

  constructor(private readonly store: EventStoreDbStore) {
    this.#transactor = createTransactor({
      aggregate: counting(this.prefix),
      store,
      clock: systemBusinessClock,
      machineClock: systemMachineClock,
      cacheBytes: CACHE_BYTES,
      log: { warn: () => undefined },
    });
  }

  /** Others in the same store, on streams of their own. */
  another(): Commands {
    return new Commands(this.store);
  }

  /** Gives a command to stream `id` and repeats it, as a customer would, until it is accepted. */
  async give(id: string): Promise<void> {
    this.#made += 1;
    const cause = `cause-${this.#made}`;
    const begin = performance.now();
    for (;;) {
      try {
        const { kind } = await this.#transactor.transact({ id, cause, decide: add(this.#made) });
        if (kind !== 'accepted' && kind !== 'replayed') throw new Error(`the command was ${kind}`);
        break;
      } catch (error) {
        if (!isEngineUnavailable(error) && !(error instanceof Error && error.name === 'StoreUnavailableError')) throw error;
        if (performance.now() - begin > PATIENCE_MS) throw error;
        await systemMachineClock.sleep(PAUSE_MS);
      }
    }
    this.#longestMs = Math.max(this.#longestMs, performance.now() - begin);
    const causes = this.#given.get(id) ?? new Set();
    this.#given.set(id, causes.add(cause));
  }

  /** Many commands at once, spread over so many streams. */
  async giveMany(commands: number, streams: number): Promise<void> {
    await Promise.all(Array.from({ length: commands }, (_, index) => this.give(`${index % streams}`)));
  }

  /** Reads every stream back and compares. Throws where a stream's chain, appends or ids are not whole. */
  async books(): Promise<Books> {
    let [lost, doubled] = [0, 0];
    for (const [id, given] of this.#given) {
      const stream = this.prefix + id;
      const events = await this.store.readForwards(stream, 0, 100_000);
      const check = new StreamCheck(stream);
      const breaches = [...events.flatMap((event) => check.add(event)), ...check.finish()];
      if (breaches.length > 0) throw new Error(`${breaches.length} breaches, first: ${JSON.stringify(breaches[0])}`);
      const stored = new Map<string, number>();
      for (const { metadata } of events) stored.set(metadata.cause, (stored.get(metadata.cause) ?? 0) + 1);
      lost += [...given].filter((cause) => !stored.has(cause)).length;
      doubled += [...stored].filter(([cause, times]) => times !== FACTS_PER_COMMAND || !given.has(cause)).length;
    }
    return { commands: this.#made, lost, doubled, longestMs: Math.round(this.#longestMs) };
  }
}
