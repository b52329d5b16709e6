import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { Consumer, ConsumerOptions, Message, MessageQueue, Parked, PublishedUpTo, Taken } from '../queue.port.js';
import { ClusterAccess } from './cluster-access.js';
import { FinishedOffsets } from './finished-offsets.js';
import type { KafkaConnection } from './kafka-client.js';
import { EngineUnavailableError } from './kafka-errors.js';
import { KafkaParking } from './kafka-parking.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { type OwnHeaders, recordOf } from './message.records.js';
import { Network } from './network.js';
import { partitionOf } from './partition.hash.js';
import { Producers } from './producers.js';
import { PublisherCheckpoints } from './publisher-checkpoints.js';
import { RecordSender } from './record-sender.js';
import { Subscriptions } from './subscriptions.js';
import { checkpointsTopic, parkedTopic } from './topic.settings.js';

export interface KafkaQueueOptions extends KafkaConnection {
  /** Put before the name of every topic and group on the brokers (default none). */
  readonly prefix?: string;
  readonly clock: QueueClock;
  readonly report: Report;
  /** A consumer has ended for a reason that no waiting mends: the process is to say that it is not live, and to end. */
  readonly onFatal: (error: Error) => void;
  /** A process that is silent for so long has lost its partitions to others (default 30 s). */
  readonly sessionTimeoutMs?: number;
  /** A process in which nobody has called `take` for so long leaves the group, unless it has consumers (default 60 s). */
  readonly takeIdleMs?: number;
  /** How long a publish is tried before its caller is told that Kafka is away (default 15 s). */
  readonly giveUpAfterMs?: number;
  /** How long a broker holds back the answer to a fetch while there is nothing (default 500 ms): also how long leaving may take. */
  readonly fetchWaitMs?: number;
}

const sessionTimeoutMs = 30_000;
const takeIdleMs = 60_000;
const giveUpAfterMs = 15_000;
const fetchWaitMs = 500;

/** The queue on Kafka. Any number of processes share topics and groups; topics are made beforehand by `createTopics`. */
export class KafkaQueue implements MessageQueue {
  private readonly access: ClusterAccess;
  private readonly producers: Producers;
  private readonly sender: RecordSender;
  private readonly parking: KafkaParking;
  private readonly checkpoints: PublisherCheckpoints;
  private readonly partitionCounts = new Map<string, Promise<number>>();
  private readonly subscriptions: Subscriptions;
  private readonly networks = new Set<Network>();
  private readonly closing = new AbortController();
  private closed: Promise<void> | undefined;
  private cut = false;

  constructor(private readonly options: KafkaQueueOptions) {
    const { clock, report } = options;
    const network = (): Network => this.network();
    this.access = new ClusterAccess(options, clock, report, network);
    this.producers = new Producers(options, report, network);
    this.sender = new RecordSender({
      producers: this.producers,
      clock,
      report,
      giveUpAfterMs: options.giveUpAfterMs ?? giveUpAfterMs,
      closed: () => this.closing.signal.aborted,
    });
    const fullName = (topic: string): string => this.fullName(topic);
    this.parking = new KafkaParking(this.access, this.sender, clock, fullName(parkedTopic), fullName);
    this.checkpoints = new PublisherCheckpoints(this.access, this.sender, fullName(checkpointsTopic));
    this.subscriptions = new Subscriptions({
      clock,
      report,
      takeIdleMs: options.takeIdleMs ?? takeIdleMs,
      closing: this.closing.signal,
      open: (topic, group) => this.open(topic, group),
      ping: () => this.access.ping(),
    });
  }

  /** Throws EngineUnavailableError where no broker answers: not ready. */
  async ping(): Promise<void> {
    this.refuseWhenClosed();
    await this.access.ping();
  }

  /** Consumers that had to be replaced and producers thrown away so far, for metrics. */
  async replaced(): Promise<{ readonly consumers: number; readonly producers: number }> {
    return { consumers: await this.subscriptions.restarts(), producers: Math.max(0, this.producers.made - 1) };
  }

  async publish(topic: string, messages: readonly Message[], upTo?: PublishedUpTo): Promise<void> {
    this.refuseWhenClosed();
    const name = this.fullName(topic);
    await this.access.endsKnown;
    const partitions = await this.partitionsOf(name);
    const byPartition = new Map<number, Message[]>();
    for (const message of messages) {
      const partition = partitionOf(message.key, partitions);
      const same = byPartition.get(partition);
      if (same) same.push(message);
      else byPartition.set(partition, [message]);
    }
    const send = (own: OwnHeaders): Promise<ReadonlyMap<number, number>> => this.send(name, byPartition, own);
    if (upTo) await this.checkpoints.publish(upTo, name, [...byPartition.keys()], send);
    else await send({});
  }

