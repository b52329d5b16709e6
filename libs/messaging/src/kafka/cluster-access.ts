import { type Cluster, type Consumer, PartitionAssigners } from 'kafkajs';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import { type KafkaConnection, openClient } from './kafka-client.js';
import { asEngineTrouble, EngineUnavailableError, isPermanent, isUnknownTopic, MissingTopicError } from './kafka-errors.js';
import type { Network } from './network.js';

/** A record as it is read by hand. */
export interface KafkaRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: { readonly [name: string]: Buffer | string | (Buffer | string)[] | undefined };
}

/** The offsets of a partition: the first that is kept, and the one that the next message will have. */
export interface PartitionEnds {
  readonly low: number;
  readonly high: number;
}

/** What a group has committed; -1 where nothing. */
export interface Committed {
  readonly offset: number;
  readonly metadata: string | null;
}

interface FetchAnswer {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly messages: readonly (Omit<KafkaRecord, 'partition' | 'offset'> & {
        readonly offset: string;
        readonly isControlRecord?: boolean;
      })[];
    }[];
  }[];
}

interface OffsetsAnswer {
  readonly responses: readonly {
    readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string | null }[];
  }[];
}

const triesAtMost = 3;
const waitBetweenTriesMs = 250;
const fetchWaitMs = 100;
const fetchAtMostBytes = 8 * 1024 * 1024;
const readCommitted = 1;
/** Holes that compaction leaves come as empty answers; the second in a row is believed. */
const emptyAnswersBelieved = 2;

interface Opened {
  readonly cluster: Cluster;
  readonly consumer: Consumer;
  readonly network: Network;
}

/**
 * Questions to the brokers, and reading by hand without a group. The driver hands its connections to partition assigners only, so they
 * are taken from there. After any failure they are closed and made anew: that is what finds a new leader.
 */
