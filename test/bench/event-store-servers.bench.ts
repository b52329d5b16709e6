import { randomUUID } from 'node:crypto';
import type { AppendOutcome, NewEvent } from '#event-sourcing';
import { NO_STREAM, systemMachineClock } from '#event-sourcing';
import { EventStoreDbStore } from '#event-sourcing/eventstoredb';
import { EventStoreDBClient, jsonEvent, NO_STREAM as NO_STREAM_YET } from '@eventstore/db-client';
import { startDouble } from '../engines/double/start-double.js';
import type { Figures } from './figures.js';

const WRITERS = [1, 16, 64];
const ROUNDS = 4;
const SECONDS_PER_ROUND = 0.5;
const WARM_UP_SECONDS = 1;
const APPENDS_PER_STREAM = 50;

type Append = (stream: string, version: number, events: readonly NewEvent[]) => Promise<unknown>;

/**
 * Appends per second through the adapter beside the bare client's, in turns on one server: `EVENT_STORE_URL`, or the protocol double,
 * which keeps its log in memory; then what is measured is the cost of the client and the adapter, not that of a server.
 */
export async function eventStoreServersBench(): Promise<Figures> {
  const real = process.env['EVENT_STORE_URL'];
  const double = real === undefined ? await startDouble() : undefined;
  const url = real ?? double?.url ?? '';
  console.log(double ? '  on the protocol double: the cost of client and adapter, not of a server' : '  on the server of EVENT_STORE_URL');
  const figures: Record<string, number> = {};
  try {
    await inTurns(url, 1, WARM_UP_SECONDS);
    for (const writers of WRITERS) {
      const { bare, store } = await inTurns(url, writers, SECONDS_PER_ROUND * ROUNDS);
      figures[`bare client appends/s, ${writers} writers`] = Math.round(bare);
      figures[`store appends/s, ${writers} writers`] = Math.round(store);
      figures[`store of bare, ${writers} writers`] = Number((store / bare).toFixed(2));
    }
  } finally {
    await double?.stop();
  }
  return figures;
}

/** The two never live at once: they would answer for each other's appends. */
async function inTurns(url: string, writers: number, seconds: number): Promise<{ bare: number; store: number }> {
  const speeds = { bare: 0, store: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    speeds.bare += (await withBareClient(url, (append) => appending(append, writers, seconds / ROUNDS))) / ROUNDS;
    speeds.store += (await withStore(url, (append) => appending(append, writers, seconds / ROUNDS))) / ROUNDS;
  }
  return speeds;
}

async function withBareClient(url: string, use: (append: Append) => Promise<number>): Promise<number> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await use((stream, version, events) =>
      client.appendToStream(
        stream,
        events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data: { ...data }, metadata: { ...metadata } })),
        { expectedRevision: version === NO_STREAM ? NO_STREAM_YET : BigInt(version) },
      ),
    );
  } finally {
    await client.dispose();
  }
}

async function withStore(url: string, use: (append: Append) => Promise<number>): Promise<number> {
  const log = { debug: () => undefined, warn: (fields: object, message: string) => console.log(message, fields) };
  const store = await EventStoreDbStore.open({ url, sandbox: true, clock: systemMachineClock, log });
  try {
    return await use(async (...args) => mustBeWritten(await store.append(...args)));
  } finally {
    await store.close();
  }
}

function mustBeWritten(outcome: AppendOutcome): void {
  if (outcome.kind !== 'appended') throw new Error(`an append was ${JSON.stringify(outcome)}`);
}

/** Writers that each wait for their append before the next, for so many seconds; appends per second. */
async function appending(append: Append, writers: number, seconds: number): Promise<number> {
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let appends = 0;
  const write = async (): Promise<void> => {
    for (let [stream, version] = ['', 0]; performance.now() < end; version += 1) {
      if (version % APPENDS_PER_STREAM === 0) [stream, version] = [`account-bench-${randomUUID()}`, 0];
      await append(stream, version - 1, [anEvent()]);
      appends += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return (appends * 1_000) / (performance.now() - begin);
}

function anEvent(): NewEvent {
  const cause = `video-${randomUUID()}`;
  const data = { videoId: cause, artwork: 'artwork-1', room: 'gallery', note: 'a picture on a wall in the evening light', credits: 1 };
  const metadata = { cause, recordedAt: '2026-03-01T10:00:00.000Z', correlation: cause, chain: '3q2-7wAAAAAAAAAAAAAAAA' };
  return { id: randomUUID(), type: 'VideoApproved', data, text: JSON.stringify(data), metadata };
}
