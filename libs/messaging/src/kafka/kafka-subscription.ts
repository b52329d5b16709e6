import type { EachBatchPayload } from 'kafkajs';
import { Backlog, type Entry } from '../delivery/backlog.js';
import { Group } from '../delivery/group.js';
import { type GroupStore, Hand } from '../delivery/group.ports.js';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { ClusterAccess } from './cluster-access.js';
import { CommitQueue } from './commit.queue.js';
import { GroupConsumer } from './group-consumer.js';
import type { KafkaConnection } from './kafka-client.js';
import type { KafkaParking } from './kafka-parking.js';
import { exactOf, messageOf } from './message.records.js';
import type { Network } from './network.js';
import { type Held, PartitionIntake } from './partition-intake.js';

export interface SubscriptionOptions {
  /** The logical name, as handlers see it. */
  readonly topic: string;
  readonly group: string;
  /** The same on the brokers. */
  readonly kafkaTopic: string;
  readonly groupId: string;
  readonly connection: KafkaConnection;
  readonly access: ClusterAccess;
  readonly parking: KafkaParking;
  readonly clock: QueueClock;
  readonly report: Report;
  readonly onFatal: (error: Error) => void;
  readonly network: () => Network;
  readonly sessionTimeoutMs: number;
  readonly fetchWaitMs: number;
}

const nothingCommitted = -1;
const loadRetryMs = 500;
const otherMembersAskedEveryMs = 250;
const recordOverheadBytes = 100;

/** One group on one topic in this process: a member of the Kafka group that takes messages in, and the `Group` that hands them out. */
export class KafkaSubscription {
  readonly group: Group;
  readonly hand = new Hand();
  readonly consumer: GroupConsumer;
  private readonly backlog = new Backlog(1, []);
  private readonly intakes = new Map<number, PartitionIntake>();
  private readonly held = new Map<number, Held>();
  /** Arrived, and not given to the backlog yet. */
  private fresh: Held[] = [];
  private readonly commits: CommitQueue;
  private readonly watchers = new Set<() => void>();
  private readonly seenAt = new Map<PartitionIntake, number>();
  private head = 0;
  private left = false;

  constructor(private readonly options: SubscriptionOptions) {
    const { topic, group: name, kafkaTopic, clock, report } = options;
    this.commits = new CommitQueue(kafkaTopic, () => this.intakes.values(), clock, report);
    this.group = new Group({ topic, name, clock, report, backlog: this.backlog, store: this.store() });
    this.consumer = new GroupConsumer({
      ...options,
      topic: kafkaTopic,
      events: {
        assigned: (partitions) => this.assigned(partitions),
        lost: () => this.assigned([]),
        batch: (payload) => this.takeIn(payload),
        starves: () => this.starves(),
      },
    });
  }

  /** Resolves when the group, in whatever process, has finished what was published before the call. */
  async idle(signal: AbortSignal): Promise<void> {
    const { access, clock, group, topic, kafkaTopic, groupId } = this.options;
    const ends = await access.endsNow(kafkaTopic);
    let elsewhere = new Map<number, number>();
    let askedAt = -otherMembersAskedEveryMs;
    for (;;) {
      if (signal.aborted) throw new Error(`group ${group} on ${topic}: the consumer was stopped before it was idle`);
      const open = [...ends].filter(([partition, { low, high }]) => high > low && this.lowestOf(partition, elsewhere) < high);
      if (open.length === 0) return;
      await this.somethingMoves(otherMembersAskedEveryMs, signal);
      if (clock.now() - askedAt < otherMembersAskedEveryMs || open.every(([partition]) => this.isOurs(partition))) continue;
      askedAt = clock.now();
      elsewhere = new Map([...(await access.committed(groupId, kafkaTopic))].map(([partition, { offset }]) => [partition, offset]));
    }
  }

  /** Writes what is finished, leaves the Kafka group. What is in hand is offered to others. */
  async leave(): Promise<void> {
    this.left = true;
    for (const end of [...this.hand.waiting]) end();
    try {
      await this.commits.durable();
    } catch (error) {
      this.options.report(`kafka: what group ${this.options.group} finished last is not written, it will be offered again`, error);
    }
    await this.consumer.stop();
    this.commits.stop();
    this.group.abandon(this.hand);
  }

  /** Nothing of it counts any more, as if the process had died. */
  vanish(): void {
    this.left = true;
    this.assigned([]);
    this.commits.stop();
    this.consumer.stop().catch((error: unknown) => this.options.report('kafka: a consumer that is given up did not stop', error));
    this.group.abandon(this.hand);
  }

  private assigned(partitions: readonly number[]): void {
    const now = new Set(this.left ? [] : partitions);
    for (const intake of this.intakes.values()) if (!intake.lost && !now.has(intake.partition)) this.lose(intake);
    for (const partition of now) {
      let intake = this.intakes.get(partition);
      if (!intake) this.intakes.set(partition, (intake = new PartitionIntake(partition)));
      if (!intake.lost) continue;
      intake.lost = false;
      void this.load(intake, intake.term);
    }
    this.moved();
  }

  /** What is not begun is dropped; what is being handled goes on, and does not count unless the partition comes back. */
  private lose(intake: PartitionIntake): void {
    intake.lose();
    const isGone = (held: Held | undefined): boolean => held?.intake === intake;
    const unseen = this.fresh.filter(isGone);
    this.fresh = this.fresh.filter((held) => !isGone(held));
    for (const held of unseen) this.drop(held);
    for (const seq of this.group.forget((each) => isGone(this.held.get(each)))) {
      const held = this.held.get(seq);
      if (held) this.drop(held);
    }
  }

  private drop(held: Held): void {
    this.held.delete(held.seq);
    held.intake.release(held);
  }

