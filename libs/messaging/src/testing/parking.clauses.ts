import assert from 'node:assert/strict';
import type { MessageQueue, Parked } from '../queue.port.js';
import { drain, message, noting, numbered, type QueueClause, until, within } from './clause.js';

/** Failing, parking, and what people do with what is parked. */
export const parkingClauses: readonly QueueClause[] = [
  {
    sentence:
      'a handler that throws is tried again, as often as `attempts` says, then the message is parked with its reason while others go on',
    async run(bench) {
      await bench.queue.publish(bench.topic, [...numbered('bad', 2), ...numbered('good', 3)]);
      const seen: string[] = [];
      let tried = 0;
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        attempts: 3,
        handler: async (delivery) => {
          if (delivery.key !== 'bad' || delivery.body !== '1') return noting(seen)(delivery);
          tried += 1;
          throw new Error('the lamp is broken');
        },
      });
      await until(bench, 'the others are handled', () => seen.length >= 3);
      assert.deepEqual(seen, ['good:1', 'good:2', 'good:3']);
      await within(bench, 'everything is handled or parked', consumer.idle());
      assert.equal(tried, 3);
      assert.deepEqual(seen.slice(3), ['bad:2']);
      const [parked, ...more] = await bench.queue.parked({ limit: 10 });
      assert.equal(more.length, 0);
      assert.match(parked?.reason ?? '', /the lamp is broken/);
      assert.deepEqual([parked?.topic, parked?.group, parked?.key, parked?.body], [bench.topic, 'g', 'bad', '1']);
    },
  },
  {
    sentence: 'between the attempts there is a pause',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 1));
      const times: number[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        attempts: 3,
        handler: async () => {
          times.push(bench.clock.now());
          throw new Error('no');
        },
      });
      await within(bench, 'the message is parked', consumer.idle());
      const [first = 0, second = 0, third = 0] = times;
      assert.ok(second - first >= 100 && third - second >= 100, `tried at ${times.map((time) => time - first).join(', ')} ms`);
    },
  },
  {
    sentence: 'a handler may park a message at once, with a reason; it is listed as it was sent and not offered again',
    async run(bench) {
      await bench.queue.publish(bench.topic, [message('k', 'nonsense', { ce_id: '7' }), message('k', 'sense')]);
      const before = bench.clock.now();
      const seen: string[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async (delivery) => (delivery.body === 'nonsense' ? { kind: 'park', reason: 'makes no sense' } : noting(seen)(delivery)),
      });
      await within(bench, 'everything is handled', consumer.idle());
      await consumer.stop();
      assert.deepEqual(seen, ['k:sense']);
      const queue = await bench.restart();
      assert.deepEqual(await drain(bench, queue), []);
      const parked = await only(queue);
      const { key, headers, body, topic, group, reason } = parked;
      assert.deepEqual(
        { key, headers: { ...headers }, body, topic, group, reason },
        { key: 'k', headers: { ce_id: '7' }, body: 'nonsense', topic: bench.topic, group: 'g', reason: 'makes no sense' },
      );
      assert.ok(parked.parkedAt >= before && parked.parkedAt <= bench.clock.now(), 'parked now');
      assert.notEqual(parked.offset, '');
    },
  },
  {
    sentence: 'a message counts as finished by parking only when it is stored as parked',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 1));
      await bench.queue.consume({ topic: bench.topic, group: 'g', handler: async () => ({ kind: 'park', reason: 'no' }) });
      await until(bench, 'nothing is left to do', async () => (await bench.queue.lag(bench.topic, 'g')) === 0);
      const queue = await bench.restart();
      const again = await drain(bench, queue);
      assert.equal(again.length + (await queue.parked({ limit: 10 })).length, 1);
    },
  },
  {
    sentence: 'a message that never was on a topic can be parked, durably, without being offered to anybody',
    async run(bench) {
      const made = await bench.queue.park(bench.topic, 'http', message('a-1', '{"by":"call"}', { ce_id: 'c' }), 'unknown account');
      const queue = await bench.restart();
      assert.deepEqual(plain(await only(queue)), plain(made));
      assert.equal(made.body, '{"by":"call"}');
      assert.equal(made.reason, 'unknown account');
      assert.deepEqual(await drain(bench, queue, 'http'), []);
    },
  },
  {
    sentence: 'parked messages are listed oldest first, page by page',
    async run(bench) {
      for (const { key, body } of numbered('k', 5)) await bench.queue.park(bench.topic, 'g', message(key, body), 'r');
      const first = await bench.queue.parked({ limit: 2 });
      const second = await bench.queue.parked({ limit: 2, after: first.at(-1)?.id ?? '' });
      const third = await bench.queue.parked({ limit: 2, after: second.at(-1)?.id ?? '' });
      assert.deepEqual(
        [first, second, third].map((page) => page.map(({ body }) => body)),
        [['1', '2'], ['3', '4'], ['5']],
      );
    },
  },
  {
    sentence: 'replay publishes the message on its topic again, as it was, and takes it out of the parking, once',
    async run(bench) {
      const seen: unknown[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async ({ key, headers, body }) => {
          seen.push({ key, headers: { ...headers }, body });
          return { kind: 'done' };
        },
      });
      const sent = { key: 'k', headers: { ce_id: '9', ce_type: 't' }, body: 'again' };
      const { id } = await bench.queue.park(bench.topic, 'g', sent, 'r');
      const answers = await Promise.all([bench.queue.replay(id), bench.queue.replay(id)]);
      assert.deepEqual(answers.sort(), [false, true]);
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(seen, [sent]);
      assert.deepEqual(await bench.queue.parked({ limit: 10 }), []);
      assert.deepEqual([await bench.queue.replay(id), await bench.queue.replay('no such id')], [false, false]);
    },
  },
  {
    sentence: 'a crash during replay leaves the message parked or on its topic: not neither, not both',
    async run(bench) {
      const { id } = await bench.queue.park(bench.topic, 'g', message('k', '1'), 'r');
      const call = bench.queue.replay(id);
      call.catch((error: unknown) => error);
      await bench.clock.sleep(50);
      const queue = await bench.restart();
      const onTopic = await drain(bench, queue);
      assert.equal(onTopic.length + (await queue.parked({ limit: 10 })).length, 1);
    },
  },
  {
    sentence: 'discard takes a message out of the parking for good, once',
    async run(bench) {
      const { id } = await bench.queue.park(bench.topic, 'g', message('k', '1'), 'r');
      assert.equal(await bench.queue.discard(id), true);
      assert.equal(await bench.queue.discard(id), false);
      const queue = await bench.restart();
      assert.deepEqual(await queue.parked({ limit: 10 }), []);
      assert.deepEqual(await drain(bench, queue), []);
    },
  },
];

async function only(queue: MessageQueue): Promise<Parked> {
  const [parked, ...more] = await queue.parked({ limit: 10 });
  assert.ok(parked && more.length === 0, 'one message is parked');
  return parked;
}

function plain(parked: Parked): unknown {
  return { ...parked, headers: { ...parked.headers } };
}
