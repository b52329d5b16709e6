import type { TableSchema } from '#event-sourcing';
import { PostgresDatabase, PostgresReadModels } from '#event-sourcing/postgres';
import { type ReadModelPlace, readModelsContract } from '#event-sourcing/testing';
import { EventLog } from '../../libs/event-sourcing/test/read-models/event.log.js';
import { type Postgres, type PostgresDatabases, startPostgres } from './kit/postgres.js';
import { type Proxy, startProxy } from './kit/proxy.js';
import { sharedPostgres } from './kit/shared.js';
import { until } from './kit/until.js';
import { DEADLINE_MS, differences, ProcessOf, projection, watching, writing } from './read-models.process.js';

const UNAVAILABLE = { name: 'EngineUnavailableError' };
const NOTES: TableSchema = { name: 'notes', key: 'id', columns: { id: 'text', text: 'text' }, indexes: [] };

const ALL_ROWS = { index: [], equals: [] } as const;
/** Writes of a process between two faults. */
const WRITES_BETWEEN = 5;
/** Longer than a process waits for an answer, or for a connection. */
const SILENCE_MS = 5_000;

let server: PostgresDatabases;
let databases = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await sharedPostgres();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const fresh = () => server.database(`read_models_${(databases += 1)}`);

/** A store with a pool of its own, as another process would have it. */
function opened(url: string, over: Partial<ConstructorParameters<typeof PostgresDatabase>[0]> = {}) {
  const database = new PostgresDatabase({ url, log: () => undefined, ...over });
  closing.push(() => database.close());
  return { database, store: new PostgresReadModels(database) };
}

/** A store that ends its pool when it is closed, so that a clause opens it again from nothing. */
async function place(): Promise<ReadModelPlace> {
  const url = await fresh();
  return {
    open: async () => {
      const database = new PostgresDatabase({ url, log: () => undefined });
      const store = new PostgresReadModels(database);
      let closed: Promise<void> | undefined;
      return Object.assign(Object.create(store) as PostgresReadModels, {
        close: () => (closed ??= store.close().then(() => database.close())),
      });
    },
  };
}

describe('read models in PostgreSQL', () => {
  it.each(readModelsContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, { run }) => {
    await run(place);
  });
});

