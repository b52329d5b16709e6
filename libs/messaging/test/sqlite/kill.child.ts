import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteQueue } from '../../src/sqlite/index.js';
import { quickClock } from '../quick.clock.js';
import { openTestDatabase } from './test-database.js';

/**
 * What is killed: publishes numbered messages, going on from its checkpoint; consumes one topic and takes from another. Each line of
 * its log is written when the thing has happened. With `drain` it publishes nothing and ends when all is handled.
 */
export type Mode = 'run' | 'drain';

const [folder = '', logFile = '', mode = ''] = process.argv.slice(2);
const log = openSync(logFile, 'a');
const say = (...words: readonly (string | number)[]): unknown => writeSync(log, `${words.join(' ')}\n`);
const clock = quickClock(1);
const queue = new SqliteQueue({
  database: openTestDatabase(join(folder, 'events.sqlite')),
  clock,
  report: (problem) => say('trouble', problem),
});
const keys = ['a', 'b', 'c'];

async function publishOnAndOn(): Promise<never> {
  for (let n = Number((await queue.checkpoint('p')) ?? '0') + 1; ; n += 1) {
    await queue.publish(
      'work',
      keys.map((key) => ({ key, headers: {}, body: String(n) })),
      { publisher: 'p', checkpoint: String(n) },
    );
    say('published', n);
    if (n % 10 === 0) await queue.publish('hand', [{ key: 'h', headers: {}, body: String(n) }]);
  }
}

async function takeByHand(waitMs: number): Promise<void> {
  for (let taken = await queue.take('hand', 'g', waitMs); taken; taken = await queue.take('hand', 'g', waitMs)) {
    say('taken', taken.offset);
    await taken.done();
    say('done', taken.offset);
  }
}

const consumer = await queue.consume({
  topic: 'work',
  group: 'g',
  concurrency: 4,
  handler: async ({ key, body }) => {
    if (Number(body) % 20 === 0) await clock.sleep(30);
    say('handled', key, body);
    return { kind: 'done' };
  },
});
if ((mode as Mode) === 'drain') {
  await takeByHand(0);
  await consumer.idle();
  await queue.close();
  say('at-rest');
} else {
  say('ready');
  await Promise.all([publishOnAndOn(), takeByHand(60_000)]);
}
