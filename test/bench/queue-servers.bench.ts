import { Kafka as Client, logLevel, Partitioners } from 'kafkajs';
import { systemMachineClock } from '#event-sourcing';
import type { Message } from '#messaging';
import { createTopics, KafkaQueue } from '#messaging/kafka';
import { type Kafka, startKafka } from '../engines/kit/kafka.js';
import type { Figures } from './figures.js';

const calls = 1_500;
const perCall = 20;
const atOnce = 32;
const rounds = 3;
const partitions = 6;

const report = (problem: string): void => void process.stderr.write(`${problem}\n`);
const body = JSON.stringify({ filler: 'x'.repeat(400) });
const batch = (call: number): readonly Message[] =>
  Array.from({ length: perCall }, (_, i) => ({ key: `account-${(call * perCall + i) % 5_000}`, headers: { ce_id: `${call}-${i}` }, body }));

/** Messages a second of `publish`, with some calls under way at once. */
async function rateOf(publish: (messages: readonly Message[]) => Promise<unknown>): Promise<number> {
  let next = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (next < calls) await publish(batch(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (calls * perCall * 1_000) / (performance.now() - began);
}

/** Publishing by the adapter beside the driver alone, durable in the same way, by turns on one broker: medians of the rounds. */
async function compare(kafka: Kafka): Promise<Figures> {
  const brokers = kafka.bootstrap;
  await createTopics({ brokers }, { replicas: 1, report, topics: ['adapter', 'bare'].map((name) => ({ name, partitions })) });
  const queue = new KafkaQueue({ brokers, clock: systemMachineClock, report, onFatal: (error) => report(String(error)) });
  const producer = new Client({ brokers, logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const bare = (messages: readonly Message[]): Promise<unknown> =>
    producer.send({
      topic: 'bare',
      acks: -1,
      messages: messages.map(({ key, headers, body: value }) => ({ key, headers: { ...headers }, value })),
    });
  const adapter = (messages: readonly Message[]): Promise<unknown> => queue.publish('adapter', messages);
  await rateOf(bare);
  await rateOf(adapter);
  const rates: { readonly adapter: number; readonly bare: number }[] = [];
  for (let round = 1; round <= rounds; round += 1) rates.push({ adapter: await rateOf(adapter), bare: await rateOf(bare) });
  await producer.disconnect();
  await queue.close();
  const median = (of: 'adapter' | 'bare'): number => rates.map((rate) => rate[of]).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  return {
    'queue messages/s': Math.round(median('adapter')),
    'kafkajs alone messages/s': Math.round(median('bare')),
    'queue to kafkajs alone': Number((median('adapter') / median('bare')).toFixed(2)),
  };
}

/** On a broker that it starts: messages of 400 bytes, 20 a call, 32 calls under way. The adapter gathers calls that wait; the driver does not. */
export async function queueServersBench(): Promise<Figures> {
  const kafka = await startKafka();
  try {
    return await compare(kafka);
  } finally {
    await kafka.stop();
  }
}
