import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { queueContract } from '#messaging/testing';
import { message, noting, until } from '../../libs/messaging/src/testing/clause.js';
import { type KafkaBench, kafkaBench, type KafkaBenchOptions } from './kafka.under-test.js';
import { sharedKafka } from './kit/shared.js';

const manyKeys = Array.from({ length: 40 }, (_, i) => message(`key-${i}`, String(i)));

async function onKafka(work: (bench: KafkaBench) => Promise<void>, options?: KafkaBenchOptions): Promise<void> {
  const bench = await kafkaBench((await sharedKafka()).bootstrap, options);
  try {
    await work(bench);
    expect(bench.fatal).toEqual([]);
  } finally {
    await bench.close();
  }
}

describe('the queue on Kafka', () => {
  it.each(queueContract.map((clause) => [clause.sentence, clause] as const))('%s', (_, clause) => onKafka((bench) => clause.run(bench)));

  it('names a missing topic and the command that makes it, to who publishes and to who consumes', () =>
    onKafka(async ({ queue }) => {
      const missing = { name: 'MissingTopicError', message: expect.stringContaining('credits topics create') as string };
      await expect(queue.publish('nowhere', [message('k', '1')])).rejects.toMatchObject(missing);
      await expect(queue.consume({ topic: 'nowhere', group: 'g', handler: noting([]) })).rejects.toMatchObject(missing);
    }));

  it('counts a batch over several partitions as published when all of it is there, though its publisher died before saying so', () =>
    onKafka(
      async (bench) => {
        await bench.queue.publish(bench.topic, manyKeys, { publisher: 'p', checkpoint: '1' });
        // The next one dies when its messages are stored: the record of its checkpoint never comes.
        const dying = bench.open();
        let stored = false;
        const consumer = await bench.queue.consume({
          topic: bench.topic,
          group: 'g',
          handler: async ({ body }) => {
            stored ||= body === 'last';
            return { kind: 'done' };
          },
        });
        await consumer.idle();
        const call = dying.publish(bench.topic, [message('k', 'last')], { publisher: 'p', checkpoint: '2' });
        call.catch((error: unknown) => error);
        await until(bench, 'its message is stored', () => stored);
        await dying.vanish();
        expect(await bench.restart().then((queue) => queue.checkpoint('p'))).toBe('2');
      },
      { partitions: 3 },
    ));

  it('shares a topic of several partitions between two queues, each message once, and goes on when one of them leaves', () =>
    onKafka(
      async (bench) => {
        const [one, two] = [[] as string[], [] as string[]];
        const other = bench.open();
        const consumer = await bench.queue.consume({ topic: bench.topic, group: 'g', concurrency: 4, handler: noting(one) });
        await other.consume({ topic: bench.topic, group: 'g', concurrency: 4, handler: noting(two) });
        let sent = 0;
        const send = async (): Promise<void> => {
          sent += manyKeys.length;
          await bench.queue.publish(bench.topic, manyKeys);
        };
        await until(bench, 'both have some', async () => {
          await send();
          return one.length > 0 && two.length > 0;
        });
        await other.close();
        await send();
        await consumer.idle();
        expect(new Set([...one, ...two]).size).toBe(manyKeys.length);
        expect(one.length + two.length).toBeGreaterThanOrEqual(sent);
        await until(bench, 'all of it is written as finished', async () => (await bench.queue.lag(bench.topic, 'g')) === 0);
      },
      { partitions: 4 },
    ));

  it('leaves a group that only `take` used when nobody has called for a time, so that others have its partitions', () =>
    onKafka(async (bench) => {
      const first = bench.open({ takeIdleMs: 300 });
      expect(await first.take(bench.topic, 'g', 2_000)).toBeUndefined();
      await bench.queue.publish(bench.topic, [message('k', '1')]);
      const taken = await first.take(bench.topic, 'g', 10_000);
      await taken?.done();
      await bench.queue.publish(bench.topic, [message('k', '2')]);
      expect((await bench.queue.take(bench.topic, 'g', 15_000))?.body).toBe('2');
      await first.close();
    }));

  it.each([
    ['of bytes that are no text', { value: Buffer.alloc(3_500_000, 0x9f) }],
    ['with a key that is larger as JSON', { key: Buffer.alloc(1_200_000, 1), value: Buffer.from('{}') }],
    [
      'of very many headers',
      { value: Buffer.from('{}'), headers: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`h${n}`, 'v'])) },
    ],
    ['without anything', { key: null, value: null }],
  ])('parks a message %s, holds up nobody for it, and publishes it again', (_, harm) =>
    onKafka(async (bench) => {
      const raw = await rawProducer(bench);
      await raw.send({ key: 'harm', ...harm });
      await bench.queue.publish(bench.topic, [message('k', 'good')]);
      const seen: string[] = [];
      let offered = 0;
      await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async (delivery) => {
          if (delivery.body === 'good') return noting(seen)(delivery);
          offered += 1;
          return { kind: 'park', reason: 'no good' };
        },
      });
      await until(bench, 'the good one is handled, the other is parked', async () => {
        return (
          seen.length === 1 && (await bench.queue.parked({ limit: 10 })).length === 1 && (await bench.queue.lag(bench.topic, 'g')) === 0
        );
      });
      const [parked] = await bench.queue.parked({ limit: 10 });
      expect(parked?.reason).toMatch(/^no good/);
      expect(await bench.queue.replay(parked?.id ?? '')).toBe(true);
      await until(bench, 'it was offered again, and is parked again', async () => {
        return offered === 2 && (await bench.queue.parked({ limit: 10 })).length === 1;
      });
      const [again] = await bench.queue.parked({ limit: 10 });
      expect(await bench.queue.discard(again?.id ?? '')).toBe(true);
      expect(await bench.queue.parked({ limit: 10 })).toEqual([]);
      await raw.close();
    }),
  );
});

/** Publishes what our own adapter never would. */
async function rawProducer({ options, topic }: KafkaBench) {
  const producer = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    send: (record: Message) => producer.send({ topic: `${options.prefix}${topic}`, messages: [{ ...record, partition: 0 }] }),
    close: () => producer.disconnect(),
  };
}
