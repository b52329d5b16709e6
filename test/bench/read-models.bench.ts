import { from as copyFrom } from 'pg-copy-streams';
import pg from 'pg';
import { finished } from 'node:stream/promises';
import type { Generation, TableSchema } from '#event-sourcing';
import { PostgresDatabase, PostgresReadModels } from '#event-sourcing/postgres';
import { startPostgres } from '../engines/kit/postgres.js';
import type { Figures } from './figures.js';

export interface ReadModelsBenchOptions {
  /** Rows of each case. */
  readonly rows?: number;
}

/** Rows in one transaction: as many as one page of the log touches at most, and as a rebuild writes at once. */
const ROWS_PER_WRITE = 2_000;
/** Rows lie in the table in another order than they come: this is prime to their number. */
const STRIDE = 7_919;

const SCHEMA: TableSchema = {
  name: 'videos',
  key: 'videoId',
  columns: { videoId: 'text', accountId: 'text', place: 'integer', status: 'text', title: 'text', attempt: 'integer', more: 'json' },
  indexes: [['accountId', 'place']],
};

/**
 * Catching up in PostgreSQL beside the least that does it there: the same rows by COPY into the same table, with the same transactions, and,
 * for rows that are there already, by COPY beside it and one upsert. A durable server of its own, in turns, in one run.
 */
export async function readModelsBench({ rows = 100_000 }: ReadModelsBenchOptions = {}): Promise<Figures> {
  const server = await startPostgres({ durable: true });
  try {
    const url = await server.database('bench');
    const database = new PostgresDatabase({ url, log: (message) => console.log(message) });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const store = new PostgresReadModels(database);
      return await sideBySide(rows, client, await store.open('bench', '1', 'log', [SCHEMA]));
    } finally {
      await client.end();
      await database.close();
    }
  } finally {
    await server.stop();
  }
}

/** Both write a slice in turn, so that a busy neighbour disturbs both alike. */
async function sideBySide(rows: number, client: pg.Client, live: Generation): Promise<Figures> {
  await client.query(`CREATE TABLE bare (id text COLLATE "C" PRIMARY KEY, account text COLLATE "C", place bigint, rest text);
    CREATE INDEX ON bare (account NULLS FIRST, place NULLS FIRST, id); CREATE TEMP TABLE beside (LIKE bare)`);
  const figures: Record<string, number> = {};
  for (const [what, bare] of [
    ['new rows', copied],
    ['rows that are there', copiedBeside],
  ] as const) {
    let [bareMs, storeMs, cpuUs] = [0, 0, 0];
    for (let from = 0; from < rows; from += ROWS_PER_WRITE) {
      const slice = Array.from({ length: ROWS_PER_WRITE }, (_, at) => row((from + at) % rows, rows));
      bareMs += await timed(() => bare(client, slice));
      const before = process.cpuUsage();
      storeMs += await timed(() => stored(live, slice));
      cpuUs += process.cpuUsage(before).user;
    }
    figures[`bare COPY, rows/s, ${what}`] = Math.round((rows * 1_000) / bareMs);
    figures[`store, rows/s, ${what}`] = Math.round((rows * 1_000) / storeMs);
    figures[`store of bare, ${what}`] = Number((bareMs / storeMs).toFixed(2));
    figures[`store CPU µs per row, ${what}`] = Number((cpuUs / rows).toFixed(1));
  }
  return figures;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function stored(live: Generation, slice: readonly VideoRow[]): Promise<void> {
  const at = await live.checkpoint();
  const written = await live.write(at, at + 1n, new Map([[SCHEMA.name, new Map(slice.map((one) => [one.videoId, one]))]]));
  if (!written) throw new Error('somebody else wrote');
}

async function copied(client: pg.Client, slice: readonly VideoRow[]): Promise<void> {
  await copy(client, 'bare', slice);
}

async function copiedBeside(client: pg.Client, slice: readonly VideoRow[]): Promise<void> {
  await client.query('BEGIN; TRUNCATE beside');
  await copy(client, 'beside', slice);
  await client.query(`INSERT INTO bare SELECT * FROM beside
    ON CONFLICT (id) DO UPDATE SET account = excluded.account, place = excluded.place, rest = excluded.rest; COMMIT`);
}

async function copy(client: pg.Client, table: string, slice: readonly VideoRow[]): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} FROM STDIN`));
  stream.end(
    slice.map(({ videoId, accountId, place, ...rest }) => `${videoId}\t${accountId}\t${place}\t${JSON.stringify(rest)}\n`).join(''),
  );
  await finished(stream);
}

type VideoRow = ReturnType<typeof row>;

function row(number: number, rows: number) {
  const videoId = `video-${(number * STRIDE) % rows}`;
  const more = { room: 'gallery', artwork: `artwork-${number}`, createdAt: '2026-03-01T10:00:00.000Z' };
  return { videoId, accountId: `account-${number % 5_000}`, place: number, status: 'completed', title: 'A picture', attempt: 1, more };
}
