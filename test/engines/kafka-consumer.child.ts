import { appendFileSync } from 'node:fs';
import { KafkaQueue } from '#messaging/kafka';
import { wallClock } from './kafka.under-test.js';

/** A process that consumes a topic and writes a line with the time for each message, until it is killed. */
const [brokers = '', prefix = '', topic = '', logFile = '', sessionTimeoutMs = ''] = process.argv.slice(2);
const say = (line: string): void => appendFileSync(logFile, `${line}\n`);
const queue = new KafkaQueue({
  brokers: brokers.split(','),
  prefix,
  clock: wallClock,
  report: () => undefined,
  onFatal: (error) => say(`fatal ${error.message}`),
  sessionTimeoutMs: Number(sessionTimeoutMs),
  fetchWaitMs: 50,
});
await queue.consume({
  topic,
  group: 'g',
  concurrency: 4,
  handler: async ({ key, body }) => {
    say(`handled ${key}:${body} ${Date.now()}`);
    return { kind: 'done' };
  },
});
process.on('SIGTERM', () => void queue.close().then(() => process.exit(0)));
