import type { MachineClock } from '../../src/clock.port.js';
import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { RecordedEvent } from '../../src/event.js';
import type { Projection } from '../../src/projection.js';
import { Projector, type ProjectorOptions } from '../../src/projector.js';
import type { ReadModelStore, Row } from '../../src/read-model.port.js';
import { systemMachineClock } from '../../src/system.clock.js';
import { MemoryReadModelDisk, MemoryReadModels } from '../../src/testing/memory-read-models.js';
import { dump, plainFold } from '../../src/testing/projection.dump.js';
import { EventLog } from './event.log.js';
import { totalsProjection } from './totals.projection.js';

const DEADLINE_MS = 5_000;

async function projecting(log: EventLog, readModels: ReadModelStore, over: Partial<ProjectorOptions> = {}) {
  const stopped: [string, unknown][] = [];
  const projector = new Projector({
    store: log,
    readModels,
    projections: [totalsProjection()],
    clock: systemMachineClock,
    onStopped: (name, error) => stopped.push([name, error]),
    log: () => undefined,
    ...over,
  });
  await projector.start();
  return { projector, stopped };
}

function filled(events: number): EventLog {
  const log = new EventLog();
  for (let at = 0; at < events; at += 1) log.add(`account-${at % 7}`, at % 11 === 10 ? 'Closed' : 'Added', at);
  return log;
}

/** Versions of streams; its fold throws on an event that is not the next one. */
function strictProjection(): Projection {
  const fold = (row: Row | undefined, { stream, version }: RecordedEvent, key: string): Row => {
    const expected = row === undefined ? 0 : Number(row['version']) + 1;
    if (version !== expected) throw new Error(`${stream} is at ${expected}, not at ${version}`);
    return { account: key, version };
  };
  const schema = { name: 'versions', key: 'account', columns: { account: 'text', version: 'integer' }, indexes: [] } as const;
  return { name: 'strict', version: '1', prefixes: ['account-'], tables: [{ schema, keysOf: ({ stream }) => [stream], fold }] };
}

/** A store of which every third write succeeds without saying so. */
function answersLost(store: MemoryReadModels): ReadModelStore {
  const open = store.open.bind(store);
  let writes = 0;
  store.open = async (...args) => {
    const live = await open(...args);
    return {
      id: live.id,
      checkpoint: () => live.checkpoint(),
      get: (table, keys) => live.get(table, keys),
      write: async (from, to, rows) => {
        const written = await live.write(from, to, rows);
        if ((writes += 1) % 3 === 0) throw new EngineUnavailableError('answer lost');
        return written;
      },
    };
  };
  return store;
}

/** Real time for deadlines, none for back-off. */
const impatientClock: MachineClock = {
  now: () => systemMachineClock.now(),
  sleep: (ms, signal) => systemMachineClock.sleep(ms < DEADLINE_MS ? 0 : ms, signal),
};

