import type { Generation, Row } from '../../src/read-model.port.js';
import { MemoryReadModels } from '../../src/testing/memory-read-models.js';
import type { Breach } from '../../src/verifying/breach.js';
import { checkRows } from '../../src/verifying/rows.check.js';
import { plainFold } from '../../src/testing/projection.dump.js';
import { EventLog } from '../read-models/event.log.js';
import { totalsProjection } from '../read-models/totals.projection.js';

const projection = totalsProjection();
const ACCOUNTS = 9;

/** A log, and rows that a plain fold made of all of it. */
async function madeFrom(events: number) {
  const log = new EventLog();
  for (let at = 0; at < events; at++) log.add(`account-${at % ACCOUNTS}`, at % 11 === 10 ? 'Closed' : 'Added', at);
  const readModels = new MemoryReadModels();
  const schemas = projection.tables.map(({ schema }) => schema);
  const live = await readModels.open(projection.name, projection.version, log.logId, schemas);
  const follow = async (): Promise<void> => {
    const tables = Object.entries(plainFold(projection, log.events)).map(
      ([table, rows]) => [table, new Map(Object.entries(rows))] as const,
    );
    await live.write(await live.checkpoint(), await log.head(), new Map(tables));
  };
  await follow();
  const pause = async (): Promise<void> => undefined;
  const breaches = async (options: { rowsPerPass?: number; pause?: () => Promise<void> } = {}): Promise<string[]> => {
    const found: Breach[] = [];
    await checkRows({ store: log, readModels, projection, gapless: false, pause, report: (breach) => found.push(breach), ...options });
    expect(found.every(({ invariant, stream }) => invariant === 'I7' && stream === 'totals')).toBe(true);
    return found.map(({ text }) => text);
  };
  const write = async (table: string, key: string, row: Row | null, on: Generation = live): Promise<void> => {
    const at = await on.checkpoint();
    expect(await on.write(at, at, new Map([[table, new Map([[key, row]])]]))).toBe(true);
  };
  return { log, readModels, live, follow, breaches, write };
}

describe('the check of rows (I7)', () => {
  it('finds nothing where the rows are a fold of the log, in one pass or in many', async () => {
    const { breaches } = await madeFrom(1_500);
    expect(await breaches()).toEqual([]);
    expect(await breaches({ rowsPerPass: 2 })).toEqual([]);
  });

  it('names each row that is changed, missing or too many, in whichever pass it is', async () => {
    const { breaches, write, readModels } = await madeFrom(300);
    const row = (await readModels.get('totals', 'totals', 'account-1')) as Row;
    await write('totals', 'account-1', { ...row, total: Number(row['total']) + 1 });
    await write('totals', 'account-2', { ...((await readModels.get('totals', 'totals', 'account-2')) as Row), history: [] });
    await write('totals', 'account-3', null);
    await write('kinds', 'Conjured', { kind: 'Conjured', times: 1, last: 'x' });
    const expected = [
      'row "account-1" of "totals" is not what the log says',
      'row "account-2" of "totals" is not what the log says',
      'row "account-3" of "totals" is missing',
      'row "Conjured" of "kinds" is not what the log says',
    ];
    expect((await breaches()).sort()).toEqual([...expected].sort());
    expect((await breaches({ rowsPerPass: 3 })).sort()).toEqual([...expected].sort());
  });

  it('holds the rows against the log up to their checkpoint, not to its end', async () => {
    const { breaches, log } = await madeFrom(100);
    log.add('account-1', 'Added', 5);
    expect(await breaches()).toEqual([]);
  });

  it('finds a checkpoint that is not the rows’, or beyond the log', async () => {
    const { breaches, live, log } = await madeFrom(100);
    const head = await log.head();
    await live.write(head, log.events[50]?.position ?? 0n, new Map());
    expect(await breaches()).not.toEqual([]);
    await live.write(await live.checkpoint(), head + 1n, new Map());
    expect(await breaches()).toEqual([expect.stringContaining('beyond the end of the log')]);
  });

  it('lets the projection go on meanwhile, and still finds what is wrong', async () => {
    const { breaches, follow, log, write } = await madeFrom(1_200);
    let turns = 0;
    const pause = async (): Promise<void> => {
      if (++turns > 8) return;
      log.add(`account-${turns}`, 'Added', turns);
      log.add(`account-new-${turns}`, 'Added', turns);
      await follow();
    };
    expect(await breaches({ pause, rowsPerPass: 5 })).toEqual([]);
    expect(turns).toBeGreaterThan(8);
    turns = 0;
    await write('totals', 'account-late', { account: 'account-late', total: 0, history: [] });
    expect(await breaches({ pause })).toEqual(['row "account-late" of "totals" is not what the log says']);
  });
});
