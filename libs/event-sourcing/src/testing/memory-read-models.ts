import type { JsonObject, Position } from '../event.js';
import { checkLimit, checkRow, cursorAfter, orderColumns, type OrderValue, readCursor, storableText } from '../range.js';
import type { Generation, RangePage, RangeQuery, ReadModelStore, Row, TableSchema } from '../read-model.port.js';

/** What in-memory read models keep: it outlives the store that was opened on it, as a disk outlives a process. */
export class MemoryReadModelDisk {
  readonly live = new Map<string, MemoryGeneration>();
  readonly rebuilt = new Map<string, MemoryGeneration>();
  readonly notes = new Map<string, JsonObject>();
  made = 0;
}

/** Read models in memory, for tests and simulation. Several stores on one disk see each other's rows. */
export class MemoryReadModels implements ReadModelStore {
  constructor(private readonly disk = new MemoryReadModelDisk()) {}

  async open(projection: string, version: string, logId: string, tables: readonly TableSchema[]): Promise<Generation> {
    const stamp = JSON.stringify([version, logId, tables]);
    const stored = this.disk.live.get(projection);
    if (stored?.stamp === stamp) return stored;
    stored?.drop();
    this.disk.rebuilt.get(projection)?.drop();
    this.disk.rebuilt.delete(projection);
    const made = this.make(projection, stamp, tables);
    this.disk.live.set(projection, made);
    return made;
  }

  async rebuild(projection: string): Promise<Generation> {
    const { stamp, tables } = this.live(projection);
    this.disk.rebuilt.get(projection)?.drop();
    const made = this.make(projection, stamp, tables);
    this.disk.rebuilt.set(projection, made);
    return made;
  }

  async switchTo(projection: string, generation: Generation, liveAtMost?: Position): Promise<boolean> {
    const rebuilt = this.disk.rebuilt.get(projection);
    if (!rebuilt || rebuilt.id !== generation.id) throw new Error(`generation ${generation.id} is not being rebuilt`);
    const live = this.live(projection);
    if (liveAtMost !== undefined && (await live.checkpoint()) > liveAtMost) return false;
    live.drop();
    this.disk.live.set(projection, rebuilt);
    this.disk.rebuilt.delete(projection);
    return true;
  }

  async checkpoint(projection: string): Promise<Position> {
    return this.disk.live.get(projection)?.checkpoint() ?? 0n;
  }

  async get<R extends Row>(projection: string, table: string, key: string): Promise<R | undefined> {
    return this.live(projection).rowsOf(table).get(key) as R | undefined;
  }

  async range<R extends Row>(projection: string, table: string, query: RangeQuery): Promise<RangePage<R>> {
    checkLimit(query.limit);
    const schema = this.live(projection).schemaOf(table);
    const columns = orderColumns(schema, query);
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor, columns, schema);
    const sign = query.direction === 'ascending' ? 1 : -1;
    const rows = this.matching(projection, table, query)
      .filter((row) => withinBounds(row[columns[query.equals.length] ?? schema.key] as OrderValue, query))
      .map((row) => ({ row, place: columns.map((column) => row[column] as OrderValue) }))
      .filter(({ place }) => after === undefined || sign * comparePlaces(place, after) > 0)
      .sort((a, b) => sign * comparePlaces(a.place, b.place))
      .map(({ row }) => row);
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return { items: items as unknown as R[], next: last && rows.length > items.length ? cursorAfter(last, columns) : undefined };
  }

  async count(projection: string, table: string, query: Pick<RangeQuery, 'index' | 'equals'>): Promise<number> {
    return this.matching(projection, table, query).length;
  }

  async putNote(key: string, value: JsonObject): Promise<void> {
    this.disk.notes.set(key, JSON.parse(JSON.stringify(value)) as JsonObject);
  }

  async getNotes(keys: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
    return pick(this.disk.notes, keys);
  }

  async removeNote(key: string): Promise<void> {
    this.disk.notes.delete(key);
  }

  async close(): Promise<void> {
    // What is kept belongs to the disk.
  }

  private matching(projection: string, table: string, query: Pick<RangeQuery, 'index' | 'equals'>): Row[] {
    const live = this.live(projection);
    const columns = orderColumns(live.schemaOf(table), query);
    const rows = [...live.rowsOf(table).values()];
    return rows.filter((row) => query.equals.every((value, index) => row[columns[index] ?? ''] === value));
  }

  private make(projection: string, stamp: string, tables: readonly TableSchema[]): MemoryGeneration {
    this.disk.made += 1;
    return new MemoryGeneration(`${projection}-${this.disk.made}`, stamp, tables);
  }

  private live(projection: string): MemoryGeneration {
    const live = this.disk.live.get(projection);
    if (!live) throw new Error(`projection "${projection}" has not been opened`);
    return live;
  }
}

class MemoryGeneration implements Generation {
  private at: Position = 0n;
  private dropped = false;
  private readonly rows: ReadonlyMap<string, Map<string, Row>>;

  constructor(
    readonly id: string,
    readonly stamp: string,
    readonly tables: readonly TableSchema[],
  ) {
    this.rows = new Map(tables.map(({ name }) => [name, new Map()]));
  }

  async checkpoint(): Promise<Position> {
    return this.at;
  }

  async get(table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    return pick(this.rowsOf(table), keys);
  }

  async write(from: Position, to: Position, rows: ReadonlyMap<string, ReadonlyMap<string, Row | null>>): Promise<boolean> {
    if (this.dropped || this.at !== from) return false;
    const stored = [...rows].flatMap(([table, changes]) => {
      const schema = this.schemaOf(table);
      return [...changes].map(([key, row]) => ({ table, key, row: row && storedRow(schema, key, row) }));
    });
    for (const { table, key, row } of stored) {
      if (row) this.rowsOf(table).set(key, row);
      else this.rowsOf(table).delete(key);
    }
    this.at = to;
    return true;
  }

  drop(): void {
    this.dropped = true;
    this.at = 0n;
    for (const rows of this.rows.values()) rows.clear();
  }

  schemaOf(table: string): TableSchema {
    const schema = this.tables.find(({ name }) => name === table);
    if (!schema) throw new Error(`there is no table "${table}"`);
    return schema;
  }

  rowsOf(table: string): Map<string, Row> {
    return this.rows.get(this.schemaOf(table).name) ?? new Map<string, Row>();
  }
}

/** The row as a database would give it back: every column there, plain JSON values, and nobody can change it. */
function storedRow(schema: TableSchema, key: string, row: Row): Row {
  checkRow(schema, key, row);
  const columns = Object.entries(schema.columns).map(([column, type]) => {
    const value = row[column] ?? null;
    return [column, type === 'text' && typeof value === 'string' ? storableText(value) : value];
  });
  return freeze(JSON.parse(JSON.stringify(Object.fromEntries(columns))) as Row);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

function pick<T>(from: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const key of keys) {
    const value = from.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

function withinBounds(value: OrderValue, { atLeast, atMost }: RangeQuery): boolean {
  if (atLeast === undefined && atMost === undefined) return true;
  if (value === null) return false;
  return (atLeast === undefined || compare(value, atLeast) >= 0) && (atMost === undefined || compare(value, atMost) <= 0);
}

function comparePlaces(a: readonly OrderValue[], b: readonly OrderValue[]): number {
  for (const [index, value] of a.entries()) {
    const order = compare(value, b[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: OrderValue, b: OrderValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

/** By code point, as UTF-8 sorts: halves of pairs stand for characters beyond all others. */
function compareText(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
