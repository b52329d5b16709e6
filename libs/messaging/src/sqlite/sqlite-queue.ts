import type { Group } from '../delivery/group.js';
import { Hand, type Membership } from '../delivery/group.ports.js';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { Consumer, ConsumerOptions, Message, MessageQueue, Parked, PublishedUpTo, Taken } from '../queue.port.js';
import type { QueueDatabase } from './queue-database.js';
import { openQueueTables, type QueueTables } from './queue-tables.js';
import { SqliteTopic } from './sqlite-topic.js';

export interface SqliteQueueOptions {
  readonly database: QueueDatabase;
  readonly clock: QueueClock;
  readonly report: Report;
  /** Messages that all groups have finished are dropped when older than this (default 7 days). */
  readonly retentionMs?: number;
}

const sevenDaysMs = 7 * 24 * 3_600_000;
const sweepEveryMs = 60_000;
const sweepAtOnce = 200;
/** Finished messages are written together, this long after the first of them: after a crash they may be offered again. */
const writeAfterMs = 10;
const writeRetryMs = 1_000;

/** The queue in the event log's own database. The only process that writes it; a second queue object would not be heard. */
export class SqliteQueue implements MessageQueue {
  private readonly tables: QueueTables;
  private readonly topics = new Map<string, SqliteTopic>();
  private readonly members = new Set<Membership>();
  private readonly hands = new Map<Group, Hand>();
  private readonly closing = new AbortController();
  private writing: Promise<void> | undefined;
  private readonly sweeping: Promise<void>;

  constructor(private readonly options: SqliteQueueOptions) {
    this.tables = openQueueTables(options.database);
    this.sweeping = this.sweepNowAndThen();
  }

  async publish(topic: string, messages: readonly Message[], upTo?: PublishedUpTo): Promise<void> {
    const target = this.topic(topic);
    await this.append(target, () => {
      if (upTo) this.tables.setCheckpoint(upTo.publisher, upTo.checkpoint);
      return target.append(messages);
    });
  }

  async checkpoint(publisher: string): Promise<string | undefined> {
    return this.tables.checkpoint(publisher);
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    const group = await this.topic(options.topic).group(options.group);
    this.refuseWhenClosed();
    const membership = group.join(options);
    this.members.add(membership);
    const stop = async (): Promise<void> => {
      await membership.stop();
      this.members.delete(membership);
    };
    return { idle: () => membership.idle(), stop };
  }

  async take(topic: string, group: string, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined> {
    const from = await this.topic(topic).group(group);
    this.refuseWhenClosed();
    let hand = this.hands.get(from);
    if (!hand) this.hands.set(from, (hand = new Hand()));
    return from.take(hand, waitMs, signal);
  }

  async park(topic: string, group: string, message: Message, reason: string): Promise<Parked> {
    this.refuseWhenClosed();
    const delivery = { offset: '', ...message, topic };
    return this.options.database.commit(() => this.tables.park(group, delivery, reason, this.options.clock.now()));
  }

  async parked({ limit, after }: { readonly limit: number; readonly after?: string }): Promise<readonly Parked[]> {
    return this.tables.parked(after === undefined ? 0 : idOf(after), limit);
  }

  async replay(id: string): Promise<boolean> {
    const [parked] = this.tables.parked(idOf(id) - 1, 1);
    if (parked?.id !== id) return false;
    const target = this.topic(parked.topic);
    const place = await this.options.database.commit(() => (this.tables.takeParked(idOf(id)) ? target.append([parked]) : 0));
    target.grown(place);
    return place > 0;
  }

  async discard(id: string): Promise<boolean> {
    this.refuseWhenClosed();
    return this.options.database.commit(() => this.tables.takeParked(idOf(id)) !== undefined);
  }

  async lag(topic: string, group: string): Promise<number> {
    return this.topic(topic).lag(group);
  }

  /** Drops, in small slices, what every group of its topic has finished and is older than the bound. */
  async sweep(retentionMs = this.options.retentionMs ?? sevenDaysMs): Promise<void> {
    const before = this.options.clock.now() - retentionMs;
    for (const name of this.tables.topics()) {
      const { table } = this.topic(name);
      const progress = this.tables.allProgress(table.id);
      if (progress.length === 0) continue;
      const lowest = Math.min(...progress.map(({ next, unfinished }) => unfinished[0] ?? next));
      while (
        !this.closing.signal.aborted &&
        (await this.options.database.commit(() => table.drop(lowest, before, sweepAtOnce))) === sweepAtOnce
      )
        await this.options.clock.sleep(0);
    }
  }

  /** Stops every consumer, lets waiting calls of `take` go with nothing, writes what is finished. The database stays open. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const hand of this.hands.values()) for (const leave of [...hand.waiting]) leave();
    await Promise.all([...this.members].map((membership) => membership.stop()));
    for (const topic of this.topics.values()) if (topic.hasMoved) await topic.write();
    await Promise.all([this.writing, this.sweeping]);
  }

  private topic(name: string): SqliteTopic {
    this.refuseWhenClosed();
    let topic = this.topics.get(name);
    if (!topic) {
      const { database, clock, report } = this.options;
      topic = new SqliteTopic(name, { database, tables: this.tables, clock, report, advanced: () => this.writeSoon() });
      this.topics.set(name, topic);
    }
    return topic;
  }

  private async append(target: SqliteTopic, work: () => number): Promise<void> {
    let last: number;
    try {
      last = await this.options.database.commit(work);
    } catch (error) {
      target.grown(target.table.head());
      throw error;
    }
    target.grown(last);
  }

  private writeSoon(): void {
    this.writing ??= this.writeUntilWritten().finally(() => {
      this.writing = undefined;
    });
  }

  private async writeUntilWritten(): Promise<void> {
    await this.options.clock.sleep(writeAfterMs, this.closing.signal);
    while (!this.closing.signal.aborted) {
      try {
        await Promise.all([...this.topics.values()].filter((topic) => topic.hasMoved).map((topic) => topic.write()));
        return;
      } catch (error) {
        this.options.report('the queue could not write what is finished, it is tried again', error);
        await this.options.clock.sleep(writeRetryMs, this.closing.signal);
      }
    }
  }

  private async sweepNowAndThen(): Promise<void> {
    for (;;) {
      await this.options.clock.sleep(sweepEveryMs, this.closing.signal);
      if (this.closing.signal.aborted) return;
      try {
        await this.sweep();
      } catch (error) {
        this.options.report('the queue could not drop old messages, it is tried again', error);
      }
    }
  }

  private refuseWhenClosed(): void {
    if (this.closing.signal.aborted) throw new Error('the queue is closed');
  }
}

/** Parked ids are positive integers as text; anything else names nothing. */
function idOf(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0;
}
