import assert from 'node:assert/strict';
import { done, gate, message, noting, numbered, type QueueClause, until, within } from './clause.js';

/** Order, groups, and what runs beside what. */
export const orderClauses: readonly QueueClause[] = [
  {
    sentence: 'messages of one key are handled one at a time, in the order they were published',
    async run(bench) {
      const keys = ['a', 'b', 'c'];
      for (let i = 1; i <= 20; i += 1)
        await bench.queue.publish(
          bench.topic,
          keys.map((key) => message(key, String(i))),
        );
      const seen: string[] = [];
      const running = new Set<string>();
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        concurrency: 8,
        handler: async ({ key, body }) => {
          assert.ok(!running.has(key), `two of key ${key} at once`);
          running.add(key);
          await bench.clock.sleep(Number(body) % 3);
          running.delete(key);
          seen.push(`${key}:${body}`);
          return done;
        },
      });
      await within(bench, 'everything is handled', consumer.idle());
      for (const key of keys)
        assert.deepEqual(
          seen.filter((each) => each.startsWith(key)),
          numbered(key, 20).map(({ body }) => `${key}:${body}`),
        );
    },
  },
  {
    sentence: 'calls of publish that overlap are kept in the order of the calls',
    async run(bench) {
      const { queue, topic } = bench;
      const calls = numbered('k', 30).map((each) => queue.publish(topic, [each]));
      await Promise.all(calls);
      const seen: string[] = [];
      const consumer = await queue.consume({ topic, group: 'g', handler: noting(seen) });
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(
        seen,
        numbered('k', 30).map(({ body }) => `k:${body}`),
      );
    },
  },
  {
    sentence: 'a message that failed is handled before the later ones of its key',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 3));
      const seen: string[] = [];
      let failures = 0;
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        concurrency: 4,
        handler: async ({ key, body }) => {
          if (body === '1' && (failures += 1) < 3) throw new Error('not yet');
          return noting(seen)({ key, body, headers: {}, topic: bench.topic, offset: '' });
        },
      });
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(seen, ['k:1', 'k:2', 'k:3']);
    },
  },
  {
    sentence: 'one slow key, with all that waits behind it, holds up no other key',
    async run(bench) {
      await bench.queue.publish(bench.topic, [...numbered('slow', 1500), ...numbered('quick', 10)]);
      const { passed, open } = gate();
      const seen: string[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        concurrency: 2,
        handler: async (delivery) => {
          if (delivery.key === 'slow') await passed;
          return noting(seen)(delivery);
        },
      });
      await until(bench, 'the other key is handled', () => seen.length === 10);
      assert.deepEqual(
        seen,
        numbered('quick', 10).map(({ body }) => `quick:${body}`),
      );
      open();
      await within(bench, 'everything is handled', consumer.idle());
      assert.equal(seen.length, 1510);
    },
  },
  {
    sentence: 'in the order `offered`, messages begin in order and run side by side also within a key',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 4));
      const { passed, open } = gate();
      const begun: string[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        concurrency: 3,
        order: 'offered',
        handler: async ({ body }) => {
          begun.push(body);
          await passed;
          return done;
        },
      });
      await until(bench, 'three run side by side', () => begun.length === 3);
      open();
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(begun, ['1', '2', '3', '4']);
    },
  },
  {
    sentence: 'as many handlers run at once as `concurrency` says, and no more',
    async run(bench) {
      await bench.queue.publish(
        bench.topic,
        numbered('', 12).map(({ body }) => message(`key-${body}`, body)),
      );
      let running = 0;
      let most = 0;
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        concurrency: 3,
        handler: async () => {
          running += 1;
          most = Math.max(most, running);
          await bench.clock.sleep(20);
          running -= 1;
          return done;
        },
      });
      await within(bench, 'everything is handled', consumer.idle());
      assert.equal(most, 3);
    },
  },
  {
    sentence: 'every group sees every message',
    async run(bench) {
      const seen = { one: [] as string[], two: [] as string[] };
      const one = await bench.queue.consume({ topic: bench.topic, group: 'one', handler: noting(seen.one) });
      const two = await bench.queue.consume({ topic: bench.topic, group: 'two', handler: noting(seen.two) });
      await bench.queue.publish(bench.topic, numbered('k', 5));
      await within(bench, 'both groups are idle', Promise.all([one.idle(), two.idle()]));
      const all = numbered('k', 5).map(({ body }) => `k:${body}`);
      assert.deepEqual(seen, { one: all, two: all });
    },
  },
  {
    sentence: 'members of one group share the messages: each is handled once, by one of them',
    async run(bench) {
      const seen = { one: [] as string[], two: [] as string[] };
      const slowly = (into: string[]) => async (delivery: Parameters<ReturnType<typeof noting>>[0]) => {
        await bench.clock.sleep(5);
        return noting(into)(delivery);
      };
      const one = await bench.queue.consume({ topic: bench.topic, group: 'g', handler: slowly(seen.one) });
      await bench.queue.consume({ topic: bench.topic, group: 'g', handler: slowly(seen.two) });
      const messages = numbered('', 40).map(({ body }) => message(`key-${body}`, body));
      await bench.queue.publish(bench.topic, messages);
      await within(bench, 'the group is idle', one.idle());
      assert.ok(seen.one.length > 0 && seen.two.length > 0, 'both had some');
      assert.deepEqual([...seen.one, ...seen.two].sort(), messages.map(({ key, body }) => `${key}:${body}`).sort());
    },
  },
  {
    sentence: "messages from before the group's first consumer are seen by it, from the beginning",
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 3));
      const seen: string[] = [];
      const consumer = await bench.queue.consume({ topic: bench.topic, group: 'late', handler: noting(seen) });
      await bench.queue.publish(bench.topic, numbered('k', 1, 4));
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(seen, ['k:1', 'k:2', 'k:3', 'k:4']);
    },
  },
  {
    sentence: '`idle` resolves when what was published before the call is handled, and waits for nothing later',
    async run(bench) {
      const { passed, open } = gate();
      const later = gate();
      const seen: string[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async (delivery) => {
          await (delivery.body === '1' ? passed : later.passed);
          return noting(seen)(delivery);
        },
      });
      await bench.queue.publish(bench.topic, numbered('k', 1));
      let idle = false;
      const waiting = consumer.idle().then(() => (idle = true));
      await bench.queue.publish(bench.topic, numbered('k', 1, 2));
      await bench.clock.sleep(20);
      assert.equal(idle, false, 'not idle while the first is being handled');
      open();
      await within(bench, 'idle with the second unfinished', waiting);
      assert.deepEqual(seen, ['k:1']);
      later.open();
    },
  },
  {
    sentence: '`stop` takes no more, aborts the signals, waits for the handlers; what was not finished is offered to the next',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 3));
      let aborted = false;
      let ended = false;
      let begun = 0;
      const first = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async (_, signal) => {
          begun += 1;
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          aborted = true;
          await bench.clock.sleep(30);
          ended = true;
          throw new Error('stopped in the middle');
        },
      });
      await until(bench, 'the handler runs', () => begun === 1);
      await within(bench, 'the consumer stops', first.stop());
      assert.deepEqual({ aborted, ended, begun }, { aborted: true, ended: true, begun: 1 });
      const seen: string[] = [];
      const second = await bench.queue.consume({ topic: bench.topic, group: 'g', attempts: 1, handler: noting(seen) });
      await within(bench, 'everything is handled', second.idle());
      assert.deepEqual(seen, ['k:1', 'k:2', 'k:3']);
      assert.deepEqual(await bench.queue.parked({ limit: 10 }), []);
    },
  },
];