describe('several processes on one PostgreSQL', () => {
  it('make our tables and one generation, however many start at once', async () => {
    const url = await fresh();
    const stores = Array.from({ length: 8 }, () => opened(url, { poolSize: 2 }).store);
    const generations = await Promise.all(stores.map((store) => store.open('p', '1', 'log', [NOTES])));
    expect(new Set(generations.map(({ id }) => id)).size).toBe(1);
    const writes = await Promise.all(generations.map((live, at) => live.write(0n, BigInt(at + 1), new Map())));
    expect(writes.filter((written) => written)).toHaveLength(1);
  });

  it('refuse tables that a newer program has made', async () => {
    const url = await fresh();
    const { database } = opened(url);
    await database.query('UPDATE event_sourcing.layout SET version = 99');
    const later = opened(url).store;
    await expect(later.checkpoint('p')).rejects.toThrow('version 99, made by a newer program');
  });

  it('notice a switch made elsewhere: writes are refused, reads go to the new rows, and the old tables are gone', async () => {
    const url = await fresh();
    const [here, there] = [opened(url).store, opened(url)];
    const live = await here.open('p', '1', 'log', [NOTES]);
    await live.write(0n, 5n, new Map([['notes', new Map([['a', { id: 'a', text: 'old' }]])]]));
    await there.store.open('p', '1', 'log', [NOTES]);
    const next = await there.store.rebuild('p');
    await next.write(0n, 6n, new Map([['notes', new Map([['a', { id: 'a', text: 'new' }]])]]));
    await there.store.switchTo('p', next);
    expect(await here.get('p', 'notes', 'a')).toEqual({ id: 'a', text: 'new' });
    expect(await live.write(5n, 7n, new Map([['notes', new Map([['a', null]])]]))).toBe(false);
    expect((await live.get('notes', ['a'])).size).toBe(0);
    expect(await live.checkpoint()).toBe(0n);
    expect((await here.open('p', '1', 'log', [NOTES])).id).toBe(next.id);
    const tables = await there.database.query(`SELECT count(*) FROM pg_tables WHERE tablename LIKE 'rows\\_%'`);
    expect(tables).toEqual([['1']]);
  });

  it('read what is live without having opened it, and wait where nothing is', async () => {
    const url = await fresh();
    const [here, there] = [opened(url).store, opened(url).store];
    await expect(here.get('p', 'notes', 'a')).rejects.toMatchObject(UNAVAILABLE);
    const live = await there.open('p', '1', 'log', [NOTES]);
    await live.write(0n, 5n, new Map([['notes', new Map([['a', { id: 'a', text: 'x' }]])]]));
    expect(await here.get('p', 'notes', 'a')).toEqual({ id: 'a', text: 'x' });
    expect(await here.checkpoint('p')).toBe(5n);
  });

  it('do not take the rows from each other for ever where two versions run: the older one is told', async () => {
    const url = await fresh();
    const [older, newer] = [opened(url).store, opened(url).store];
    const before = await older.open('p', '1', 'log', [NOTES]);
    const live = await newer.open('p', '2', 'log', [NOTES]);
    expect(await before.write(0n, 1n, new Map())).toBe(false);
    await expect(older.open('p', '1', 'log', [NOTES])).rejects.toThrow('made by another process now, as version 2');
    await expect(older.rebuild('p')).rejects.toThrow('made by another process now');
    expect(await live.write(0n, 1n, new Map())).toBe(true);
  });

  it('leave a rebuild alone that another one has begun, when they open', async () => {
    const url = await fresh();
    const [here, there] = [opened(url).store, opened(url).store];
    await here.open('p', '1', 'log', [NOTES]);
    const next = await here.rebuild('p');
    await there.open('p', '1', 'log', [NOTES]);
    expect(await next.write(0n, 3n, new Map())).toBe(true);
    await here.switchTo('p', next);
    expect(await there.checkpoint('p')).toBe(3n);
  });

  it('project at once: the checkpoint never goes back, and the rows equal a fold', async () => {
    const [url, log] = [await fresh(), new EventLog()];
    const processes = [1, 7, 50].map((pageSize) => new ProcessOf(url, log, { pageSize }));
    const watch = watching(opened(url).store);
    const adding = writing(log);
    await Promise.all(processes.map(({ projector }) => projector.start()));
    await until('writes of each', DEADLINE_MS, () =>
      processes.every(({ writes }) => writes > 0) && log.events.length > 4_000 ? true : undefined,
    );
    await adding.stop();
    expect(await differences(processes[0] as ProcessOf, log)).toEqual({ lost: 0, doubled: 0, foldEqual: true });
    await watch.stop();
    expect(watch.backwards).toEqual([]);
    expect(processes.map(({ stopped }) => stopped)).toEqual([[], [], []]);
    for (const process of processes) await process.end();
  });

  it('read and write on while one of them makes the rows anew', async () => {
    const [url, log] = [await fresh(), new EventLog()];
    const processes = [new ProcessOf(url, log), new ProcessOf(url, log)];
    const [first, second] = processes as [ProcessOf, ProcessOf];
    const reader = opened(url).store;
    await Promise.all(processes.map(({ projector }) => projector.start()));
    const adding = writing(log);
    let reading = true;
    let reads = 0;
    const readings = Array.from({ length: 4 }, async () => {
      for (; reading; reads += 1) {
        const query = { index: ['total'], equals: [], direction: 'descending', limit: 20 } as const;
        await Promise.all([
          reader.get('totals', 'totals', 'account-1'),
          reader.range('totals', 'totals', query),
          reader.count('totals', 'kinds', ALL_ROWS),
        ]);
      }
    });
    for (let round = 0; round < 5; round += 1) await (round % 2 === 0 ? first : second).projector.rebuild('totals');
    reading = false;
    await Promise.all(readings);
    await adding.stop();
    expect(reads).toBeGreaterThan(20);
    expect(await differences(second, log)).toEqual({ lost: 0, doubled: 0, foldEqual: true });
    expect(processes.map(({ stopped }) => stopped)).toEqual([[], []]);
    for (const process of processes) await process.end();
  });
});