  async checkpoint(publisher: string): Promise<string | undefined> {
    this.refuseWhenClosed();
    return this.checkpoints.of(publisher);
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    this.refuseWhenClosed();
    await this.refuseMissing(options.topic);
    return this.subscriptions.consume(options);
  }

  async take(topic: string, group: string, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined> {
    this.refuseWhenClosed();
    return this.subscriptions.take(topic, group, waitMs, signal);
  }

  async park(topic: string, group: string, message: Message, reason: string): Promise<Parked> {
    this.refuseWhenClosed();
    return this.parking.parkByHand(topic, group, message, reason);
  }

  async parked({ limit, after }: { readonly limit: number; readonly after?: string }): Promise<readonly Parked[]> {
    this.refuseWhenClosed();
    return this.parking.list(limit, after);
  }

  async replay(id: string): Promise<boolean> {
    this.refuseWhenClosed();
    return this.parking.replay(id);
  }

  async discard(id: string): Promise<boolean> {
    this.refuseWhenClosed();
    return this.parking.discard(id);
  }

  /** As committed: what a handler finished in the last instants may still be counted. */
  async lag(topic: string, group: string): Promise<number> {
    this.refuseWhenClosed();
    const name = this.fullName(topic);
    const [ends, committed] = await Promise.all([this.access.ends(name), this.access.committed(this.groupId(topic, group), name)]);
    let lag = 0;
    for (const [partition, { low, high }] of ends) {
      const { offset = -1, metadata = null } = committed.get(partition) ?? {};
      const finished = new FinishedOffsets();
      finished.addCommitted(Math.max(low, offset), offset >= low ? metadata : null);
      lag += finished.unfinishedBefore(high);
    }
    return lag;
  }

  close(): Promise<void> {
    this.closed ??= this.closeDown();
    return this.closed;
  }

  /** Ends as its process would by kill -9: connections are cut without a goodbye, and no outcome of a handler counts any more. For tests. */
  async vanish(): Promise<void> {
    this.closing.abort();
    this.cutAll();
    await this.subscriptions.vanish();
  }

  private async closeDown(): Promise<void> {
    this.closing.abort();
    await this.subscriptions.close();
    await this.producers.close().catch((error: unknown) => this.options.report('kafka: the producer did not close', error));
    await this.access.close();
    this.cutAll();
  }

  private open(topic: string, group: string): KafkaSubscription {
    const { clock, report, onFatal } = this.options;
    return new KafkaSubscription({
      topic,
      group,
      kafkaTopic: this.fullName(topic),
      groupId: this.groupId(topic, group),
      connection: this.options,
      access: this.access,
      parking: this.parking,
      clock,
      report,
      onFatal,
      network: () => this.network(),
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? sessionTimeoutMs,
      fetchWaitMs: this.options.fetchWaitMs ?? fetchWaitMs,
    });
  }

  private async send(
    topic: string,
    byPartition: ReadonlyMap<number, readonly Message[]>,
    own: OwnHeaders,
  ): Promise<ReadonlyMap<number, number>> {
    const sends = [...byPartition].map(async ([partition, messages]) => {
      const first = await this.sender.send(
        topic,
        partition,
        messages.map((message) => recordOf(message, own)),
      );
      return [partition, first + messages.length] as const;
    });
    // All of them have ended before anything is said, so that what is looked for after a failure is there or not.
    const ends = await Promise.allSettled(sends);
    return new Map(
      ends.map((end) => {
        if (end.status === 'rejected') throw end.reason;
        return end.value;
      }),
    );
  }

  /** A missing topic is told at once; brokers that are away are waited for. */
  private async refuseMissing(topic: string): Promise<void> {
    try {
      await this.partitionsOf(this.fullName(topic));
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      this.options.report(`kafka: the consumer of ${topic} waits for the brokers`, error);
    }
  }

  private partitionsOf(topic: string): Promise<number> {
    let count = this.partitionCounts.get(topic);
    if (!count) {
      count = this.access.partitions(topic).then(({ length }) => length);
      this.partitionCounts.set(topic, count);
      count.catch(() => this.partitionCounts.delete(topic));
    }
    return count;
  }

  private fullName(topic: string): string {
    return (this.options.prefix ?? '') + topic;
  }

  /** A group of ours is one Kafka group for each of its topics: the driver's members of one group must all read the same. */
  private groupId(topic: string, group: string): string {
    return `${this.options.prefix ?? ''}${group}:${topic}`;
  }

  private network(): Network {
    const network = new Network();
    if (this.cut) network.cut();
    for (const each of this.networks) if (each.isCut) this.networks.delete(each);
    this.networks.add(network);
    return network;
  }

  private cutAll(): void {
    this.cut = true;
    for (const network of this.networks) network.cut();
    this.networks.clear();
  }

  private refuseWhenClosed(): void {
    if (this.closing.signal.aborted) throw new Error('the queue is closed');
  }
}
