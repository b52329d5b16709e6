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
});
