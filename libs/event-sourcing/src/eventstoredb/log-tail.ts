import { setMaxListeners } from 'node:events';
import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  excludeSystemEvents,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import type { MachineClock } from '../clock.port.js';
import { backOffMs } from '../engine-unavailable.js';
import type { Position } from '../event.js';
import { described } from './append-answer.js';
import type { ClientOwner } from './client-owner.js';
import type { StoreLog } from './store-log.js';
import type { SurvivingClient } from './surviving-client.js';

/** How often the log's end is read while somebody waits, in ms: a subscription that went silent delays a reader so long at most. */
const CHECK_MS = 10_000;
/** The server reports how far it has looked after so many times 32 events. Nothing is read from there, so it need not be often. */
const CHECKPOINT_INTERVAL = 32;

/** A place as the server takes it. */
export interface LogPlace {
  readonly commit: bigint;
  readonly prepare: bigint;
}

export interface LogTailOptions {
  readonly owner: ClientOwner;
  /** Streams to be woken for; empty: all but the server's own. */
  readonly prefixes: readonly string[];
  /** The last event's place; undefined for an empty log. Rejects where the engine is away. */
  readonly readEnd: () => Promise<LogPlace | undefined>;
  /** Asked before each subscription: false where the log is not the one that it was; then everybody is woken and nothing is followed any more. */
  readonly isSameLog: () => Promise<boolean>;
  readonly clock: MachineClock;
  readonly log: StoreLog;
}

interface Waiter {
  readonly after: Position;
  readonly wake: () => void;
}

/**
 * Knows when the log grows: one live subscription for everybody in the process, made when the first one waits. It carries no events to
 * anyone; who is woken reads. Each subscription begins at the log's end as it was read just before, which also wakes everybody who is
 * behind that place: what comes in between two subscriptions is seen, and a rare filter never begins from far behind.
 */
export class LogTail {
  readonly #waiting = new Set<Waiter>();
  readonly #closing = new AbortController();
  #seen: Position = 0n;
  #running: Promise<void> | undefined;

  constructor(private readonly options: LogTailOptions) {
    setMaxListeners(0, this.#closing.signal); // everyone who waits listens
  }

  /** The log holds something at this place. */
  see(position: Position): void {
    if (position <= this.#seen) return;
    this.#seen = position;
    this.#wake();
  }

  async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    const closing = this.#closing.signal;
    if (signal.aborted || closing.aborted) return;
    this.#running ??= this.#run();
    if (this.#seen > after) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', wake);
        closing.removeEventListener('abort', wake);
        resolve();
      };
      const waiter = { after, wake };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', wake);
      closing.addEventListener('abort', wake);
    });
  }

  /** Ends the subscription and every wait. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Subscribes again and again: a subscription that has ended never comes back by itself. */
  async #run(): Promise<void> {
    const { owner, clock, log } = this.options;
    const closing = this.#closing.signal;
    for (let failures = 0; !closing.aborted; ) {
      const life = { confirmed: false };
      try {
        if (!(await this.options.isSameLog())) return void this.#closing.abort();
        const end = await this.options.readEnd();
        this.#seen = end?.commit ?? 0n;
        this.#wake();
        await this.#follow(await owner.get(), end, life);
      } catch (error) {
        if (closing.aborted) return;
        failures = life.confirmed ? 1 : failures + 1;
        const waitMs = backOffMs(failures);
        log.warn({ error: described(error), failures, waitMs }, 'the live subscription to the log ended and is made again');
        await clock.sleep(waitMs, closing);
      }
    }
  }

  /** Follows the log from a place until the subscription ends, which rejects, or this closes. */
  async #follow(client: SurvivingClient, from: LogPlace | undefined, life: { confirmed: boolean }): Promise<void> {
    const { prefixes, clock } = this.options;
    const reporting = { checkpointInterval: CHECKPOINT_INTERVAL };
    const filter = prefixes.length === 0 ? excludeSystemEvents(reporting) : streamNameFilter({ ...reporting, prefixes: [...prefixes] });
    const subscription = client.client.subscribeToAll({ fromPosition: from ?? START, filter, requiresLeader: true });
    const over = new AbortController();
    const stopped = this.#untilItEnds(client, subscription, life);
    try {
      await Promise.race([stopped, this.#lookNowAndThen(over.signal)]);
    } finally {
      over.abort();
      await Promise.race([this.#unsubscribe(subscription), clock.sleep(0)]);
    }
  }

  #untilItEnds({ retired }: SurvivingClient, subscription: AllStreamSubscription, life: { confirmed: boolean }): Promise<void> {
    const closing = this.#closing.signal;
    return new Promise((resolve, reject) => {
      // The listeners stay: an error without one would end the process.
      subscription.on('error', reject);
      subscription.on('end', () => reject(new Error('the server ended the subscription')));
      subscription.on('close', () => reject(new Error('the subscription was closed')));
      subscription.on('confirmation', () => {
        life.confirmed = true;
      });
      subscription.on('data', ({ event, commitPosition }: AllStreamResolvedEvent) => {
        const position = event?.position.commit ?? commitPosition;
        if (position !== undefined) this.see(position);
      });
      retired.addEventListener('abort', () => reject(new Error('the client was replaced')), { once: true });
      if (retired.aborted) reject(new Error('the client was replaced'));
      closing.addEventListener('abort', () => resolve(), { once: true });
      if (closing.aborted) resolve();
    });
  }

  async #lookNowAndThen(over: AbortSignal): Promise<void> {
    const { clock, readEnd } = this.options;
    while (!over.aborted) {
      await clock.sleep(CHECK_MS, over);
      if (over.aborted || this.#waiting.size === 0) continue;
      const end = await readEnd();
      if (end !== undefined) this.see(end.commit);
    }
  }

  async #unsubscribe(subscription: AllStreamSubscription): Promise<void> {
    try {
      await subscription.unsubscribe();
    } catch (error) {
      this.options.log.debug({ error: described(error) }, 'a subscription that had failed could not be called off');
    }
  }

  #wake(): void {
    for (const { after, wake } of [...this.#waiting]) {
      if (this.#seen > after) wake();
    }
  }
}
