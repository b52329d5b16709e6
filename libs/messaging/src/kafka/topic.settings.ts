import { setTimeout } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Report } from '../delivery/surroundings.js';
import { type KafkaConnection, openClient } from './kafka-client.js';
import { asEngineTrouble, isPermanent } from './kafka-errors.js';
import { Network } from './network.js';

/** How a topic is to be made. */
export interface TopicSettings {
  readonly name: string;
  /** More of them later would move keys to other partitions, out of their order: choose for years. */
  readonly partitions: number;
  /** How long messages are kept at least, in milliseconds. To be longer than the longest outage to survive. */
  readonly retentionMs?: number;
  /** Keeps the newest message of each key for ever, instead of all of them for a time. */
  readonly compacted?: boolean;
  /** The largest batch, in bytes (default 4 MiB): a call's messages for one partition must fit. */
  readonly maxBytes?: number;
}

export interface TopicCreation {
  /** Put before each name, as `KafkaQueueOptions.prefix` is. */
  readonly prefix?: string;
  readonly topics: readonly TopicSettings[];
  /** Copies of each message (default 3). */
  readonly replicas?: number;
  /** Copies that must be written before a publish is acknowledged (default 2). */
  readonly minInSyncReplicas?: number;
  readonly report: Report;
}

/** What the adapter itself needs beside the topics that it is used with. */
export const parkedTopic = 'video-credits.parked';
export const checkpointsTopic = 'video-credits.checkpoints';

const triesAtMost = 20;
const waitBetweenTriesMs = 250;
const defaultMaxBytes = 4 * 1024 * 1024;
/** A parked message carries its reason and its place beside itself. */
const parkedMaxBytes = 6 * 1024 * 1024;

export const internalTopics: readonly TopicSettings[] = [
  { name: parkedTopic, partitions: 1, compacted: true, maxBytes: parkedMaxBytes },
  { name: checkpointsTopic, partitions: 1, compacted: true },
];

/**
 * Makes those of the topics, and of the adapter's own, that are not there; answers their full names. Never changes one that is. Throws
 * where the brokers refuse or are away; it may be called again.
 */
export async function createTopics(connection: KafkaConnection, creation: TopicCreation): Promise<readonly string[]> {
  const network = new Network();
  const made = new Set<string>();
  const admin = openClient(connection, creation.report, network).admin();
  try {
    await admin.connect();
    for (let tries = 1; ; tries += 1)
      try {
        for (const name of await createMissing(admin, creation)) made.add(name);
        return [...made];
      } catch (error) {
        if (isPermanent(error) || tries >= triesAtMost) throw asEngineTrouble('making topics', error);
        creation.report(`kafka: making topics failed, try ${tries} of ${triesAtMost}`, error);
        await setTimeout(waitBetweenTriesMs);
      }
  } finally {
    await admin.disconnect();
    network.cut();
  }
}

async function createMissing(
  admin: Admin,
  { prefix = '', topics, replicas = 3, minInSyncReplicas = 2 }: TopicCreation,
): Promise<readonly string[]> {
  const there = new Set(await admin.listTopics());
  const missing = [...topics, ...internalTopics].filter(({ name }) => !there.has(prefix + name));
  if (missing.length > 0) await create(admin, missing, prefix, replicas, minInSyncReplicas);
  // Every broker's first answers may still deny them: they are there when they are told with their leaders.
  await admin.fetchTopicMetadata({ topics: [...topics, ...internalTopics].map(({ name }) => prefix + name) });
  return missing.map(({ name }) => prefix + name);
}

async function create(admin: Admin, missing: readonly TopicSettings[], prefix: string, replicas: number, minInSync: number): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: missing.map((settings) => ({
      topic: prefix + settings.name,
      numPartitions: settings.partitions,
      replicationFactor: replicas,
      configEntries: configOf(settings, Math.min(minInSync, replicas)),
    })),
  });
}

function configOf(
  { retentionMs, compacted = false, maxBytes = defaultMaxBytes }: TopicSettings,
  minInSync: number,
): { name: string; value: string }[] {
  const entries = [
    { name: 'min.insync.replicas', value: String(minInSync) },
    { name: 'unclean.leader.election.enable', value: 'false' },
    { name: 'max.message.bytes', value: String(maxBytes) },
    { name: 'cleanup.policy', value: compacted ? 'compact' : 'delete' },
  ];
  if (retentionMs !== undefined && !compacted) entries.push({ name: 'retention.ms', value: String(retentionMs) });
  return entries;
}
