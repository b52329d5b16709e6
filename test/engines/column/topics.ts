import { randomUUID } from 'node:crypto';
import { type IHeaders, Kafka as Client, logLevel } from 'kafkajs';
import { until } from '../kit/until.js';

/** A message as any other system reads it. */
export interface Read {
  readonly key: string;
  readonly headers: { readonly [name: string]: string };
  readonly value: string;
}

const READ_MS = 30_000;

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
    const consumer = this.#client.consumer({ groupId: randomUUID() });
    const read: Read[] = [];
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
    await consumer.disconnect();
    return read;
  }
}

function textOf(headers: IHeaders = {}): Read['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** The first of each id, in the order read: what consumers see who drop the ids that they know. */
export function firstOfEach(read: readonly Read[]): readonly Read[] {
  const seen = new Set<string>();
  return read.filter(({ headers: { ce_id: id = '' } }) => !seen.has(id) && seen.add(id));
}
