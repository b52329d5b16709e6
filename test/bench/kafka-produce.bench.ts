import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka as Client, logLevel, Partitioners } from 'kafkajs';
import type { Message } from '#messaging';
import { createTopics, KafkaQueue } from '#messaging/kafka';
import { type Kafka, startKafka } from '../engines/kit/kafka.js';

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

/** Publishing by the adapter beside the driver alone, durable in the same way, by turns on one broker. */
async function compare(kafka: Kafka): Promise<void> {
  const brokers = kafka.bootstrap;
  await createTopics({ brokers }, { replicas: 1, report, topics: ['adapter', 'bare'].map((name) => ({ name, partitions })) });
  const clock = {
    now: () => performance.now(),
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  };
  const queue = new KafkaQueue({ brokers, clock, report, onFatal: report as (error: unknown) => void });
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
  for (let round = 1; round <= rounds; round += 1)
    process.stdout.write(
      `round ${round}: adapter ${Math.round(await rateOf(adapter))}, kafkajs alone ${Math.round(await rateOf(bare))} messages a second\n`,
    );
  await producer.disconnect();
  await queue.close();
}

const kafka = await startKafka();
try {
  process.stdout.write(
    `${kafka.version}, ${perCall} messages of ${body.length} bytes a call, ${atOnce} calls at once, ${partitions} partitions\n`,
  );
  await compare(kafka);
} finally {
  await kafka.stop();
}