describe('a PostgreSQL that is away or overloaded is EngineUnavailableError', () => {
  it('where the pool is exhausted, within the time-out for a connection', async () => {
    const { database, store } = opened(await fresh(), { poolSize: 2, connectTimeoutMs: 300 });
    await database.ping();
    const busy = [1, 2].map(() => database.query('SELECT pg_sleep(2)'));
    const begin = performance.now();
    await expect(store.checkpoint('p')).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - begin).toBeLessThan(1_500);
    await Promise.all(busy);
    expect(await store.checkpoint('p')).toBe(0n);
  });

  it('where a statement takes too long, where connections run out, and where only reading is allowed', async () => {
    const url = await fresh();
    const { database } = opened(url, { statementTimeoutMs: 300 });
    await expect(database.query('SELECT pg_sleep(5)')).rejects.toMatchObject(UNAVAILABLE);
    await database.query(`DO $$ BEGIN CREATE ROLE few LOGIN CONNECTION LIMIT 0; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    const few = new URL(url);
    few.username = 'few';
    await expect(opened(few.href).store.checkpoint('p')).rejects.toMatchObject(UNAVAILABLE);
    const standby = opened(`${url}?options=-c%20default_transaction_read_only%3Don`);
    await expect(standby.store.putNote('a', {})).rejects.toMatchObject(UNAVAILABLE);
  });

  it('where nobody listens there; and a bug stays a bug', async () => {
    const nobody = opened('postgres://postgres@127.0.0.1:1/none', { connectTimeoutMs: 500 });
    await expect(nobody.store.getNotes(['a'])).rejects.toMatchObject(UNAVAILABLE);
    await expect(nobody.database.ping()).rejects.toMatchObject(UNAVAILABLE);
    const { database } = opened(await fresh());
    await expect(database.query('SELECT nonsense FROM event_sourcing.notes')).rejects.not.toMatchObject(UNAVAILABLE);
    await expect(database.transaction((query) => query('SELECT 1/0'))).rejects.not.toMatchObject(UNAVAILABLE);
    expect(await database.query('SELECT 1')).toEqual([[1]]);
  });
});

describe('faults of PostgreSQL', () => {
  let durable: Postgres;
  let proxy: Proxy;
  const told: Record<string, string | number>[] = [];

  beforeAll(async () => {
    durable = await startPostgres({ durable: true });
    proxy = await startProxy(Number(new URL(durable.url).port));
  });
  afterAll(async () => {
    await proxy.close();
    await durable.stop();
    for (const row of told)
      console.log(
        Object.entries(row)
          .map(([what, value]) => `${what} ${value}`)
          .join('  '),
      );
  });

  /** Two projectors through the proxy while something goes wrong again and again; how long until both write again, at most. */
  async function under(name: string, times: number, fault: (processes: readonly ProcessOf[]) => Promise<void>): Promise<void> {
    const url = new URL(await durable.database(`faults_${(databases += 1)}`));
    url.port = String(proxy.port);
    const log = new EventLog();
    const processes = [new ProcessOf(url.href, log), new ProcessOf(url.href, log, { pageSize: 9 })];
    const watch = watching((processes[0] as ProcessOf).store);
    await Promise.all(processes.map(({ projector }) => projector.start()));
    const adding = writing(log);
    let longestMs = 0;
    for (let time = 0; time < times; time += 1) {
      const before = processes.map((process) => process.writes);
      const someOneWrote = () => processes.some((process, at) => process.writes >= (before[at] ?? 0) + WRITES_BETWEEN) || undefined;
      await until('writes', DEADLINE_MS, someOneWrote);
      await fault(processes);
      const begin = performance.now();
      const head = await log.head();
      for (const { projector } of processes) expect(await projector.waitFor(projection.name, head, DEADLINE_MS)).toBe(true);
      longestMs = Math.max(longestMs, Math.round(performance.now() - begin));
    }
    await adding.stop();
    const found = await differences(processes[1] as ProcessOf, log);
    await watch.stop();
    const writes = processes.reduce((sum, process) => sum + process.writes, 0);
    told.push({
      fault: name,
      times,
      events: log.events.length,
      writes,
      lost: found.lost,
      doubled: found.doubled,
      'longest recovery, ms': longestMs,
    });
    expect(found).toEqual({ lost: 0, doubled: 0, foldEqual: true });
    expect(watch.backwards).toEqual([]);
    expect(processes.map(({ stopped }) => stopped)).toEqual([[], []]);
    for (const process of processes) await process.end();
  }

  it('kill -9 in mid-write and a start again', async () => {
    await under('kill -9', 6, async () => {
      await durable.kill();
      await durable.start();
    });
  });

  it('answers that are lost after the statement was done', async () => {
    await under('answer lost', 25, async () => proxy.cutAnswers(2));
  });

  it('a network that breaks off and refuses', async () => {
    await under('network refused', 8, async ([first]) => {
      await proxy.refuse();
      await expect(first?.store.getNotes(['a'])).rejects.toMatchObject(UNAVAILABLE);
      await proxy.pass();
    });
  });

  it('a server that does not answer for longer than the time-outs', async () => {
    await under('silence', 2, async ([process]) => {
      proxy.delay(SILENCE_MS);
      await expect(process?.store.getNotes(['a'])).rejects.toMatchObject(UNAVAILABLE);
      await proxy.refuse();
      await proxy.pass();
    });
  });

  it('sessions ended by an administrator', async () => {
    const admin = new PostgresDatabase({ url: durable.url, log: () => undefined });
    await under('sessions ended', 20, async () => {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'event-sourcing' AND pid <> pg_backend_pid()`,
      );
    });
    await admin.close();
  });
});
