import type { JsonObject } from '../event.js';
import { storableText } from '../range.js';
import type { Generation, Row } from '../read-model.port.js';
import {
  asking,
  type BrokenReadModels,
  changed,
  firstTables,
  mapRows,
  mapValues,
  opened,
  ranging,
  reading,
  tablesOf,
  textOrNull,
  writing,
} from './read-models.breaking.js';

/** The zoo of the read-model port: every clause of its contract fails on at least one of these. */
export const brokenReadModels: readonly BrokenReadModels[] = [
  writing('the checkpoint is not compared', (live, from, to, rows) =>
    live.checkpoint().then((at) => live.write(from < at ? at : from, to, rows)),
  ),
  writing('a checkpoint beyond the stored one is believed', async (live, from, to, rows) => {
    const at = await live.checkpoint();
    return live.write(from > at ? at : from, to, rows);
  }),
  writing('rows are written before the checkpoint is compared', async (live, from, to, rows) => {
    const at = await live.checkpoint();
    await live.write(at, at, rows);
    return live.write(from, to, new Map());
  }),
  writing(
    'the checkpoint is moved before the rows, in a transaction of its own',
    async (live, from, to, rows) => (await live.write(from, to, new Map())) && live.write(to, to, rows),
  ),
  writing('each table has a transaction of its own', async (live, from, to, rows) => {
    for (const [table, changes] of rows) if (!(await live.write(from, from, new Map([[table, changes]])))) return false;
    return live.write(from, to, new Map());
  }),
  writing('rows are kept and the checkpoint is forgotten', (live, from, _to, rows) => live.write(from, from, rows)),
  writing('checkpoints go through a floating-point number', (live, from, to, rows) =>
    live.write(BigInt(Number(from)), BigInt(Number(to)), rows),
  ),
  writing('a new row is laid over the old one', async (live, from, to, rows) =>
    live.write(
      from,
      to,
      await mapRows(rows, async (row, table) => {
        const old = (await live.get(table, [String(row['id'] ?? row['key'])])).values().next().value;
        return { ...old, ...row };
      }),
    ),
  ),
  writing('nothing is removed', (live, from, to, rows) =>
    live.write(from, to, new Map([...rows].map(([table, changes]) => [table, new Map([...changes].filter(([, row]) => row !== null))]))),
  ),
  writing('integers are kept in 32-bit floats', async (live, from, to, rows) =>
    live.write(
      from,
      to,
      await mapRows(rows, async (row) => mapValues(row, (value) => (Number.isSafeInteger(value) ? Math.fround(value as number) : value))),
    ),
  ),
  writing('null becomes zero', async (live, from, to, rows) =>
    live.write(from, to, await mapRows(rows, async (row) => ('id' in row ? { ...row, due: row['due'] ?? 0 } : row))),
  ),
  writing('empty json is taken for none', async (live, from, to, rows) =>
    live.write(from, to, await mapRows(rows, async (row) => ('data' in row ? { ...row, data: row['data'] || null } : row))),
  ),
  writing('whatever does not fit is made to fit', async (live, from, to, rows) =>
    live.write(
      from,
      to,
      await mapRows(rows, async (row, _table, key) =>
        'id' in row ? { id: key, owner: textOrNull(row['owner']), due: Math.trunc(Number(row['due'] ?? 0)), data: row['data'] } : row,
      ),
    ),
  ),
  writing('text is cut at a zero character', async (live, from, to, rows) =>
    live.write(
      from,
      to,
      await mapRows(rows, async (row) => mapValues(row, (value) => (typeof value === 'string' ? value.split('\u0000')[0] : value))),
    ),
  ),
  writing('keys are normalised', (live, from, to, rows) =>
    live.write(
      from,
      to,
      new Map(
        [...rows].map(([table, changes]) => [
          table,
          new Map(
            [...changes].map(([key, row]) => {
              const name = key.normalize('NFC').toLowerCase();
              return [name, row && { ...row, ...('id' in row ? { id: name } : {}) }];
            }),
          ),
        ]),
      ),
    ),
  ),
  writing('what a dropped generation is given goes to the live one', async (live, from, to, rows, store) => {
    const current = await store.open('p', '1', 'log-1', tablesOf.get(store) ?? []);
    return live.write(from, to, rows).then((written) => written || current.write(from, to, rows));
  }),
  reading('one read gives a thousand rows at most', async (live, table, keys) => live.get(table, keys.slice(0, 1_000))),
  reading('rows that are missing are given as empty ones', async (live, table, keys) => {
    const found = await live.get(table, keys);
    return new Map(keys.map((key) => [key, found.get(key) ?? { id: key }]));
  }),
  reading('json is given as text to the projector', async (live, table, keys) => {
    const found = await live.get(table, keys);
    return new Map([...found].map(([key, row]) => [key, 'data' in row ? { ...row, data: JSON.stringify(row['data']) } : row]));
  }),
  ranging('bounds are exclusive', (page, { atLeast, atMost }) => ({
    ...page,
    items: page.items.filter((row) => !Object.values(row).some((value) => value !== null && (value === atLeast || value === atMost))),
  })),
  ranging('ties come as they were written', (page) => ({
    ...page,
    items: [...page.items].sort((a, b) => Number(a['due']) - Number(b['due'])).reverse(),
  })),
  ranging('there is always a next page', (page) => ({ ...page, next: page.next ?? Buffer.from('[0,"a"]').toString('base64url') })),
  ranging('there is never a next page', (page) => ({ items: page.items, next: undefined })),
  ranging('text is ordered by 16-bit units', (page) => ({
    ...page,
    items: page.items.every((row) => 'select' in row)
      ? [...page.items].sort((a, b) => (String(a['select']) < String(b['select']) ? -1 : 1))
      : page.items,
  })),
  asking('null is within every bound', (query) => {
    const { atMost: _atMost, ...rest } = query;
    return query.atMost === undefined || query.atLeast !== undefined ? query : rest;
  }),
  asking('equal columns are not compared', (query) => ({ ...query, equals: [] })),
  asking('the direction is not looked at', (query) => ({ ...query, direction: 'ascending' })),
  asking('any limit is taken', (query) => ({ ...query, limit: Math.min(10_000, Math.max(1, query.limit)) })),
  asking('an index that was not declared is scanned', (query) =>
    query.index.includes('data') || query.equals.length > query.index.length ? { ...query, index: [], equals: [] } : query,
  ),
  changed('nulls are last', (store) => ({
    range: async (projection, table, query) => {
      const page = await store.range(projection, table, query);
      const nulls = page.items.filter((row) => row['due'] === null);
      return { ...page, items: [...page.items.filter((row) => row['due'] !== null), ...nulls] } as never;
    },
  })),
  changed('a cursor is a number of rows', (store) => ({
    range: async (projection, table, query) => {
      const { cursor, ...whole } = query;
      const skipped = Number(cursor ?? 0);
      const { items } = await store.range(projection, table, { ...whole, limit: 10_000 });
      const end = skipped + query.limit;
      return { items: items.slice(skipped, end), next: items.length > end ? String(end) : undefined } as never;
    },
  })),
  changed('a page begins with the row that the last one ended with', (store) => {
    const lastItems = new Map<string, Row>();
    return {
      range: async (projection, table, query) => {
        const page = await store.range(projection, table, query);
        const repeated = query.cursor === undefined ? undefined : lastItems.get(query.cursor);
        const last = page.items.at(-1);
        if (page.next !== undefined && last) lastItems.set(page.next, last);
        return { ...page, items: repeated ? [repeated, ...page.items] : page.items } as never;
      },
    };
  }),
  changed('a cursor that is not understood begins at the first page', (store) => ({
    range: async (projection, table, query) => {
      const { cursor: _cursor, ...first } = query;
      return store.range(projection, table, query).catch(() => store.range(projection, table, first)) as never;
    },
  })),
  changed('an empty table counts one row', (store) => ({
    count: async (...args) => Math.max(1, await store.count(...args)),
  })),
  changed('everything is counted', (store) => ({
    count: (projection, table) => store.count(projection, table, { index: [], equals: [] }),
  })),
  changed('nulls are not counted', (store) => ({
    count: async (projection, table, { index, equals }) => {
      const page = await store.range(projection, table, { index, equals, direction: 'ascending', limit: 10_000 });
      return page.items.filter((row) => row['due'] !== null).length;
    },
  })),
  changed('how far a projection has come is known to who opened it only', (store) => ({
    checkpoint: async (projection) => (tablesOf.has(store) ? store.checkpoint(projection) : 0n),
  })),
  changed('a key that cannot be stored is made to fit', (store) => ({
    get: (projection, table, key) => store.get(projection, table, storableText(key)),
  })),
  changed('all projections share their rows', (store) => ({
    open: (_projection, ...rest) => store.open('p', ...rest),
    get: (_projection, table, key) => store.get('p', table, key),
  })),
  changed('the version is not looked at', (store) => ({
    open: (projection, _version, logId, tables) => store.open(projection, '1', logId, tables),
  })),
  changed('the log is not looked at', (store) => ({
    open: (projection, version, _logId, tables) => store.open(projection, version, 'log-1', tables),
  })),
  changed('changed tables are not looked at', (store, disk) => ({
    open: (projection, version, logId, tables) => {
      const first = firstTables.get(disk) ?? tables;
      firstTables.set(disk, first);
      return store.open(projection, version, logId, first);
    },
  })),
  changed('a rebuild fills the live generation', (store) => ({
    rebuild: (projection) => store.open(projection, '1', 'log-1', tablesOf.get(store) ?? []),
    switchTo: async () => true,
  })),
  changed('a rebuild hides the live rows', (store) => ({
    rebuild: async (projection) => {
      const next = await store.rebuild(projection);
      await store.switchTo(projection, next);
      return store.rebuild(projection);
    },
  })),
  changed('nothing is switched', () => ({ switchTo: async () => true })),
  changed('reads switch to rows that are further behind', (store) => ({
    switchTo: (projection, next) => store.switchTo(projection, next),
  })),
  changed('a rebuild goes on with the unfinished one', (store) => {
    let unfinished: Promise<Generation> | undefined;
    return { rebuild: (projection) => (unfinished ??= store.rebuild(projection)) };
  }),
  changed('an unfinished rebuild is taken for the live generation', (store, disk) => ({
    open: async (projection, ...rest) => {
      const rebuilt = opened.has(disk) && !opened.get(disk)?.has(store) ? disk.rebuilt.get(projection) : undefined;
      opened.set(disk, (opened.get(disk) ?? new Set()).add(store));
      const live = await store.open(projection, ...rest);
      if (!rebuilt) return live;
      await store.switchTo(projection, rebuilt);
      return rebuilt;
    },
  })),
  changed('every opening begins a new generation', (store) => ({
    open: async (projection, ...rest) => {
      await store.open(projection, ...rest);
      await store.switchTo(projection, await store.rebuild(projection));
      return store.open(projection, ...rest);
    },
  })),
  changed('closing forgets everything', (store, disk) => ({
    close: async () => {
      disk.live.clear();
      disk.notes.clear();
      return store.close();
    },
  })),
  changed('notes are kept once and for all', (store) => ({
    putNote: async (key: string, value: JsonObject) => ((await store.getNotes([key])).has(key) ? undefined : store.putNote(key, value)),
    removeNote: async () => undefined,
  })),
];