  private async load(intake: PartitionIntake, term: number): Promise<void> {
    const { access, clock, report, kafkaTopic, groupId } = this.options;
    while (intake.term === term) {
      try {
        const committed = (await access.committed(groupId, kafkaTopic)).get(intake.partition);
        const low = (await access.ends(kafkaTopic)).get(intake.partition)?.low;
        if (intake.term !== term) return;
        if (low === undefined) throw new Error(`${kafkaTopic}/${intake.partition} is not there`);
        const from = committed?.offset ?? nothingCommitted;
        // The driver commits a sign for "the first that is kept" where it finds the place of the group gone.
        if (from !== nothingCommitted && from < low) this.reportMissed(intake, from < 0 ? `before ${low}` : `${from} to ${low - 1}`);
        intake.begin(from, low, committed?.metadata ?? null);
        if (intake.dirty) this.commits.soon();
        this.moved();
        return;
      } catch (error) {
        report(`kafka: what ${groupId} has finished of ${kafkaTopic}/${intake.partition} could not be read, it is tried again`, error);
        await clock.sleep(loadRetryMs);
      }
    }
  }

  /** Only puts the records by: handlers run elsewhere, and nothing that a message does can be thrown from here (K5). */
  private async takeIn(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const intake = this.intakes.get(batch.partition);
    while (intake && !intake.lost && !intake.ready) {
      await this.somethingMoves(this.options.fetchWaitMs);
      await payload.heartbeat();
    }
    if (!intake?.ready || payload.isStale() || !payload.isRunning()) return;
    this.commits.through((offsets) => payload.commitOffsetsIfNecessary(offsets));
    for (const { offset, key, value, headers = {}, timestamp } of batch.messages) {
      const place = Number(offset);
      this.noteGap(intake, place);
      intake.expected = Math.max(intake.expected, place + 1);
      if (intake.knows(place)) continue;
      this.head += 1;
      const bytes = (key?.length ?? 0) + (value?.length ?? 0) + recordOverheadBytes;
      const held: Held = {
        seq: this.head,
        offset: place,
        intake,
        message: messageOf({ key, value, headers }),
        exact: exactOf(value),
        publishedAt: Number(timestamp),
        bytes,
      };
      intake.hold(held);
      this.held.set(held.seq, held);
      this.fresh.push(held);
    }
    payload.resolveOffset(batch.lastOffset());
    if (intake.isFull) intake.resume ??= payload.pause();
    this.group.pump();
    this.moved();
    await payload.heartbeat();
  }

  /** Messages that are gone, by retention or compaction, count as finished: the group can do nothing about them but say so (K10). */
  private noteGap(intake: PartitionIntake, place: number): void {
    if (place <= intake.expected) return;
    this.reportMissed(intake, `${intake.expected} to ${place - 1}`);
    intake.finished.add(intake.expected, place);
  }

  private reportMissed({ partition }: PartitionIntake, stretch: string): void {
    const { report, kafkaTopic, groupId } = this.options;
    report(`kafka: ${groupId} never saw the messages ${stretch} of ${kafkaTopic}/${partition}: they are not kept any more`, undefined);
  }

  private store(): GroupStore {
    return {
      head: () => this.head,
      places: (_, limit) => this.fresh.splice(0, limit).map(({ seq, message }) => ({ seq, key: message.key })),
      load: (seq) => {
        const held = this.heldAt(seq);
        return { offset: `${held.intake.partition}/${held.offset}`, ...held.message };
      },
      advanced: (entry) => this.advanced(entry),
      durable: () => this.commits.durable(),
      returned: ({ seq }) => {
        const held = this.held.get(seq);
        if (held && !held.intake.lost) return true;
        if (held) this.drop(held);
        return false;
      },
      park: async (delivery, reason, { seq }) => {
        const held = this.heldAt(seq);
        // Who has the partition now is offered the message, and parks it.
        if (held.intake.lost) return;
        await this.options.parking.parkDelivery(this.options.group, delivery, reason, held);
      },
    };
  }

  private advanced({ seq }: Entry): void {
    const held = this.held.get(seq);
    if (!held) return;
    this.held.delete(seq);
    held.intake.finish(held);
    if (held.intake.dirty) this.commits.soon();
    this.moved();
  }

  private heldAt(seq: number): Held {
    const held = this.held.get(seq);
    if (!held) throw new Error(`message ${seq} is not held any more`);
    return held;
  }

  private async starves(): Promise<boolean> {
    const waiting = [...this.intakes.values()].filter(({ lost, ready, resume }) => !lost && ready && !resume);
    if (waiting.length === 0) return false;
    const ends = await this.options.access.ends(this.options.kafkaTopic);
    let starves = false;
    for (const intake of waiting) {
      if ((ends.get(intake.partition)?.high ?? 0) > intake.expected && this.seenAt.get(intake) === intake.expected) starves = true;
      this.seenAt.set(intake, intake.expected);
    }
    return starves;
  }

  private isOurs(partition: number): boolean {
    const intake = this.intakes.get(partition);
    return intake?.ready === true && !intake.lost;
  }

  private lowestOf(partition: number, elsewhere: ReadonlyMap<number, number>): number {
    const intake = this.intakes.get(partition);
    return Math.max(intake?.finished.lowest ?? 0, elsewhere.get(partition) ?? -1);
  }

  private moved(): void {
    for (const tell of this.watchers) tell();
    this.watchers.clear();
  }

  private async somethingMoves(atMostMs: number, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const tell = (): void => over.abort();
    this.watchers.add(tell);
    signal?.addEventListener('abort', tell);
    await this.options.clock.sleep(atMostMs, over.signal);
    this.watchers.delete(tell);
    signal?.removeEventListener('abort', tell);
  }
}
