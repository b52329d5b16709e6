import type { Position } from '../event.js';
import type { Generation, RangeQuery, ReadModelStore, Row, TableSchema } from '../read-model.port.js';

/** Where one clause keeps its rows: a fresh disk. Opening it again, after closing, finds what was kept. */
export interface ReadModelPlace {
  open(): Promise<ReadModelStore>;
}

/** One sentence that every read-model store keeps; `run` rejects where it does not. */
export interface ReadModelClause {
  readonly sentence: string;
  run(make: () => Promise<ReadModelPlace>): Promise<void>;
}

/** The table that most clauses write to. */
export const TASKS: TableSchema = {
  name: 'tasks',
  key: 'id',
  columns: { id: 'text', owner: 'text', due: 'integer', data: 'json' },
  indexes: [['owner', 'due'], ['due']],
};
/** The tables of every projection in the contract; the second has names that must be quoted. */
export const TABLES: readonly TableSchema[] = [
  TASKS,
  { name: 'the "best" words', key: 'key', columns: { key: 'text', select: 'text' }, indexes: [['select']] },
];
/** Name of the second table. */
export const WORDS = 'the "best" words';
/** The log that the rows are made from. */
export const LOG = 'log-1';

interface Situation {
  readonly place: ReadModelPlace;
  readonly store: ReadModelStore;
  /** The live generation of projection `p`. */
  readonly live: Generation;
}

/** A clause that begins with projection `p` opened on a fresh disk. */
export function clause(sentence: string, check: (situation: Situation) => Promise<void>): ReadModelClause {
  return {
    sentence,
    run: async (make) => {
      const place = await make();
      const store = await place.open();
      try {
        await check({ place, store, live: await openLive(store) });
      } finally {
        await store.close();
      }
    },
  };
}

/** Projection `p`, as the contract declares it. */
export function openLive(store: ReadModelStore): Promise<Generation> {
  return store.open('p', '1', LOG, TABLES);
}

/** A row of the tasks table. */
export function task(id: string, owner: string | null, due: number | null, data: unknown = null): Row & { readonly id: string } {
  return { id, owner, due, data };
}

/** Writes rows of the tasks table. */
export function put(
  generation: Generation,
  from: Position,
  to: Position,
  ...rows: readonly (Row & { readonly id: string })[]
): Promise<boolean> {
  return generation.write(from, to, new Map([['tasks', new Map(rows.map((row) => [row.id, row]))]]));
}

/** Keys of the tasks that a query gives, in its order; all of them where it does not say. */
export async function ids(store: ReadModelStore, query: Partial<RangeQuery>): Promise<readonly unknown[]> {
  const page = await store.range('p', 'tasks', { index: [], equals: [], direction: 'ascending', limit: 1_000, ...query });
  return page.items.map(({ id }) => id);
}
