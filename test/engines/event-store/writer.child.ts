import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { NO_STREAM, systemMachineClock } from '#event-sourcing';
import { EventStoreDbStore } from '#event-sourcing/eventstoredb';

// Another process with a store of its own: `writer.child.ts <url> <name>`. Each line on its standard input is a task, each line on its
// standard output an answer; it ends with its input.

interface Task {
  readonly stream: string;
  /** Versions to be written, each by one append of one event at the version before. */
  readonly from: number;
  readonly to: number;
}

/** Repeats of an append whose outcome is unknown. */
const TRIES = 40;
const PAUSE_MS = 50;

const [url = '', name = ''] = process.argv.slice(2);
const quiet = { debug: () => undefined, warn: () => undefined };
const store = await EventStoreDbStore.open({ url, sandbox: true, clock: systemMachineClock, log: quiet });
console.log(JSON.stringify({ logId: store.logId }));

for await (const line of createInterface({ input: process.stdin })) {
  const { stream, from, to } = JSON.parse(line) as Task;
  const won: number[] = [];
  for (let version = from; version <= to; version += 1) {
    const append = () => store.append(stream, version === 0 ? NO_STREAM : version - 1, [anEvent(stream, version)]);
    let outcome = await append();
    for (let tries = 1; outcome.kind === 'unknown' && tries < TRIES; tries += 1) {
      await systemMachineClock.sleep(PAUSE_MS);
      outcome = await append();
    }
    if (outcome.kind === 'unknown') throw new Error(`${name} at ${version}: ${outcome.reason}`);
    if (outcome.kind === 'appended') won.push(version);
  }
  console.log(JSON.stringify({ won }));
}
await store.close();

function anEvent(stream: string, version: number) {
  const hash = createHash('sha256').update(`${name}/${stream}/${version}`).digest('hex');
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const data = { by: name };
  const metadata = { cause: id, recordedAt: '2026-01-31T12:00:00.000Z', chain: '' };
  return { id, type: 'Written', data, text: JSON.stringify(data), metadata };
}
