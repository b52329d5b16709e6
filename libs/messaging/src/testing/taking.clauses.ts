import assert from 'node:assert/strict';
import { done, drain, message, numbered, type QueueClause, takeOne, until, within } from './clause.js';

/** Messages taken by hand. */
export const takingClauses: readonly QueueClause[] = [
  {
    sentence: 'a taken message that is done is not offered again, also after a restart; one that is not done is',
    async run(bench) {
      await bench.queue.publish(bench.topic, [message('a', '1'), message('b', '2')]);
      const first = await takeOne(bench, bench.queue);
      assert.deepEqual([first.key, first.body], ['a', '1']);
      await takeOne(bench, bench.queue);
      assert.equal(await bench.queue.take(bench.topic, 'g', 0), undefined);
      await first.done();
      const queue = await bench.restart();
      assert.deepEqual(await drain(bench, queue), ['2']);
    },
  },
  {
    sentence: 'a message that is given back is offered again at once',
    async run(bench) {
      await bench.queue.publish(bench.topic, numbered('k', 1));
      const first = await takeOne(bench, bench.queue);
      const next = bench.queue.take(bench.topic, 'g', bench.patienceMs);
      await first.giveBack();
      const second = await within(bench, 'it is offered again', next);
      assert.equal(second?.offset, first.offset);
      await second?.done();
      await first.giveBack();
      assert.equal(await bench.queue.take(bench.topic, 'g', 0), undefined, 'giving back what another has finished changes nothing');
    },
  },
  {
    sentence: '`take` waits for a message up to `waitMs`, then answers with none',
    async run(bench) {
      const began = bench.clock.now();
      assert.equal(await within(bench, 'the wait ends', bench.queue.take(bench.topic, 'g', 60)), undefined);
      assert.ok(bench.clock.now() - began >= 55, 'it waited');
      const waiting = bench.queue.take(bench.topic, 'g', bench.patienceMs);
      await bench.queue.publish(bench.topic, numbered('k', 1));
      assert.equal((await within(bench, 'the message arrives', waiting))?.body, '1');
    },
  },
  {
    sentence: 'an aborted `take` answers with none at once, and swallows no message',
    async run(bench) {
      const abort = new AbortController();
      const waiting = bench.queue.take(bench.topic, 'g', bench.patienceMs * 10, abort.signal);
      abort.abort();
      assert.equal(await within(bench, 'the call ends', waiting), undefined);
      await bench.queue.publish(bench.topic, numbered('k', 1));
      assert.equal(await bench.queue.take(bench.topic, 'g', 0, AbortSignal.abort()), undefined);
      assert.equal((await takeOne(bench, bench.queue)).body, '1');
    },
  },
  {
    sentence: 'callers of `take` and consumers of one group share its messages',
    async run(bench) {
      await bench.queue.publish(
        bench.topic,
        numbered('', 6).map(({ body }) => message(`key-${body}`, body)),
      );
      const taken = await takeOne(bench, bench.queue);
      const seen: string[] = [];
      const consumer = await bench.queue.consume({
        topic: bench.topic,
        group: 'g',
        handler: async ({ body }) => {
          seen.push(body);
          return done;
        },
      });
      await until(bench, 'the consumer has the rest', () => seen.length >= 5);
      assert.deepEqual(seen, ['2', '3', '4', '5', '6']);
      await taken.giveBack();
      await within(bench, 'everything is handled', consumer.idle());
      assert.deepEqual(seen, ['2', '3', '4', '5', '6', '1']);
    },
  },
];
