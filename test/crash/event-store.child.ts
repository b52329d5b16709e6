import type { EventStore, NewEvent } from '#event-sourcing';
import { FolderLock, SqliteDatabase, SqliteEventStore } from '#event-sourcing/sqlite';

const WRITERS = 8;

/** Appends without end, and prints "stream version" for every append that was answered. Meant to be killed. */
const [folder = ''] = process.argv.slice(2);
const database = SqliteDatabase.open(FolderLock.acquire(folder), {
  onFatal: (error) => {
    throw error;
  },
});
const store = new SqliteEventStore(database, { flushEveryEvents: 60, cachedHeads: 3 });
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(store, writer)));

async function write(to: EventStore, writer: number): Promise<void> {
  for (let stream = `stream-${writer}`, round = 0; ; round += 1, stream = `stream-${writer}-${round % 20}`) {
    const [last] = await to.readBackwards(stream, undefined, 1);
    if (last) await repeat(to, stream, last.version);
    const version = last?.version ?? -1;
    const events = Array.from({ length: 1 + (round % 3) }, (_, index) => anEvent(stream, version + 1 + index));
    const outcome = await to.append(stream, version, events);
    if (outcome.kind !== 'appended') throw new Error(`${stream} at ${version}: ${JSON.stringify(outcome)}`);
    process.stdout.write(`${stream} ${outcome.version}\n`);
  }
}

/** What an answer was lost for is sent again: it must be known, and not be written twice. */
async function repeat(to: EventStore, stream: string, version: number): Promise<void> {
  const outcome = await to.append(stream, version - 1, [anEvent(stream, version)]);
  if (outcome.kind !== 'appended' || outcome.version !== version)
    throw new Error(`the repeat of ${stream} ${version} was ${JSON.stringify(outcome)}`);
}

function anEvent(stream: string, version: number): NewEvent {
  const id = `${stream}:${version}`;
  const data = { id, filling: 'x'.repeat((version * 97) % 900) };
  const metadata = { cause: id, recordedAt: '2026-01-31T12:00:00.000Z', chain: '' };
  return { id, type: 'Happened', data, text: JSON.stringify(data), metadata };
}
