import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMetadata, EventStore, NewEvent } from '#event-sourcing';
import { FolderLock, SqliteDatabase, SqliteEventStore } from '#event-sourcing/sqlite';

import type { Figures } from './figures.js';

export interface EventStoreBenchOptions {
  /** How long each number of writers writes. */
  readonly secondsPerCase?: number;
  /** Where the files go; a folder of its own under the system's temporary one unless told. */
  readonly folder?: string;
}

type Append = (stream: string, expectedVersion: number, events: readonly NewEvent[]) => Promise<unknown>;

interface Speed {
  readonly perSecond: number;
  /** Processor time of the whole process per append, in microseconds. */
  readonly cpuUs: number;
}

const WRITERS = [1, 16, 128];
const ROUNDS = 8;
/** Appends to one stream before a writer goes on to a new one, as an account's life goes on. */
const APPENDS_PER_STREAM = 2;
const LOG_PAGE = 2_000;
const COLD_READS = 5_000;

/**
 * The embedded event store beside the limit of the machine: a file that gets the same events as text, one write and one fdatasync
 * per batch, from the same writers in the same run. Each append is two events of about 300 bytes.
 */
export async function eventStoreBench({ secondsPerCase = 2, folder }: EventStoreBenchOptions = {}): Promise<Figures> {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'event-store-bench-'));
  const figures: Record<string, number> = {};
  try {
    for (const writers of WRITERS) {
      const names = new Set<string>();
      const { limit, measured } = await inStore(home, (store) => sideBySide(writers, secondsPerCase, join(home, 'raw.log'), store, names));
      figures[`raw appends/s, ${writers} writers`] = Math.round(limit.perSecond);
      figures[`store appends/s, ${writers} writers`] = Math.round(measured.perSecond);
      figures[`store of raw, ${writers} writers`] = Number((measured.perSecond / limit.perSecond).toFixed(2));
      figures[`raw CPU µs per append, ${writers} writers`] = Number(limit.cpuUs.toFixed(1));
      figures[`store CPU µs per append, ${writers} writers`] = Number(measured.cpuUs.toFixed(1));
      if (writers === WRITERS.at(-1)) Object.assign(figures, await readingFigures(home, [...names]));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return figures;
}

async function readingFigures(home: string, streams: readonly string[]): Promise<Figures> {
  const begin = performance.now();
  return inStore(home, async (store) => {
    const openMs = performance.now() - begin;

    const cold = streams.filter((_, index) => index % Math.max(1, Math.floor(streams.length / COLD_READS)) === 0);
    const beforeReads = performance.now();
    for (const stream of cold) await store.readForwards(stream, 0, 100);
    const coldUs = ((performance.now() - beforeReads) * 1_000) / cold.length;

    const beforeLog = performance.now();
    const all = await catchUp(store);
    const logSeconds = (performance.now() - beforeLog) / 1_000;
    return {
      'open, ms': Number(openMs.toFixed(1)),
      streams: streams.length,
      'events in the log': all,
      'cold read of a stream of 4, µs': Number(coldUs.toFixed(1)),
      'log catching up, events/s': Math.round(all / logSeconds),
    };
  });
}

async function catchUp(store: EventStore): Promise<number> {
  let events = 0;
  let after = 0n;
  for (let more = true; more; ) {
    const page = await store.readLog(after, LOG_PAGE, ['account-']);
    events += page.events.length;
    after = page.upTo;
    more = !page.caughtUp;
  }
  return events;
}

async function inStore<T>(home: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  const lock = FolderLock.acquire(home);
  const database = SqliteDatabase.open(lock, {
    onFatal: (error) => {
      throw error;
    },
  });
  const store = new SqliteEventStore(database);
  try {
    return await use(store);
  } finally {
    await store.close();
    database.close();
    lock.release();
  }
}

/** The file and the store in turns, so that a busy neighbour disturbs both alike. */
async function sideBySide(writers: number, seconds: number, rawFile: string, store: EventStore, names: Set<string>) {
  const raw = new RawLog(rawFile);
  const limits: Speed[] = [];
  const speeds: Speed[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const label = `${writers}-${round}`;
    limits.push(await appending(label, writers, seconds / ROUNDS, (stream, version, events) => raw.append(stream, version, events)));
    const append: Append = (stream, version, events) => {
      names.add(stream);
      return store.append(stream, version, events);
    };
    speeds.push(await appending(label, writers, seconds / ROUNDS, append));
  }
  raw.close();
  return { limit: mean(limits), measured: mean(speeds) };
}

function mean(speeds: readonly Speed[]): Speed {
  const over = (of: (speed: Speed) => number) => speeds.reduce((sum, speed) => sum + of(speed), 0) / speeds.length;
  return { perSecond: over(({ perSecond }) => perSecond), cpuUs: over(({ cpuUs }) => cpuUs) };
}

/** Writers that each wait for their append before the next, for so many seconds. */
async function appending(label: string, writers: number, seconds: number, append: Append): Promise<Speed> {
  const begin = performance.now();
  const cpuBegin = process.cpuUsage();
  const end = begin + seconds * 1_000;
  let appends = 0;
  const write = async (writer: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      const stream = `account-${label}-${writer}-${Math.floor(turn / APPENDS_PER_STREAM)}`;
      await append(stream, (turn % APPENDS_PER_STREAM) * 2 - 1, twoEvents(appends));
      appends += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  const { user, system } = process.cpuUsage(cpuBegin);
  return { perSecond: (appends * 1_000) / (performance.now() - begin), cpuUs: (user + system) / appends };
}

function twoEvents(number: number): NewEvent[] {
  const cause = `video-${number}`;
  const metadata: EventMetadata = {
    cause,
    recordedAt: '2026-03-01T10:00:00.000Z',
    correlation: `request-${number}`,
    chain: '3q2-7wAAAAAAAAAAAAAAAA',
  };
  const approved = { videoId: cause, artwork: `artwork-${number}`, room: 'gallery', note: 'a picture on a wall in the evening light' };
  const consumed = { purpose: cause, credits: 1, balanceAfter: 7, allotment: `cycle-${number}`, expiresAt: '2026-04-01T10:00:00.000Z' };
  return [
    { id: uuid(number, 'a'), type: 'VideoApproved', data: approved, text: JSON.stringify(approved), metadata },
    { id: uuid(number, 'b'), type: 'CreditConsumed', data: consumed, text: JSON.stringify(consumed), metadata },
  ];
}

function uuid(number: number, variant: string): string {
  return `6ba7b810-9dad-51d1-80b4-${variant}${String(number).padStart(11, '0')}`;
}

/** The least that is durable: what was appended in this turn, as text, in one write and one fdatasync. */
class RawLog {
  readonly #file: number;
  #queue: { readonly text: string; readonly resolve: () => void }[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  append(stream: string, version: number, events: readonly NewEvent[]): Promise<void> {
    const text = events
      .map(({ id, type, text: data, metadata }) => `${stream} ${version} ${id} ${type} ${data} ${JSON.stringify(metadata)}\n`)
      .join('');
    return new Promise((resolve) => {
      if (this.#queue.push({ text, resolve }) === 1) setImmediate(() => this.#write());
    });
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(): void {
    const batch = this.#queue.splice(0);
    writeSync(this.#file, batch.map(({ text }) => text).join(''));
    fdatasyncSync(this.#file);
    for (const { resolve } of batch) resolve();
  }
}
