import type { Membership } from '../delivery/group.ports.js';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { Consumer, ConsumerOptions, Taken } from '../queue.port.js';
import { asEngineTrouble } from './kafka-errors.js';
import type { KafkaSubscription } from './kafka-subscription.js';

export interface SubscriptionsOptions {
  readonly clock: QueueClock;
  readonly report: Report;
  /** A group that only `take` uses is left when nobody has called for so long. */
  readonly takeIdleMs: number;
  readonly closing: AbortSignal;
  readonly open: (topic: string, group: string) => KafkaSubscription;
  /** Throws EngineUnavailableError where no broker answers. */
  readonly ping: () => Promise<void>;
}

interface Use {
  readonly name: string;
  readonly subscription: KafkaSubscription;
  readonly members: Set<Membership>;
  /** Calls of `take` that wait. */
  takers: number;
  takenAt: number | undefined;
  left: boolean;
}

/** The groups that this process is in, each joined at its first use and left after its last. */
export class Subscriptions {
  private readonly uses = new Map<string, Promise<Use>>();
  /** Who needs a group again while it is being left waits for that. */
  private readonly leaving = new Map<string, Promise<void>>();

  private restartsBefore = 0;

  constructor(private readonly options: SubscriptionsOptions) {}

  async consume(options: ConsumerOptions): Promise<Consumer> {
    const use = await this.use(options.topic, options.group);
    this.refuseWhenClosed();
    const membership = use.subscription.group.join(options);
    use.members.add(membership);
    const stopping = new AbortController();
    let stopped: Promise<void> | undefined;
    return {
      idle: () => use.subscription.idle(stopping.signal),
      stop: () => {
        stopping.abort();
        stopped ??= this.stopMember(use, membership);
        return stopped;
      },
    };
  }

  async take(topic: string, group: string, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined> {
    const use = await this.use(topic, group);
    this.refuseWhenClosed();
    const { subscription } = use;
    use.takers += 1;
    try {
      const taken = await subscription.group.take(subscription.hand, waitMs, signal);
      if (!taken && !signal?.aborted && !this.options.closing.aborted) {
        // Nobody can tell whether there is a message.
        const { trouble, isMember } = subscription.consumer;
        if (trouble !== undefined) throw asEngineTrouble(`taking from ${topic}`, trouble);
        if (!isMember) await this.options.ping();
      }
      return taken;
    } finally {
      use.takers -= 1;
      const isFirst = use.takenAt === undefined;
      use.takenAt = this.options.clock.now();
      if (isFirst) void this.leaveWhenIdle(use);
    }
  }

  /** Consumers that had to be replaced, in all groups, also those that are left. */
  async restarts(): Promise<number> {
    const uses = await Promise.all(this.uses.values());
    return uses.reduce((sum, { subscription }) => sum + subscription.consumer.restarts, this.restartsBefore);
  }

  /** Stops every consumer and leaves every group; waiting calls of `take` go with nothing. */
  async close(): Promise<void> {
    const uses = await Promise.all(this.uses.values());
    for (const { subscription } of uses) for (const leave of [...subscription.hand.waiting]) leave();
    const stops = uses.map(async ({ subscription, members }) => {
      const stopped = await Promise.allSettled([...members].map((membership) => membership.stop()));
      for (const each of stopped)
        if (each.status === 'rejected') this.options.report('kafka: a consumer could not write what it finished last', each.reason);
      await subscription.leave();
    });
    await Promise.all([...stops, ...this.leaving.values()]);
  }

  /** No outcome of a handler counts any more. */
  async vanish(): Promise<void> {
    for (const { subscription, members } of await Promise.all(this.uses.values())) {
      subscription.vanish();
      for (const membership of members) membership.vanish();
    }
  }

  private use(topic: string, group: string): Promise<Use> {
    const name = `${topic}\n${group}`;
    let use = this.uses.get(name);
    if (!use) {
      use = (this.leaving.get(name) ?? Promise.resolve()).then(() => ({
        name,
        subscription: this.options.open(topic, group),
        members: new Set<Membership>(),
        takers: 0,
        takenAt: undefined,
        left: false,
      }));
      this.uses.set(name, use);
    }
    return use;
  }

  private async stopMember(use: Use, membership: Membership): Promise<void> {
    try {
      await membership.stop();
    } finally {
      use.members.delete(membership);
      if (this.isUnused(use)) await this.leave(use);
    }
  }

  private async leave(use: Use): Promise<void> {
    const { name, subscription } = use;
    // Closing leaves every group itself.
    if (use.left || this.options.closing.aborted) return;
    use.left = true;
    this.uses.delete(name);
    this.restartsBefore += subscription.consumer.restarts;
    const left = subscription.leave().finally(() => this.leaving.delete(name));
    this.leaving.set(name, left);
    await left;
  }

  private isUnused({ takenAt, members, takers, subscription }: Use): boolean {
    if (members.size > 0 || takers > 0 || subscription.hand.entries.size > 0) return false;
    return takenAt === undefined || this.options.clock.now() - takenAt >= this.options.takeIdleMs;
  }

  private async leaveWhenIdle(use: Use): Promise<void> {
    const { clock, takeIdleMs, closing, report } = this.options;
    do await clock.sleep(takeIdleMs, closing);
    while (!closing.aborted && !use.left && !this.isUnused(use));
    await this.leave(use).catch((error: unknown) => report('kafka: a group that nobody uses could not be left', error));
  }

  private refuseWhenClosed(): void {
    if (this.options.closing.aborted) throw new Error('the queue is closed');
  }
}
