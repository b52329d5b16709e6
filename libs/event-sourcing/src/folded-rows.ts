import type { RecordedEvent } from './event.js';
import type { Projection } from './projection.js';
import type { Generation, Row } from './read-model.port.js';

/** Rows to be written, by table and key; null removes one. */
export type RowChanges = ReadonlyMap<string, ReadonlyMap<string, Row | null>>;

/** Rows of one projection, folded in memory over what a generation holds: each key is read once and written once. */
export class FoldedRows {
  private readonly known = new Map<string, Map<string, Row | undefined>>();
  private readonly changed = new Map<string, Map<string, Row | null>>();

  /** `stored` is undefined where nothing has been stored yet: then nothing needs to be read. */
  constructor(
    private readonly projection: Projection,
    private readonly stored: Generation | undefined,
  ) {
    for (const { schema } of projection.tables) this.known.set(schema.name, new Map());
  }

  /** Rows held, changed or not. */
  get size(): number {
    let size = 0;
    for (const rows of this.known.values()) size += rows.size;
    return size;
  }

  /** Folds the projection's events among these, in order. When it throws, these rows must be thrown away. */
  async add(events: readonly RecordedEvent[]): Promise<void> {
    const { prefixes, tables } = this.projection;
    const own = events.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)));
    for (const table of tables) {
      const { name } = table.schema;
      const known = this.known.get(name) as Map<string, Row | undefined>;
      const touched = own.map((event) => table.keysOf(event));
      await this.load(name, known, touched);
      let changed = this.changed.get(name);
      own.forEach((event, index) => {
        for (const key of touched[index] ?? []) {
          const before = known.get(key);
          const after = table.fold(before, event, key);
          if (after === before || (after === null && before === undefined)) continue;
          known.set(key, after ?? undefined);
          if (!changed) this.changed.set(name, (changed = new Map<string, Row | null>()));
          changed.set(key, after);
        }
      });
    }
  }

  /** What has to be written for the store to hold these rows; empty where nothing changed. */
  changes(): RowChanges {
    return this.changed;
  }

  /** The same in the order of the keys, cut into parts of at most `maxRows`: what a fresh generation takes best. */
  *slices(maxRows: number): Generator<RowChanges> {
    for (const [table, rows] of this.changed) {
      const keys = [...rows.keys()].sort();
      for (let from = 0; from < keys.length; from += maxRows) {
        const part = keys.slice(from, from + maxRows);
        yield new Map([[table, new Map(part.map((key) => [key, rows.get(key) ?? null]))]]);
      }
    }
  }

  /** The changes have been stored: from here on the rows are a cache, and forgotten where there are more than `maxRows`. */
  written(maxRows: number): void {
    this.changed.clear();
    if (this.size > maxRows) for (const rows of this.known.values()) rows.clear();
  }

  private async load(table: string, known: Map<string, Row | undefined>, touched: readonly (readonly string[])[]): Promise<void> {
    const missing = new Set<string>();
    for (const keys of touched) for (const key of keys) if (!known.has(key)) missing.add(key);
    if (missing.size === 0 || !this.stored) return;
    const rows = await this.stored.get(table, [...missing]);
    for (const key of missing) known.set(key, rows.get(key));
  }
}
