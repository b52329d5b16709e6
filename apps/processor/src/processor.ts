import { FACT_PUBLISHER, type LogPublisher } from '#credits';
import { type EventStore, type MachineClock, type Position, type Projector, Subscription } from '#event-sourcing';
import { ACCOUNT_PREFIX, BALANCE_PUBLISHER, RENDER_PUBLISHER } from '#videos';
import type { Domain, Runner, Work } from '#service';

import type { Inbox } from './inbox.js';

export interface ProcessorParts {
  readonly store: EventStore;
  readonly machineClock: MachineClock;
  readonly domain: Domain;
  readonly inbox: Inbox;
  readonly projector: () => Projector;
  /** Whether facts and balances have topics of their own: on the embedded column they are read from the log. */
  readonly publishesFacts: boolean;
  readonly run: Runner;
  readonly log: (message: string) => void;
  /** Something stopped that nothing else can make up for: the process must end. */
  readonly onStopped: (error: unknown) => void;
}

/** The durable subscriptions: projections, publishers, the topics that come in, the clock, the leases, the files. */
export class Processor {
  readonly #works: readonly Work[];
  readonly #publishing = new Map<string, Subscription>();

  constructor(private readonly parts: ProcessorParts) {
    const { domain, projector, publishesFacts, run } = parts;
    const { renderJobs, creditEvents, creditBalances } = domain.publishers;
    const publishing = (name: string, make: () => LogPublisher): Work => run(name, () => this.#publish(name, make()));
    this.#works = [
      run('projector', projector),
      publishing(RENDER_PUBLISHER, renderJobs),
      ...(publishesFacts ? [publishing(FACT_PUBLISHER, creditEvents), publishing(BALANCE_PUBLISHER, creditBalances)] : []),
      parts.inbox,
      run('renewal-clock', () => domain.renewalClock),
      run('lease-watch', domain.leaseWatch),
      run('file-sweeper', domain.fileSweeper),
    ];
  }

  /** Resolves once everything runs; the read models may still be catching up. */
  async start(): Promise<void> {
    for (const work of this.#works) await work.start();
  }

  /** How far this process has published, by publisher; only what it is at work on. */
  publishedUpTo(): ReadonlyMap<string, Position> {
    return new Map([...this.#publishing].map(([name, subscription]) => [name, subscription.caughtUpTo()]));
  }

  /** Lets go of everything, in the order in which nothing new can come. */
  async stop(): Promise<void> {
    const [projector, ...others] = this.#works;
    await Promise.all(others.map((work) => work.stop()));
    await projector?.stop();
  }

  #publish(name: string, publisher: LogPublisher): Work {
    const { store, machineClock, log, onStopped } = this.parts;
    const subscription = new Subscription({
      name,
      store,
      prefixes: [ACCOUNT_PREFIX],
      checkpoint: () => publisher.checkpoint(),
      handle: (events, upTo) => publisher.publish(events, upTo),
      onStopped,
      clock: machineClock,
      log,
    });
    return {
      start: () => {
        subscription.start();
        this.#publishing.set(name, subscription);
      },
      stop: async () => {
        this.#publishing.delete(name);
        await subscription.stop();
      },
    };
  }
}
