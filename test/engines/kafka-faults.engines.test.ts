import { Kafka as Client, logLevel } from 'kafkajs';
import { message, noting } from '../../libs/messaging/src/testing/clause.js';
import { type KafkaBench, kafkaBench, sessionTimeoutMs, wallClock } from './kafka.under-test.js';
import { ConsumerProcesses, type Handling, type Toll, Traffic } from './kafka-traffic.js';
import { eventually } from './kit/until.js';
import { type Kafka, startKafka } from './kit/kafka.js';

const recoveryMs = 30_000;
const tolls: Toll[] = [];

/** Messages flow while `harm` is done and for as long after as it takes; then nothing may be lost, and no key out of order. */
async function underTraffic(bench: KafkaBench, fault: string, harm: (traffic: Traffic) => Promise<void>): Promise<void> {
  const traffic = new Traffic(bench.queue, bench.topic);
  const consumer = await bench.queue.consume({ topic: bench.topic, group: 'g', concurrency: 4, handler: traffic.handler });
  await eventually('messages flow', recoveryMs, () => traffic.seen > 100);
  await harm(traffic);
  const after = traffic.seen;
  await eventually('messages flow again', recoveryMs, () => traffic.seen > after + 100);
  await traffic.stop();
  await eventually('everything acknowledged is handled', recoveryMs, () => traffic.missing.length === 0);
  await consumer.stop();
  const toll = traffic.toll(fault);
  tolls.push(toll);
  expect(toll).toMatchObject({ lost: 0, outOfOrder: 0 });
  expect(toll.longestGapMs).toBeLessThan(recoveryMs);
  expect(bench.fatal).toEqual([]);
}

afterAll(() => {
  const columns = ['messages', 'lost', 'offeredAgain', 'outOfOrder', 'longestGapMs'] as const;
  const lines = tolls.map((toll) => [...columns.map((column) => String(toll[column]).padStart(14)), `  ${toll.fault}`].join(''));
  process.stdout.write(`\n${columns.map((column) => column.padStart(14)).join('')}  fault\n${lines.join('\n')}\n`);
});

