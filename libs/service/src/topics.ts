import { topics } from '#contracts';
import type { KafkaSettings } from './settings.js';

const DAY_MS = 24 * 3_600_000;
/** Keys keep their partition for as long as the number stays: more than there will ever be processes of one kind. */
const PARTITIONS = 12;

/** The topics of this product on the brokers. What comes in is kept for longer than any outage; what goes out, for who comes later. */
const settingsOfTopics = [
  { name: topics.billing, partitions: PARTITIONS, retentionMs: 30 * DAY_MS },
  { name: topics.renderJobs, partitions: PARTITIONS, retentionMs: 7 * DAY_MS },
  { name: topics.renderResults, partitions: PARTITIONS, retentionMs: 7 * DAY_MS },
  { name: topics.creditEvents, partitions: PARTITIONS, retentionMs: 400 * DAY_MS },
  { name: topics.creditBalances, partitions: PARTITIONS, compacted: true },
] as const;

/** Makes the topics that are not there; answers their names. Never changes one that is. */
export async function createTopics(
  { sasl, ...connection }: KafkaSettings,
  options: { readonly replicas: number; readonly report: (message: string) => void },
): Promise<readonly string[]> {
  const kafka = await import('#messaging/kafka');
  return kafka.createTopics(
    { ...connection, ...(sasl && { sasl }) },
    {
      topics: settingsOfTopics,
      replicas: options.replicas,
      report: (problem, error) => options.report(`${problem}: ${String(error)}`),
    },
  );
}
