import { Kafka, logLevel } from 'kafkajs';
import { createTopics, KafkaQueue, type KafkaQueueOptions } from '#messaging/kafka';
import type { QueueUnderTest } from '#messaging/testing';
import type { QueueClock } from '../../libs/messaging/src/delivery/surroundings.js';

/** The wall's clock: the brokers go by it too. */
export const wallClock: QueueClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    }),
};

/** Short enough for a test to wait for, long enough for a busy machine. */
export const sessionTimeoutMs = 1_500;
const fetchWaitMs = 50;

export interface KafkaBench extends QueueUnderTest {
  readonly queue: KafkaQueue;
  readonly reports: string[];
  readonly fatal: Error[];
  readonly options: KafkaQueueOptions;
  open(more?: Partial<KafkaQueueOptions>): KafkaQueue;
  restart(): Promise<KafkaQueue>;
}

let benches = 0;

export interface KafkaBenchOptions {
  readonly partitions?: number;
  readonly replicas?: number;
  readonly giveUpAfterMs?: number;
}

/** A queue with topics of its own on the brokers; with one partition, so that offsets are in the order of the calls. */
export async function kafkaBench(
  brokers: readonly string[],
  { partitions = 1, replicas = 1, giveUpAfterMs = 15_000 }: KafkaBenchOptions = {},
): Promise<KafkaBench> {
  benches += 1;
  const prefix = `t${process.pid}-${benches}.`;
  const reports: string[] = [];
  const fatal: Error[] = [];
  const report = (problem: string, error: unknown): void => void reports.push(`${problem} (${String(error)})`);
  await createTopics(
    { brokers },
    { prefix, replicas, minInSyncReplicas: Math.max(1, replicas - 1), report, topics: [{ name: 'topic', partitions }] },
  );
  const options: KafkaQueueOptions = {
    brokers,
    prefix,
    clock: wallClock,
    report,
    onFatal: (error) => void fatal.push(error),
    sessionTimeoutMs,
    fetchWaitMs,
    giveUpAfterMs,
  };
  const open = (more?: Partial<KafkaQueueOptions>): KafkaQueue => new KafkaQueue({ ...options, ...more });
  let current = open();
  return {
    queue: current,
    reports,
    fatal,
    options,
    open,
    clock: wallClock,
    topic: 'topic',
    patienceMs: 20_000,
    restart: async () => {
      await current.vanish();
      return (current = open());
    },
    sweep: () => dropFinished(brokers, `${prefix}topic`, prefix),
    close: async () => {
      await current.close();
    },
  };
}

/** Kafka drops by age. At its strictest: everything that all groups have finished, by its own deleting of records. */
async function dropFinished(brokers: readonly string[], topic: string, prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  const lowest = new Map<number, number>();
  for (const { groupId } of groups.filter((group) => group.groupId.startsWith(prefix)))
    for (const { partitions } of await admin.fetchOffsets({ groupId, topics: [topic] }))
      for (const { partition, offset } of partitions)
        lowest.set(partition, Math.min(lowest.get(partition) ?? Number.POSITIVE_INFINITY, Math.max(0, Number(offset))));
  const partitions = [...lowest].filter(([, offset]) => offset > 0).map(([partition, offset]) => ({ partition, offset: String(offset) }));
  if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}