describe('the projector', () => {
  it('makes the rows that a plain fold makes, and stores them with their checkpoint', async () => {
    const [log, store] = [filled(100), new MemoryReadModels()];
    const { projector } = await projecting(log, store, { pageSize: 9 });
    expect(await projector.waitFor('totals', await log.head(), DEADLINE_MS)).toBe(true);
    expect(await dump(store, totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    await projector.stop();
  });

  it('shows a write to whoever waits for its position', async () => {
    const [log, store] = [new EventLog(), new MemoryReadModels()];
    const { projector } = await projecting(log, store);
    for (let at = 1; at <= 20; at += 1) {
      await projector.waitFor('totals', log.add('account-1', 'Added'), DEADLINE_MS);
      expect(await store.get('totals', 'totals', 'account-1')).toMatchObject({ total: at });
    }
    await projector.stop();
  });

  it('goes on after a restart where it was, each projection from its own checkpoint', async () => {
    const [log, disk] = [filled(30), new MemoryReadModelDisk()];
    const first = await projecting(log, new MemoryReadModels(disk));
    await first.projector.waitFor('totals', await log.head(), DEADLINE_MS);
    await first.projector.stop();
    log.add('account-9', 'Added');
    const later = totalsProjection({ name: 'later' });
    const store = new MemoryReadModels(disk);
    const second = await projecting(log, store, { projections: [totalsProjection(), later], pageSize: 4 });
    await second.projector.waitFor('later', await log.head(), DEADLINE_MS);
    expect(await dump(store, totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    expect(await dump(store, later)).toEqual(plainFold(later, log.events));
    await second.projector.stop();
  });

  it('makes the rows anew where the version has changed', async () => {
    const [log, disk] = [filled(30), new MemoryReadModelDisk()];
    const first = await projecting(log, new MemoryReadModels(disk));
    await first.projector.waitFor('totals', await log.head(), DEADLINE_MS);
    await first.projector.stop();
    const [totals, kinds] = totalsProjection().tables as [Projection['tables'][number], Projection['tables'][number]];
    const doubled = {
      ...totals,
      fold: (row: never, event: never, key: string) => {
        const made = totals.fold(row, event, key);
        return made && { ...made, history: [] };
      },
    };
    const changed = totalsProjection({ version: '2', tables: [doubled, kinds] });
    const store = new MemoryReadModels(disk);
    const second = await projecting(log, store, { projections: [changed] });
    await second.projector.waitFor('totals', await log.head(), DEADLINE_MS);
    expect(await dump(store, changed)).toEqual(plainFold(changed, log.events));
    await second.projector.stop();
  });

  it('makes the rows anew where the log was put back to an earlier state', async () => {
    const disk = new MemoryReadModelDisk();
    const first = await projecting(filled(30), new MemoryReadModels(disk));
    await first.projector.waitFor('totals', await filled(30).head(), DEADLINE_MS);
    await first.projector.stop();
    const [log, store] = [filled(12), new MemoryReadModels(disk)];
    const { projector } = await projecting(log, store);
    await projector.waitFor('totals', await log.head(), DEADLINE_MS);
    expect(await dump(store, totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    await projector.stop();
  });

  it('takes up the rows again where another owner has written them', async () => {
    const [log, disk] = [new EventLog(), new MemoryReadModelDisk()];
    const owners = [new MemoryReadModels(disk), new MemoryReadModels(disk)];
    const projectors = await Promise.all(owners.map((store) => projecting(log, store, { pageSize: 3 })));
    for (let at = 0; at < 200; at += 1) {
      log.add(`account-${at % 5}`, 'Added');
      if (at % 10 === 0) await systemMachineClock.sleep(1);
    }
    for (const { projector } of projectors) expect(await projector.waitFor('totals', await log.head(), DEADLINE_MS)).toBe(true);
    expect(await dump(new MemoryReadModels(disk), totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    for (const { projector } of projectors) await projector.stop();
  });

  it('stops a projection that throws, at its place, and lets the others go on', async () => {
    const [log, store] = [new EventLog(), new MemoryReadModels()];
    const [table] = totalsProjection().tables as [Projection['tables'][number]];
    const bug = new TypeError('a bug');
    const fold: typeof table.fold = (row, event, key) => {
      if (event.type === 'Poison') throw bug;
      return table.fold(row, event, key);
    };
    const failing = totalsProjection({ name: 'failing', tables: [{ ...table, fold }] });
    const { projector, stopped } = await projecting(log, store, { projections: [failing, totalsProjection()], pageSize: 1 });
    const good = log.add('account-1', 'Added');
    log.add('account-1', 'Poison');
    const last = log.add('account-1', 'Added');
    expect(await projector.waitFor('totals', last, DEADLINE_MS)).toBe(true);
    expect(await projector.waitFor('failing', last, DEADLINE_MS)).toBe(false);
    expect(stopped).toEqual([['failing', bug]]);
    expect(projector.upTo('failing')).toBe(good);
    expect(await dump(store, failing)).toEqual(plainFold(failing, log.events.slice(0, 1)));
    await projector.stop();
  });

  it('loses and doubles nothing while the store fails before and after it has written', async () => {
    const log = filled(60);
    let calls = 0;
    const store = new MemoryReadModels();
    const open = store.open.bind(store);
    store.open = async (...args) => {
      const live = await open(...args);
      const fails = (): boolean => ((calls += 1) * 7) % 13 < 4;
      return {
        id: live.id,
        checkpoint: () => live.checkpoint(),
        get: (table, keys) => (fails() ? Promise.reject(new EngineUnavailableError('read')) : live.get(table, keys)),
        write: async (from, to, rows) => {
          if (fails()) throw new EngineUnavailableError('request lost');
          const written = await live.write(from, to, rows);
          if (fails()) throw new EngineUnavailableError('answer lost');
          return written;
        },
      };
    };
    const { projector, stopped } = await projecting(log, store, { pageSize: 20 });
    expect(await projector.waitFor('totals', await log.head(), DEADLINE_MS * 3)).toBe(true);
    expect(await dump(store, totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    expect(stopped).toEqual([]);
    await projector.stop();
  });

  it('does not take for a bug of the fold what another owner, or a write whose answer was lost, has folded already', async () => {
    const [log, disk] = [new EventLog(), new MemoryReadModelDisk()];
    const owners = [0, 1].map(() => answersLost(new MemoryReadModels(disk)));
    const projections = [strictProjection()];
    const projectors = await Promise.all(
      owners.map((store) => projecting(log, store, { projections, pageSize: 3, clock: impatientClock })),
    );
    for (let at = 0; at < 300; at += 1) {
      log.add(`account-${at % 5}`, 'Added');
      if (at % 10 === 0) await systemMachineClock.sleep(1);
    }
    for (const { projector, stopped } of projectors) {
      expect(await projector.waitFor('strict', await log.head(), DEADLINE_MS)).toBe(true);
      expect(stopped).toEqual([]);
    }
    expect(await dump(new MemoryReadModels(disk), strictProjection())).toEqual(plainFold(strictProjection(), log.events));
    for (const { projector } of projectors) await projector.stop();
  });

  it('reads again what lies between where a rebuild by somebody else stands behind its own rows', async () => {
    const [log, disk] = [filled(30), new MemoryReadModelDisk()];
    const projections = [strictProjection()];
    const { projector, stopped } = await projecting(log, new MemoryReadModels(disk), { projections, pageSize: 3 });
    await projector.waitFor('strict', await log.head(), DEADLINE_MS);
    const other = new MemoryReadModels(disk);
    await other.switchTo('strict', await other.rebuild('strict'));
    const last = log.add('account-1', 'Added');
    for (const deadline = Date.now() + DEADLINE_MS; (await other.checkpoint('strict')) < last && Date.now() < deadline; ) {
      await systemMachineClock.sleep(1);
    }
    expect(await dump(other, strictProjection())).toEqual(plainFold(strictProjection(), log.events));
    expect(stopped).toEqual([]);
    await projector.stop();
  });

  it('rebuilds beside the live rows while the log grows, and tells how far it is', async () => {
    const [log, store] = [filled(5_000), new MemoryReadModels()];
    const { projector } = await projecting(log, store);
    await projector.waitFor('totals', await log.head(), DEADLINE_MS);
    const before = (
      await store.open(
        'totals',
        '1',
        log.logId,
        totalsProjection().tables.map(({ schema }) => schema),
      )
    ).id;
    const told: bigint[] = [];
    await projector.rebuild('totals', (upTo) => {
      told.push(upTo);
      log.add('account-3', 'Added');
    });
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual([...told].sort((a, b) => (a < b ? -1 : 1)));
    await projector.waitFor('totals', log.add('account-1', 'Added'), DEADLINE_MS);
    const after = (
      await store.open(
        'totals',
        '1',
        log.logId,
        totalsProjection().tables.map(({ schema }) => schema),
      )
    ).id;
    expect(after).not.toBe(before);
    expect(await dump(store, totalsProjection())).toEqual(plainFold(totalsProjection(), log.events));
    await projector.stop();
  });

  it('stores the checkpoint of a projection that nothing concerns, so that a start does not begin from nothing', async () => {
    const [log, disk] = [new EventLog(), new MemoryReadModelDisk()];
    for (let at = 0; at < 10; at += 1) log.add('other-1', 'Added');
    const { projector } = await projecting(log, new MemoryReadModels(disk));
    await projector.waitFor('totals', await log.head(), DEADLINE_MS);
    await projector.stop();
    expect(await disk.live.get('totals')?.checkpoint()).toBe(await log.head());
  });
});
