import { DatabaseSync } from '@photostructure/sqlite';
import { closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import { Projector } from '../../src/projector.js';
import { SqliteReadModels } from '../../src/sqlite/sqlite-read-models.js';
import { systemMachineClock } from '../../src/system.clock.js';
import { dump, plainFold } from '../../src/testing/projection.dump.js';
import { EventLog } from './event.log.js';
import { totalsProjection } from './totals.projection.js';

const DEADLINE_MS = 10_000;
const totals = totalsProjection();
const tables = totals.tables.map(({ schema }) => schema);

describe('read models in SQLite', () => {
  let folder: string;
  let messages: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'views-'));
    messages = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = () => readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
  const openStore = () => new SqliteReadModels(folder, (message) => messages.push(message));

  async function projecting(log: EventLog, store = openStore()) {
    const onStopped = (name: string, error: unknown): void => void messages.push(`${name} stopped: ${String(error)}`);
    const projector = new Projector({
      store: log,
      readModels: store,
      projections: [totals],
      clock: systemMachineClock,
      log: () => undefined,
      onStopped,
    });
    await projector.start();
    await projector.waitFor('totals', await log.head(), DEADLINE_MS);
    return { store, projector };
  }

  function filled(events: number): EventLog {
    const log = new EventLog();
    for (let at = 0; at < events; at += 1) log.add(`account-${at % 3_000}`, 'Added', at);
    return log;
  }

  it('keeps one file for a projection, and leaves none of a dropped generation', async () => {
    const { store, projector } = await projecting(filled(10));
    expect(files()).toEqual(['views-totals-1.sqlite']);
    await projector.rebuild('totals');
    expect(files()).toEqual(['views-totals-2.sqlite']);
    await projector.stop();
    await store.close();
  });

  it.each([
    ['is no database', (path: string) => writeFileSync(path, 'x'.repeat(10_000))],
    ['is empty', (path: string) => writeFileSync(path, '')],
    ['was cut off', (path: string) => writeFileSync(path, Buffer.alloc(1_000, 7))],
  ])('drops a file that %s, loudly, and makes the rows anew', async (_, damage) => {
    const log = filled(100);
    const first = await projecting(log);
    await first.projector.stop();
    await first.store.close();
    readdirSync(folder).forEach((name) => rmSync(join(folder, name))); // the driver may still hold the old file open
    damage(join(folder, 'views-totals-1.sqlite'));
    const { store, projector } = await projecting(log);
    expect(messages.join()).toContain('damaged');
    expect(await dump(store, totals)).toEqual(plainFold(totals, log.events));
    await projector.stop();
    await store.close();
  });

  it('drops a file that is damaged while in use, refuses to show half of the rows, and makes them anew', async () => {
    const log = filled(9_000);
    const first = await projecting(log);
    await first.projector.stop();
    await first.store.close();
    overwriteMiddle(join(folder, 'views-totals-1.sqlite'));
    const { store, projector } = await projecting(log);
    await expect(dump(store, totals)).rejects.toThrow(EngineUnavailableError);
    expect(messages.join()).toContain('damaged');
    await expect(store.get('totals', 'totals', 'account-1')).rejects.toThrow(EngineUnavailableError);
    const next = log.add('account-1', 'Added');
    while (!(await projector.waitFor('totals', next, DEADLINE_MS)) || (await isBeingMade(store))) await systemMachineClock.sleep(5);
    expect(await dump(store, totals)).toEqual(plainFold(totals, log.events));
    expect(files()).toEqual(['views-totals-2.sqlite']);
    await projector.stop();
    await store.close();
  }, 30_000);

  it('takes the newest complete generation after a crash, and removes what else is there', async () => {
    const store = openStore();
    const live = await store.open('totals', '1', 'log-1', tables);
    await live.write(0n, 5n, new Map());
    const next = await store.rebuild('totals');
    await next.write(0n, 7n, new Map());
    const crashed = mkdtempSync(join(tmpdir(), 'views-'));
    const crash = (): void => readdirSync(folder).forEach((name) => copyFileSync(join(folder, name), join(crashed, name)));

    crash(); // before the switch
    const before = new SqliteReadModels(crashed, (message) => messages.push(message));
    expect(await (await before.open('totals', '1', 'log-1', tables)).checkpoint()).toBe(5n);
    expect(readdirSync(crashed).filter((name) => name.endsWith('.sqlite'))).toEqual(['views-totals-1.sqlite']);
    await before.close();

    readdirSync(crashed).forEach((name) => rmSync(join(crashed, name)));
    crash(); // after the switch, before the old file was removed
    const marked = new DatabaseSync(join(crashed, 'views-totals-2.sqlite'));
    marked.exec('UPDATE generation SET complete = 1');
    marked.close();
    const after = new SqliteReadModels(crashed, (message) => messages.push(message));
    expect(await (await after.open('totals', '1', 'log-1', tables)).checkpoint()).toBe(7n);
    expect(readdirSync(crashed).filter((name) => name.endsWith('.sqlite'))).toEqual(['views-totals-2.sqlite']);
    await after.close();
    expect(messages).toEqual([]);
    await store.close();
    rmSync(crashed, { recursive: true });
  });

  it('loses damaged notes, loudly, and nothing else', async () => {
    writeFileSync(join(folder, 'views-notes.sqlite'), 'x'.repeat(9_000));
    const store = openStore();
    await store.putNote('a', { progress: 1 });
    expect(Object.fromEntries(await store.getNotes(['a']))).toEqual({ a: { progress: 1 } });
    expect(messages.join()).toContain('damaged');
    await store.close();
  });

  it('walks an index for every page of a range', async () => {
    const store = openStore();
    await store.open('totals', '1', 'log-1', tables);
    await store.close();
    const database = new DatabaseSync(join(folder, 'views-totals-1.sqlite'));
    const plan = (sql: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .join('; ');
    const order = 'ORDER BY "total" DESC, "account" DESC LIMIT 10';
    for (const where of ['"total" IS 4 AND "account" < \'x\'', '"total" < 4', '"total" IS NULL', 'true']) {
      const found = plan(`SELECT * FROM "rows of totals" WHERE ${where} ${order}`);
      expect(found).toMatch(/USING INDEX/);
      expect(found).not.toMatch(/TEMP B-TREE/);
    }
    database.close();
  });

  async function isBeingMade(store: SqliteReadModels): Promise<boolean> {
    return store.count('totals', 'totals', { index: [], equals: [] }).then(
      () => false,
      () => true,
    );
  }
});

/** Zeroes everything but the first pages, where the schema and the checkpoint lie. */
function overwriteMiddle(path: string): void {
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  const from = 4_096 * 12;
  writeSync(file, Buffer.alloc(size - from), 0, size - from, from);
  closeSync(file);
}
