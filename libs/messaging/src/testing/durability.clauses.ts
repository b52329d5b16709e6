import assert from 'node:assert/strict';
import { drain, message, noting, numbered, type QueueClause, takeOne, until, within } from './clause.js';

/** What a crash may and may not change. */
export const durabilityClauses: readonly QueueClause[] = [
  {
    sentence: 'what was published is there after a restart',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 3));
      const queue = await bench.restart();
      assert.deepEqual(await drain(bench, queue), ['1', '2', '3']);
    },
  },
  {
    sentence: 'the messages of one call are all there after a crash, or none of them',
    async run(bench) {
      const call = bench.queue.publish(bench.topic, numbered('k', 50));
      call.catch((error: unknown) => error);
      const queue = await bench.restart();
      const { length } = await drain(bench, queue);
      assert.ok(length === 0 || length === 50, `${length} of 50`);
    },
  },
  {
    sentence: "a publisher's checkpoint is stored with the messages: a restart never shows one without the other",
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 1), { publisher: 'p', checkpoint: 'at-1' });
      assert.equal(await bench.queue.checkpoint('p'), 'at-1');
      assert.equal(await bench.queue.checkpoint('nobody'), undefined);
      const call = bench.queue.publish(bench.topic, numbered('k', 1, 2), { publisher: 'p', checkpoint: 'at-2' });
      call.catch((error: unknown) => error);
      const queue = await bench.restart();
      const checkpoint = await queue.checkpoint('p');
      const bodies = await drain(bench, queue);
      assert.deepEqual(bodies, checkpoint === 'at-2' ? ['1', '2'] : ['1'], `checkpoint ${checkpoint}`);
      await queue.publish(bench.topic, [], { publisher: 'p', checkpoint: 'at-3' });
      assert.equal(await queue.checkpoint('p'), 'at-3');
    },
  },
  {
    sentence: 'what a stopped consumer had finished is not offered again after a restart',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 3));
      assert.deepEqual(await drain(bench, bench.queue), ['1', '2', '3']);
      const queue = await bench.restart();
      await queue.publish(bench.topic, numbered('k', 1, 4));
      assert.deepEqual(await drain(bench, queue), ['4']);
    },
  },
  {
    sentence: 'what was being handled at a crash is offered again',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 1));
      let begun = false;
      await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: () => {
          begun = true;
          return new Promise(() => undefined);
        },
      });
      await until(bench, 'the handler runs', () => begun);
      await bench.clock.sleep(50);
      const queue = await bench.restart();
      assert.deepEqual(await drain(bench, queue), ['1']);
    },
  },
  {
    sentence: 'a message finished before an earlier one is not offered again, the earlier one is',
    async run(bench) {
      await bench.queue.publish(
        bench.topic,
        ['a', 'b', 'c', 'd'].map((body) => message(body, body)),
      );
      const taken = [await takeOne(bench, bench.queue), await takeOne(bench, bench.queue), await takeOne(bench, bench.queue)];
      await taken[2]?.done();
      await taken[0]?.done();
      const queue = await bench.restart();
      assert.deepEqual(await drain(bench, queue), ['b', 'd']);
    },
  },
  {
    sentence: 'the same message has the same offset each time it is offered',
    async run(bench) {
      await bench.queue.publish(bench.topic, [message('a', '1'), message('b', '2')]);
      const before = [(await takeOne(bench, bench.queue)).offset, (await takeOne(bench, bench.queue)).offset];
      assert.notEqual(before[0], before[1]);
      const queue = await bench.restart();
      assert.deepEqual([(await takeOne(bench, queue)).offset, (await takeOne(bench, queue)).offset], before);
    },
  },
  {
    sentence: 'keys, headers and bodies arrive as they were sent: a megabyte, none at all, every script',
    async run(bench) {
      const text = 'Zoë’s 画廊 🖼️ שלום \u0000\u0001 "quoted" \\ \n\t';
      const sent = [
        message('ключ', text, { ce_subject: text, 'content-type': 'application/json' }),
        message('', '', {}),
        message('big', 'é😀'.repeat(200_000)),
      ];
      await bench.queue.publish(bench.topic, sent);
      const queue = await bench.restart();
      for (const { key, headers, body } of sent) {
        const taken = await takeOne(bench, queue);
        assert.equal(taken.key, key);
        assert.deepEqual({ ...taken.headers }, { ...headers });
        assert.ok(taken.body === body, `the body of ${body.length} characters came as ${taken.body.length}`);
        assert.equal(taken.topic, bench.topic);
        await taken.done();
      }
    },
  },
  {
    sentence: '`lag` counts what the group has not finished, and is right after a restart',
    async run(bench) {
      assert.equal(await bench.queue.lag(bench.topic, 'g'), 0);
      await bench.queue.publish(
        bench.topic,
        ['a', 'b', 'c', 'd'].map((body) => message(body, body)),
      );
      assert.equal(await bench.queue.lag(bench.topic, 'g'), 4);
      await takeOne(bench, bench.queue);
      await (await takeOne(bench, bench.queue)).done();
      assert.equal(await bench.queue.lag(bench.topic, 'g'), 3);
      const queue = await bench.restart();
      assert.equal(await queue.lag(bench.topic, 'g'), 3);
      assert.equal(await queue.lag(bench.topic, 'another'), 4);
    },
  },
  {
    sentence: 'retention never drops what a known group has not finished',
    async run(bench) {
      await bench.queue.publish(
        bench.topic,
        ['a', 'b', 'c', 'd'].map((body) => message(body, body)),
      );
      const quick: string[] = [];
      const consumer = await bench.queue.consume({ topic: bench.topic, group: 'quick', handler: noting(quick) });
      await within(bench, 'the quick group is idle', consumer.idle());
      await consumer.stop();
      const first = await takeOne(bench, bench.queue, 'slow');
      const second = await takeOne(bench, bench.queue, 'slow');
      await second.done();
      await bench.sweep();
      const queue = await bench.restart();
      await bench.sweep();
      assert.equal(first.body, 'a');
      assert.deepEqual(await drain(bench, queue, 'slow'), ['a', 'c', 'd']);
    },
  },
  {
    sentence: 'places are not used twice after everything was finished and dropped',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 2));
      const first = await takeOne(bench, bench.queue);
      const second = await takeOne(bench, bench.queue);
      await first.done();
      await second.done();
      await bench.sweep();
      const queue = await bench.restart();
      await queue.publish(bench.topic, numbered('k', 1, 3));
      const third = await takeOne(bench, queue);
      assert.equal(third.body, '3');
      assert.ok(![first.offset, second.offset].includes(third.offset), `offset ${third.offset} was used before`);
      await third.done();
      assert.equal(await queue.lag(bench.topic, 'g'), 0);
    },
  },
];
