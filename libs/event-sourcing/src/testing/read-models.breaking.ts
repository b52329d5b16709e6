import type { Generation, RangePage, RangeQuery, ReadModelStore, Row, TableSchema } from '../read-model.port.js';
import { MemoryReadModelDisk, MemoryReadModels } from './memory-read-models.js';
import type { ReadModelPlace } from './read-models.situation.js';

/** A copy of the in-memory store with one defect: what the contract must find. */
export interface BrokenReadModels {
  readonly defect: string;
  make(): Promise<ReadModelPlace>;
}

/** The tables that a store was last opened with. */
export const tablesOf = new WeakMap<ReadModelStore, readonly TableSchema[]>();
/** The tables that a disk was first opened with. */
export const firstTables = new WeakMap<MemoryReadModelDisk, readonly TableSchema[]>();
/** The stores that have opened a disk's projections. */
export const opened = new WeakMap<MemoryReadModelDisk, Set<ReadModelStore>>();

/** A copy with methods of its own. */
export function changed(
  defect: string,
  change: (store: MemoryReadModels, disk: MemoryReadModelDisk) => Partial<ReadModelStore>,
): BrokenReadModels {
  return {
    defect,
    make: async () => {
      const disk = new MemoryReadModelDisk();
      return {
        open: async () => {
          const store = new MemoryReadModels(disk);
          const overriding: Partial<Record<string | symbol, unknown>> = { ...change(store, disk) };
          return new Proxy(store, {
            get: (target, name, receiver) => {
              const own: unknown = overriding[name] ?? Reflect.get(target, name, target);
              if (name === 'open') {
                return (...args: Parameters<ReadModelStore['open']>) => {
                  tablesOf.set(store, args[3]);
                  return (own as ReadModelStore['open']).apply(target, args);
                };
              }
              return typeof own === 'function'
                ? (own as (...args: unknown[]) => unknown).bind(receiver === target ? receiver : target)
                : own;
            },
          });
        },
      };
    },
  };
}

type Write = Generation['write'];

/** A copy whose generations write otherwise. */
export function writing(
  defect: string,
  write: (
    live: Generation,
    from: Parameters<Write>[0],
    to: Parameters<Write>[1],
    rows: Parameters<Write>[2],
    store: ReadModelStore,
  ) => Promise<boolean>,
): BrokenReadModels {
  return wrappingGenerations(defect, (store) => (live) => ({ write: (from, to, rows) => write(live, from, to, rows, store) }));
}

/** A copy whose generations read otherwise. */
export function reading(
  defect: string,
  get: (live: Generation, table: string, keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
): BrokenReadModels {
  return wrappingGenerations(defect, () => (live) => ({ get: (table, keys) => get(live, table, keys) }));
}

function wrappingGenerations(defect: string, wrap: (store: ReadModelStore) => (live: Generation) => Partial<Generation>): BrokenReadModels {
  return changed(defect, (store) => {
    const wrapped = (live: Generation): Generation => ({
      id: live.id,
      checkpoint: () => live.checkpoint(),
      get: (table, keys) => live.get(table, keys),
      write: (from, to, rows) => live.write(from, to, rows),
      ...wrap(store)(live),
    });
    return {
      open: async (...args) => wrapped(await store.open(...args)),
      rebuild: async (projection) => wrapped(await store.rebuild(projection)),
    };
  });
}

/** A copy that gives other pages. */
export function ranging(defect: string, change: (page: RangePage<Row>, query: RangeQuery) => RangePage<Row>): BrokenReadModels {
  return changed(defect, (store) => ({
    range: async (projection, table, query) => change(await store.range(projection, table, query), query) as never,
  }));
}

/** A copy that understands another query. */
export function asking(defect: string, change: (query: RangeQuery) => RangeQuery): BrokenReadModels {
  return changed(defect, (store) => ({
    range: async (projection, table, query) => store.range(projection, table, change(query)) as never,
  }));
}

type Changes = Parameters<Write>[2];

/** The rows of a write with each changed. */
export async function mapRows(rows: Changes, change: (row: Row, table: string, key: string) => Promise<Row>): Promise<Changes> {
  const made = new Map<string, Map<string, Row | null>>();
  for (const [table, changes] of rows) {
    const changedRows = new Map<string, Row | null>();
    for (const [key, row] of changes) changedRows.set(key, row && (await change(row, table, key)));
    made.set(table, changedRows);
  }
  return made;
}

/** The row with each value changed. */
export function mapValues(row: Row, change: (value: unknown) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, change(value)]));
}

/** Text, or null where it is none. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Wrapped as the broken copies are, and whole: what passes here fails there because of the defect. */
export const unbrokenReadModels: BrokenReadModels = writing('none', (live, from, to, rows) => live.write(from, to, rows));