export class ClusterAccess {
  private opening: Promise<Opened> | undefined;
  private closed = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly clock: QueueClock,
    private readonly report: Report,
    private readonly network: () => Network,
  ) {}

  /** Throws EngineUnavailableError where no broker answers. */
  async ping(): Promise<void> {
    await this.ask('asking for the brokers', async (cluster) => {
      const { brokers } = await cluster.metadata();
      if (brokers.length === 0) throw new EngineUnavailableError('the cluster has no broker');
    });
  }

  async partitions(topic: string): Promise<readonly number[]> {
    return this.ask(`looking for topic ${topic}`, (cluster) => partitionsOf(cluster, topic));
  }

  /** Resolves when the ends that were asked for up to now, as they are now, are known. */
  endsKnown: Promise<unknown> = Promise.resolve();

  /** The ends as they are at the call: what this process publishes after it waits for `endsKnown`, or it would count as before. */
  endsNow(topic: string): Promise<ReadonlyMap<number, PartitionEnds>> {
    const ends = this.ends(topic);
    this.endsKnown = Promise.allSettled([this.endsKnown, ends]);
    return ends;
  }

  async ends(topic: string): Promise<ReadonlyMap<number, PartitionEnds>> {
    return this.ask(`looking for the end of ${topic}`, async (cluster) => {
      const partitions = (await partitionsOf(cluster, topic)).map((partition) => ({ partition }));
      const [high] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]);
      const [low] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]);
      const ends = new Map<number, PartitionEnds>();
      for (const { partition, offset } of high?.partitions ?? []) {
        const first = low?.partitions.find((each) => each.partition === partition);
        if (first) ends.set(partition, { low: Number(first.offset), high: Number(offset) });
      }
      if (ends.size !== partitions.length) throw new EngineUnavailableError(`the ends of ${topic} are not known now`);
      return ends;
    });
  }

  async committed(groupId: string, topic: string): Promise<ReadonlyMap<number, Committed>> {
    return this.ask(`asking what ${groupId} has committed`, async (cluster) => {
      const partitions = (await partitionsOf(cluster, topic)).map((partition) => ({ partition, offset: '-1' }));
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      const { responses } = (await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] })) as unknown as OffsetsAnswer;
      return new Map(
        responses.flatMap((response) =>
          response.partitions.map(({ partition, offset, metadata }) => [partition, { offset: Number(offset), metadata }] as const),
        ),
      );
    });
  }

  /** Gives every record from `from` to before `to`, in order. */
  async read(topic: string, partition: number, from: number, to: number, take: (record: KafkaRecord) => void): Promise<void> {
    let next = from;
    for (let empty = 0; next < to && empty < emptyAnswersBelieved; ) {
      const records = await this.fetch(topic, partition, next);
      empty = records.length === 0 ? empty + 1 : 0;
      for (const record of records) {
        if (record.offset < next || record.offset >= to) continue;
        take(record);
      }
      next = Math.max(next, (records.at(-1)?.offset ?? -1) + 1);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const opened = await this.opening?.catch(() => undefined);
    await opened?.consumer.disconnect();
    opened?.network.cut();
  }

  private async fetch(topic: string, partition: number, fetchOffset: number): Promise<readonly KafkaRecord[]> {
    return this.ask(`reading ${topic}/${partition}`, async (cluster) => {
      await partitionsOf(cluster, topic);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (nodeId === undefined) throw new EngineUnavailableError(`${topic}/${partition} has no leader now`);
      const broker = await cluster.findBroker({ nodeId });
      const answer = (await broker.fetch({
        maxWaitTime: fetchWaitMs,
        minBytes: 1,
        maxBytes: fetchAtMostBytes,
        isolationLevel: readCommitted,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(fetchOffset), maxBytes: fetchAtMostBytes }] }],
      })) as FetchAnswer;
      return answer.responses
        .flatMap((response) => response.partitions.flatMap(({ messages }) => messages))
        .filter(({ isControlRecord }) => isControlRecord !== true)
        .map(({ offset, key, value, headers }) => ({ partition, offset: Number(offset), key, value, headers }));
    });
  }

  private async ask<T>(what: string, question: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      if (this.closed) throw new EngineUnavailableError(`${what}: the queue is closed`);
      this.opening ??= this.open();
      const opening = this.opening;
      try {
        return await question((await opening).cluster);
      } catch (error) {
        await this.drop(opening);
        // A topic that was just made may not be known to every broker yet.
        const isHopeless = isPermanent(error) && !(error instanceof MissingTopicError);
        if (failures >= triesAtMost || isHopeless) throw asEngineTrouble(what, error);
        this.report(`kafka: ${what} failed, it is tried again`, error);
        await this.clock.sleep(waitBetweenTriesMs * failures);
      }
    }
  }

  private async open(): Promise<Opened> {
    const network = this.network();
    let cluster: Cluster | undefined;
    const consumer = openClient(this.connection, this.report, network).consumer({
      groupId: 'reads-without-a-group',
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (config) => {
          cluster = config.cluster;
          return PartitionAssigners.roundRobin(config);
        },
      ],
    });
    if (!cluster) throw new Error('the driver makes its assigners at another time than it did');
    try {
      await consumer.connect();
    } catch (error) {
      network.cut();
      throw error;
    }
    return { cluster, consumer, network };
  }

  private async drop(opening: Promise<Opened> | undefined): Promise<void> {
    if (this.opening === opening) this.opening = undefined;
    // What could not be opened needs no closing, and who asked has been told.
    const opened = await opening?.catch(() => undefined);
    opened?.network.cut();
  }
}

async function partitionsOf(cluster: Cluster, topic: string): Promise<readonly number[]> {
  try {
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    const partitions = cluster.findTopicPartitionMetadata(topic);
    if (partitions.length === 0) throw new MissingTopicError(topic);
    return partitions.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
  } catch (error) {
    if (isUnknownTopic(error)) throw new MissingTopicError(topic);
    throw error;
  }
}
