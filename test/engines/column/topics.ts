import { randomUUID } from 'node:crypto';
import { type IHeaders, Kafka as Client, logLevel } from 'kafkajs';
import { consumerGroups, topics } from '#contracts';
import { until } from '../kit/until.js';

/** A message as any other system reads it. */
export interface Read {
  readonly key: string;
  readonly headers: { readonly [name: string]: string };
  readonly value: string;
}

const READ_MS = 10_000;
/** A consumer that leaves first waits for its last fetch. */
const POLL_MS = 100;

/** Other systems on the brokers: they know the topics and CloudEvents, nothing of us. */
export class OtherSystems {
  readonly #client: Client;

  constructor(brokers: readonly string[]) {
    this.#client = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  }

  /** Publishes in CloudEvents binary mode; a `value` that is no object is sent as it is. */
  async publish(topic: string, key: string | null, type: string, value: object | string | null, id: string = randomUUID()): Promise<void> {
    const producer = this.#client.producer();
    await producer.connect();
    const headers = { ce_specversion: '1.0', ce_id: id, ce_source: '/another-system', ce_type: type, 'content-type': 'application/json' };
    const body = value === null || typeof value === 'string' ? value : JSON.stringify(value);
    await producer.send({ topic, messages: [{ key, headers, value: body }] });
    await producer.disconnect();
  }

  /** Everything on a topic up to now, each partition in its order. */
  async all(topic: string): Promise<readonly Read[]> {
    const admin = this.#client.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const left = new Map(ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
    const consumer = this.#client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: POLL_MS });
    const read: Read[] = [];
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          const end = left.get(partition);
          if (end === undefined) return;
          read.push({ key: String(message.key), headers: textOf(message.headers), value: String(message.value) });
          if (BigInt(message.offset) + 1n >= end) left.delete(partition);
        },
      });
      await until(`the end of ${topic}`, READ_MS, () => (left.size === 0 ? true : undefined));
      return read;
    } finally {
      await consumer.disconnect();
    }
  }
}

const CLEARED_MS = 45_000;
/** The product's own, and those that the queue's adapter has beside them. */
const OURS = [...Object.values(topics), 'video-credits.parked', 'video-credits.checkpoints'];

/** Takes the product's topics and groups off the brokers, as if nothing had run there. Waits for members that were killed to be forgotten. */
export async function clearTopics(brokers: readonly string[]): Promise<void> {
  const admin = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const there = async (): Promise<string[]> => (await admin.listTopics()).filter((name) => OURS.includes(name));
  const left = await there();
  if (left.length > 0) await admin.deleteTopics({ topics: left });
  await until('the topics are gone', CLEARED_MS, async () => (await there()).length === 0 || undefined);
  await until('the groups are gone', CLEARED_MS, async () => {
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    const ours = groups.filter((id) => Object.values(consumerGroups).some((group) => id.startsWith(group)));
    if (ours.length > 0) await admin.deleteGroups(ours);
    return true;
  });
  await admin.disconnect();
}

function textOf(headers: IHeaders = {}): Read['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** The first of each id, in the order read: what consumers see who drop the ids that they know. */
export function firstOfEach(read: readonly Read[]): readonly Read[] {
  const seen = new Set<string>();
  return read.filter(({ headers: { ce_id: id = '' } }) => !seen.has(id) && seen.add(id));
}
