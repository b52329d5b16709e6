import type { RenewalClock } from '#credits';
import { type EventStore, type MachineClock, type Projector, Subscription } from '#event-sourcing';
import { ACCOUNT_PREFIX, type FileSweeper, type LeaseWatch, type RenderJobPublisher } from '#videos';
import type { Inbox } from './inbox.js';

export interface ProcessorParts {
  readonly store: EventStore;
  readonly machineClock: MachineClock;
  readonly projector: Projector;
  readonly inbox: Inbox;
  readonly publisher: RenderJobPublisher;
  readonly renewalClock: RenewalClock;
  readonly leaseWatch: LeaseWatch;
  readonly fileSweeper: FileSweeper;
  readonly log: (message: string) => void;
  /** Something stopped that nothing else can make up for: the process must end. */
  readonly onStopped: (error: unknown) => void;
}

/** The durable subscriptions: projections, the publisher of render jobs, the topics that come in, the clock, the leases, the files. */
export class Processor {
  readonly #publishing: Subscription;

  constructor(private readonly parts: ProcessorParts) {
    const { store, publisher, machineClock, log, onStopped } = parts;
    this.#publishing = new Subscription({
      name: 'render-jobs',
      store,
      prefixes: [ACCOUNT_PREFIX],
      checkpoint: () => publisher.checkpoint(),
      handle: (events, upTo) => publisher.publish(events, upTo),
      onStopped,
      clock: machineClock,
      log,
    });
  }

  /** Resolves once everything runs; the read models may still be catching up. */
  async start(): Promise<void> {
    const { projector, inbox, renewalClock, leaseWatch, fileSweeper } = this.parts;
    await projector.start();
    this.#publishing.start();
    await inbox.start();
    renewalClock.start();
    leaseWatch.start();
    fileSweeper.start();
  }

  /** How far render jobs have been published. */
  publishedUpTo(): bigint {
    return this.#publishing.caughtUpTo();
  }

  /** Lets go of everything, in the order in which nothing new can come. */
  async stop(): Promise<void> {
    const { projector, inbox, renewalClock, leaseWatch, fileSweeper } = this.parts;
    await Promise.all([inbox.stop(), renewalClock.stop(), leaseWatch.stop(), fileSweeper.stop()]);
    await this.#publishing.stop();
    await projector.stop();
  }
}
