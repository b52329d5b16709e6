import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isEngineUnavailable } from '../engine-unavailable.js';
import { NO_STREAM } from '../event-store.port.js';
import { anEvent, appended, idsOf, someEvents } from '../testing/index.js';
import { openFile } from './open.js';
import { OpenedStore, temporaryFolder } from './opened-store.js';
import { CommitFailedError, ForeignWriteError, LostLogError } from './sqlite-database.js';

describe('the group commit', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let opened: OpenedStore;
  const open = (options: ConstructorParameters<typeof OpenedStore>[1] = {}) => {
    opened = new OpenedStore(folder.path, options);
    opened.database.exec('CREATE TABLE IF NOT EXISTS notes (note TEXT NOT NULL UNIQUE) STRICT');
    const insert = opened.database.prepare('INSERT INTO notes VALUES (?)');
    return { ...opened, note: (text: string) => opened.database.commit(() => insert.run(text).changes) };
  };
  const notes = () =>
    opened.database
      .prepare<{ note: string }>('SELECT note FROM notes ORDER BY note')
      .all()
      .map(({ note }) => note);

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    opened.kill();
    folder.remove();
  });

  it('makes one transaction of what was queued in one turn', async () => {
    const { note, store } = open();
    const onlooker = new DatabaseSync(join(folder.path, 'events.sqlite'), { readOnly: true });
    const seen = onlooker.prepare('SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM events) AS rows');
    const appends = [store.append('a', NO_STREAM, someEvents(2)), store.append('b', NO_STREAM, someEvents(1))];
    const all = Promise.all([...appends, note('one'), note('two')]);
    expect(seen.get()).toEqual({ rows: 0 });
    const whenAnswered = await Promise.race(appends).then(() => seen.get());
    expect(whenAnswered).toEqual({ rows: 5 });
    await all;
    onlooker.close();
  });

  it('leaves a file that is the whole log when it is closed, without what lies beside it', async () => {
    const { store } = open();
    await store.append('a', NO_STREAM, someEvents(3));
    await opened.close();
    copyFileSync(join(folder.path, 'events.sqlite'), join(folder.path, 'copy.sqlite'));
    const copy = new DatabaseSync(join(folder.path, 'copy.sqlite'));
    expect(copy.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 3 });
    copy.close();
  });

  it.each(['views-accounts-1.sqlite', 'events.sqlite-wal'])('refuses to begin anew where the log has gone and %s is left', (left) => {
    writeFileSync(join(folder.path, 'events.sqlite'), '');
    writeFileSync(join(folder.path, left), 'made of a log');
    expect(() => new OpenedStore(folder.path)).toThrow(LostLogError);
    expect(readFileSync(join(folder.path, left), 'utf8')).toBe('made of a log');
    rmSync(join(folder.path, left));
    open();
  });

  it('lets a work that throws before it has written fail alone', async () => {
    const { note, database } = open();
    const refused = database.commit(() => {
      throw new RangeError('not like this');
    });
    const results = await Promise.allSettled([note('one'), refused, note('one'), note('two')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(notes()).toEqual(['one', 'two']);
  });

  it('takes the whole batch back where a work throws after it has written', async () => {
    const { note, database, store } = open();
    const insert = database.prepare('INSERT INTO notes VALUES (?)');
    const half = database.commit(() => {
      insert.run('half');
      throw new Error('too late');
    });
    const append = store.append('a', NO_STREAM, someEvents(1));
    const results = await Promise.allSettled([note('one'), half, append]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: expect.any(CommitFailedError) },
      { status: 'rejected', reason: expect.any(CommitFailedError) },
      { status: 'fulfilled', value: { kind: 'unknown', reason: expect.stringContaining('too late') } },
    ]);
    // Who lives on its own effects, as a publisher, waits and repeats: a full disk must not end the service.
    expect(results.slice(0, 2).map((result) => isEngineUnavailable((result as PromiseRejectedResult).reason))).toEqual([true, true]);
    expect(notes()).toEqual([]);
    expect(await note('one')).toBe(1);
  });

  it('does not know the outcome of an append whose commit fails, has nothing of it, and takes its repeat', async () => {
    const { database, store, fatal } = open();
    await store.append('a', NO_STREAM, someEvents(2));
    database.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)');
    database.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)');
    const orphan = database.prepare('INSERT INTO children VALUES (7)');
    const events = someEvents(2);
    const doomed = Promise.allSettled([database.commit(() => orphan.run())]);
    expect(await store.append('a', 1, events)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('FOREIGN KEY') });
    expect(await doomed).toMatchObject([{ status: 'rejected', reason: expect.any(CommitFailedError) }]);

    expect(await store.readForwards('a', 0, 10)).toHaveLength(2);
    expect(appended(await store.append('a', 1, events)).version).toBe(3);
    expect(idsOf(await store.readForwards('a', 2, 10))).toEqual(idsOf(events));
    expect(fatal).toEqual([]);
  });

  it('answers that an append is written where its commit failed only in saying so', async () => {
    let failing = false;
    const connect = (path: string) => {
      const connection = openFile(path, 'full');
      const prepare = connection.prepare.bind(connection);
      const withFault = (sql: string) => {
        const statement = prepare(sql);
        if (sql !== 'COMMIT') return statement;
        const run = statement.run.bind(statement);
        const value = () => {
          const result = run();
          if (failing) throw new Error('disk I/O error');
          return result;
        };
        return Object.defineProperty(statement, 'run', { value });
      };
      Object.defineProperty(connection, 'prepare', { value: withFault });
      return connection;
    };
    const { store, note } = open({ connect });
    failing = true;
    const events = someEvents(2);
    const [append, noted] = await Promise.allSettled([store.append('a', NO_STREAM, events), note('one')]);
    failing = false;
    expect(append).toMatchObject({ status: 'fulfilled', value: { kind: 'appended', version: 1 } });
    expect(noted).toMatchObject({ status: 'rejected', reason: expect.any(CommitFailedError) });
    expect(idsOf(await store.readForwards('a', 0, 10))).toEqual(idsOf(events));
    expect(appended(await store.append('a', 1, someEvents(1))).version).toBe(2);
  });

  it('loses nothing on a full disk, and goes on when there is room again', async () => {
    let pages = 40;
    const connect = (path: string) => {
      const connection = openFile(path, 'full');
      connection.exec(`PRAGMA max_page_count = ${pages}`);
      return connection;
    };
    const { store, fatal } = open({ connect });
    const large = () => [anEvent('Large', { text: 'x'.repeat(20_000) })];
    const written: string[] = [];
    let refused = large();
    for (let version = NO_STREAM; version < 100; version += 1) {
      refused = large();
      const outcome = await store.append('a', version, refused);
      if (outcome.kind === 'unknown') break;
      written.push(...idsOf(refused));
    }
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(10);
    expect(idsOf(await store.readForwards('a', 0, 100))).toEqual(written);
    expect(await store.append('b', NO_STREAM, large())).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('full') });

    pages = 400;
    await store.append('b', NO_STREAM, large());
    expect(appended(await store.append('a', written.length - 1, refused)).version).toBe(written.length);
    expect(fatal).toEqual([]);
  });

  it('stops loudly, once and for all, where another process has written', async () => {
    const { store, note, fatal } = open();
    await store.append('a', NO_STREAM, someEvents(1));
    const waiting = expect(store.waitForMore(await store.head(), new AbortController().signal)).rejects.toThrow(ForeignWriteError);
    const stranger = new DatabaseSync(join(folder.path, 'events.sqlite'));
    stranger.exec("INSERT INTO notes VALUES ('from elsewhere')");
    stranger.close();

    const results = await Promise.allSettled([store.append('a', 0, someEvents(1)), note('one')]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ForeignWriteError) });
    await waiting;
    await expect(store.readForwards('a', 0, 10)).rejects.toThrow(ForeignWriteError);
    await expect(store.append('a', 0, someEvents(1))).rejects.toThrow(ForeignWriteError);
    await expect(note('two')).rejects.toThrow(ForeignWriteError);
    expect(fatal).toHaveLength(1);
  });

  it('stops where another process is writing', async () => {
    const { store, fatal } = open();
    const stranger = new DatabaseSync(join(folder.path, 'events.sqlite'));
    stranger.exec('BEGIN IMMEDIATE');
    await expect(store.append('a', NO_STREAM, someEvents(1))).rejects.toThrow(ForeignWriteError);
    stranger.close();
    expect(fatal).toHaveLength(1);
  });

  it('commits what is queued before it closes', async () => {
    const { store } = open();
    const append = store.append('a', NO_STREAM, someEvents(1));
    opened.kill();
    expect(await append).toMatchObject({ kind: 'appended' });
    open();
    expect(await opened.store.readForwards('a', 0, 10)).toHaveLength(1);
  });
});
