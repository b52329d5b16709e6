import type { MachineClock } from '../clock.port.js';
import type { StoreLog } from './store-log.js';
import { SurvivingClient } from './surviving-client.js';

/** Calls in a row that must fail before the client is held to be the cause and a new one is made. */
const FAILURES_BEFORE_REPLACING = 3;
/** A client is not replaced before this age, in milliseconds: while the server is away a new one is no better. */
const SHORTEST_LIFE_MS = 500;

let owned = false;

/**
 * Owns the one client of the process. Two at once would answer for each other's appends, so there is never a second one: a client
 * that keeps failing (it remembers a failed question about the server's features for ever, and does not notice a server that
 * went silent) is given up with all its streams before the next is made.
 */
export class ClientOwner {
  #current: SurvivingClient;
  #replacing: Promise<void> | undefined;
  #failures = 0;
  #madeAt: number;
  #closed = false;

  /** Throws where the process has an owner already. */
  constructor(
    private readonly connectionString: string,
    private readonly clock: MachineClock,
    private readonly log: StoreLog,
  ) {
    if (owned) throw new Error('this process has an event store open already; its client cannot be had twice, close the other store first');
    this.#current = new SurvivingClient(connectionString, clock, log);
    this.#madeAt = clock.now();
    owned = true;
  }

  /** The client to use for the next call. */
  async get(): Promise<SurvivingClient> {
    while (this.#replacing !== undefined) await this.#replacing;
    return this.#current;
  }

  /** The client got an answer, whatever it said. */
  answered(client: SurvivingClient): void {
    if (client === this.#current) this.#failures = 0;
  }

  /** The client got none, or an error that is not an answer. */
  failed(client: SurvivingClient, reason: string): void {
    if (client !== this.#current || this.#replacing !== undefined || this.#closed) return;
    this.#failures += 1;
    if (this.#failures < FAILURES_BEFORE_REPLACING || this.clock.now() - this.#madeAt < SHORTEST_LIFE_MS) return;
    this.log.warn({ failures: this.#failures, reason }, 'the event store does not answer: its client is replaced');
    this.#replacing = this.#replace();
  }

  /** Gives the client up, once, at the end. Another store may be opened then. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#replacing;
    await this.#current.retire();
    owned = false;
  }

  async #replace(): Promise<void> {
    try {
      await this.#current.retire();
    } finally {
      if (!this.#closed) this.#current = new SurvivingClient(this.connectionString, this.clock, this.log);
      this.#madeAt = this.clock.now();
      this.#failures = 0;
      this.#replacing = undefined;
    }
  }
}