describe('the queue on one broker that is harmed', () => {
  let kafka: Kafka;
  let bench: KafkaBench;
  beforeAll(async () => {
    kafka = await startKafka({ brokers: 1, proxied: true });
  });
  afterAll(() => kafka.stop());
  beforeEach(async () => {
    bench = await kafkaBench(kafka.bootstrap, { partitions: 3 });
  });
  afterEach(() => bench.close());

  const broker = () => kafka.brokers[0] as Kafka['brokers'][number];

  it('K1, K2, K3: answers cut off after the append lose nothing and keep each key in order, by new producers', async () => {
    await underTraffic(bench, 'answers cut off after the append', async (traffic) => {
      for (let round = 0; round < 8; round += 1) {
        const seen = traffic.seen;
        broker().proxy?.cutAnswers(16);
        await eventually('messages flow between the cuts', recoveryMs, () => traffic.seen > seen + 30);
      }
    });
    expect((await bench.queue.replaced()).producers).toBeGreaterThan(0);
  });

  it('K1: a broker killed and started again loses nothing that was acknowledged', () =>
    underTraffic(bench, 'the broker killed and started again', async () => {
      await broker().kill();
      await broker().start();
    }));

  it('K7: a broker that hangs past two sessions is noticed, the consumer made anew', async () => {
    await underTraffic(bench, 'the broker frozen for three sessions', async () => {
      broker().freeze();
      await wallClock.sleep(3 * sessionTimeoutMs);
      broker().thaw();
    });
    expect((await bench.queue.replaced()).consumers).toBeGreaterThan(0);
  });

  it('K5: messages that always fail are parked among good ones, and the consumer is not restarted for them', async () => {
    const seen: string[] = [];
    await bench.queue.publish(
      bench.topic,
      Array.from({ length: 60 }, (_, i) => message(`key-${i}`, i % 10 === 0 ? 'poison' : 'good')),
    );
    const consumer = await bench.queue.consume({
      topic: bench.topic,
      group: 'g',
      concurrency: 4,
      attempts: 2,
      handler: async (delivery) => {
        if (delivery.body === 'poison') throw new Error('it always fails');
        return noting(seen)(delivery);
      },
    });
    await consumer.idle();
    expect(seen).toHaveLength(54);
    expect(await bench.queue.parked({ limit: 100 })).toHaveLength(6);
    expect((await bench.queue.replaced()).consumers).toBe(0);
  });

  it('K6: a consumer that can never join says so once, so that the process ends', async () => {
    const tooShort = bench.open({ sessionTimeoutMs: 100 });
    await tooShort.consume({ topic: bench.topic, group: 'g', handler: noting([]) });
    await eventually('it is told', recoveryMs, () => bench.fatal.length === 1);
    await tooShort.vanish();
  });

  it('K8: a handler that takes longer than a session keeps its partition', async () => {
    await bench.queue.publish(bench.topic, [message('k', '1')]);
    let begun = 0;
    const consumer = await bench.queue.consume({
      topic: bench.topic,
      group: 'g',
      handler: async () => {
        begun += 1;
        await wallClock.sleep(2 * sessionTimeoutMs);
        return { kind: 'done' };
      },
    });
    await consumer.idle();
    expect(begun).toBe(1);
    expect((await bench.queue.replaced()).consumers).toBe(0);
  });

  it('K9: what was only fetched is not committed', async () => {
    await bench.queue.publish(
      bench.topic,
      Array.from({ length: 30 }, (_, i) => message(`key-${i}`, String(i))),
    );
    const begun: string[] = [];
    await bench.queue.consume({
      topic: bench.topic,
      group: 'g',
      handler: ({ body }) => {
        begun.push(body);
        return new Promise(() => undefined);
      },
    });
    await eventually('one is begun', recoveryMs, () => begun.length === 1);
    await wallClock.sleep(sessionTimeoutMs);
    expect(await bench.queue.lag(bench.topic, 'g')).toBe(30);
    const next = await bench.restart();
    const seen: string[] = [];
    await (await next.consume({ topic: bench.topic, group: 'g', concurrency: 4, handler: noting(seen) })).idle();
    expect(new Set(seen).size).toBe(30);
  });

  it('K10: a group whose place is not kept any more goes on with the first message that is, and says what it missed', async () => {
    const topic = `${bench.options.prefix}topic`;
    const handled: string[] = [];
    const consume = () => bench.queue.consume({ topic: bench.topic, group: 'g', handler: noting(handled) });
    await bench.queue.publish(bench.topic, [message('k', '1')]);
    const first = await consume();
    await first.idle();
    await first.stop();
    await bench.queue.publish(bench.topic, [message('k', '2'), message('k', '3')]);
    const admin = new Client({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const full = (await admin.fetchTopicOffsets(topic)).filter(({ high }) => Number(high) === 3);
    await admin.deleteTopicRecords({ topic, partitions: full.map(({ partition }) => ({ partition, offset: '2' })) });
    await admin.disconnect();
    const second = await consume();
    await second.idle();
    expect(handled).toEqual(['k:1', 'k:3']);
    expect(bench.reports.filter((report) => report.includes('not kept any more'))).toHaveLength(1);
  });
});

describe('the queue on one broker, with processes that come and go', () => {
  const processes = new ConsumerProcesses();
  let kafka: Kafka;
  let bench: KafkaBench;
  beforeAll(async () => {
    [kafka] = await Promise.all([startKafka(), processes.prepare()]);
  });
  afterAll(async () => {
    processes.end();
    await kafka.stop();
  });
  beforeEach(async () => {
    bench = await kafkaBench(kafka.bootstrap, { partitions: 4 });
  });
  afterEach(() => bench.close());

  /** What the other process handled counts as well. */
  function counted(traffic: Traffic, handled: () => readonly Handling[]): () => number {
    let told = 0;
    return () => {
      const all = handled();
      for (const { id, at } of all.slice(told)) traffic.saw(id, at);
      return (told = all.length);
    };
  }

  it('a consumer process frozen past its session loses its partitions to the others, and harms nothing when it goes on', () =>
    underTraffic(bench, 'a consumer process frozen for three sessions', async (traffic) => {
      const { child, handled } = processes.start(bench);
      const count = counted(traffic, handled);
      await eventually('the other process has some', recoveryMs, () => count() > 50);
      child.kill('SIGSTOP');
      count();
      await wallClock.sleep(3 * sessionTimeoutMs);
      child.kill('SIGCONT');
      const before = count();
      await eventually('it has some again', recoveryMs, () => count() > before + 50);
      child.kill('SIGTERM');
      await eventually('it has left', recoveryMs, () => child.exitCode !== null);
      count();
    }));

  it('a consumer process that joins, is killed, and joins again loses nothing', () =>
    underTraffic(bench, 'a consumer process joins, is killed, joins, leaves', async (traffic) => {
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const { child, handled } = processes.start(bench);
        const count = counted(traffic, handled);
        await eventually('the other process has some', recoveryMs, () => count() > 50);
        child.kill(signal);
        await eventually('it has ended', recoveryMs, () => child.exitCode !== null || child.signalCode !== null);
        count();
      }
    }));
});

describe('the queue on three brokers', () => {
  let kafka: Kafka;
  beforeAll(async () => {
    kafka = await startKafka({ brokers: 3 });
  });
  afterAll(() => kafka.stop());

  it("K11: partitions' leaders killed while messages are published lose nothing that was acknowledged", async () => {
    const bench = await kafkaBench(kafka.bootstrap, { partitions: 6, replicas: 3 });
    await underTraffic(bench, 'each of three brokers killed in turn', async (traffic) => {
      for (const broker of kafka.brokers) {
        await broker.kill();
        const seen = traffic.seen;
        await eventually('messages flow without it', recoveryMs, () => traffic.seen > seen + 100);
        await broker.start();
      }
    });
    await bench.close();
  });
});
