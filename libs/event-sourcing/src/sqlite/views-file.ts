import { type DatabaseSyncInstance, DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import type { Position } from '../event.js';
import { checkRow, orderColumns, storableText } from '../range.js';
import type { RangeQuery, Row, TableSchema } from '../read-model.port.js';
import { type Bindable, rangeSql, quoted, rowsTable } from './range-sql.js';

/** What a generation's rows were made from. */
export interface Stamp {
  readonly version: string;
  readonly logId: string;
  readonly tables: readonly TableSchema[];
}

/** Rows written by one statement: past some tens more makes no difference. */
const ROWS_PER_STATEMENT = 50;
/** Keys read one by one up to here, above in one statement. */
const SINGLE_READS = 3;
/** Pages of 4 kB in the write-ahead log before they move into the database: fewer syncs while catching up. */
const AUTOCHECKPOINT_PAGES = 4_000;
/** A file's page cache at most, in kB. */
const CACHE_KB = 8_000;

/** Version of how rows are laid out; a file laid out otherwise counts as damaged, and is made anew. */
const LAYOUT = 2;

/**
 * One generation of one projection in a database file of its own. The key and what is ordered by have columns; all else of
 * a row is one JSON object beside them, which costs a fraction of as many columns. What SQLite throws passes through as it is. */
export class ViewsFile {
  private readonly database: DatabaseSyncInstance;
  private readonly statements = new Map<string, StatementSyncInstance>();
  private readonly schemas: ReadonlyMap<string, TableSchema>;

  /** Opens the file, or makes it with the stamp given; throws where it is neither new nor a whole file of ours. */
  constructor(
    readonly path: string,
    made?: Stamp,
  ) {
    this.database = new DatabaseSync(path);
    try {
      this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KB};
        PRAGMA wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
      if (made) this.define(made);
      else if (this.scalar('PRAGMA user_version') !== LAYOUT) throw new Error('its rows are laid out in another way');
      this.schemas = new Map(this.stamp().tables.map((schema) => [schema.name, schema]));
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  stamp(): Stamp {
    const [version, logId, tables] = this.statement('SELECT version, log_id, tables FROM generation').get() as string[];
    return { version: version ?? '', logId: logId ?? '', tables: JSON.parse(tables ?? '') as TableSchema[] };
  }

  /** Whether its rows may be shown: a live generation, not one that is being rebuilt. */
  isComplete(): boolean {
    return this.scalar('SELECT complete FROM generation') === 1;
  }

  /** The one step that makes a generation live. Synced to the disk with everything before it. */
  complete(): void {
    this.database.exec(`PRAGMA synchronous = FULL; UPDATE generation SET complete = 1; PRAGMA synchronous = NORMAL`);
  }

  checkpoint(): Position {
    return BigInt(String(this.scalar('SELECT checkpoint FROM generation')));
  }

  /** One transaction: the rows and the checkpoint, if that stands at `from`; false with nothing written if not. */
  write(from: Position, to: Position, rows: ReadonlyMap<string, ReadonlyMap<string, Row | null>>): boolean {
    this.statement('BEGIN IMMEDIATE').run();
    try {
      const move = this.statement('UPDATE generation SET checkpoint = ? WHERE checkpoint = ?');
      const moved = move.run(String(to), String(from)).changes === 1;
      if (moved) for (const [table, changes] of rows) this.writeTable(this.schema(table), changes);
      this.statement(moved ? 'COMMIT' : 'ROLLBACK').run();
      return moved;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  get(table: string, keys: readonly string[]): Map<string, Row> {
    const schema = this.schema(table);
    const select = `SELECT ${columnList(schema)} FROM ${rowsTable(schema)} WHERE ${quoted(schema.key)}`;
    const found = new Map<string, Row>();
    const add = (values: Bindable[] | undefined): void => {
      if (!values) return;
      const row = decoded(schema, values);
      found.set(row[schema.key] as string, row);
    };
    if (keys.length > SINGLE_READS) {
      const rows = this.statement(`${select} IN (SELECT value FROM json_each(?))`).all(JSON.stringify(keys));
      for (const row of rows) add(row as Bindable[]);
    } else {
      for (const key of keys) add(this.statement(`${select} = ?`).get(key) as Bindable[] | undefined);
    }
    return found;
  }

  /** Up to `limit` rows of a range, `after` the place that a cursor named. */
  range(table: string, query: RangeQuery, limit: number, after: readonly Bindable[] | undefined): Row[] {
    const schema = this.schema(table);
    const items: Row[] = [];
    for (const { sql, values } of rangeSql(schema, columnList(schema), query, after)) {
      if (items.length >= limit) break;
      const rows = this.statement(sql).all(...values, limit - items.length);
      for (const row of rows) items.push(decoded(schema, row as Bindable[]));
    }
    return items;
  }

  count(table: string, query: Pick<RangeQuery, 'index' | 'equals'>): number {
    const schema = this.schema(table);
    const columns = orderColumns(schema, query).slice(0, query.equals.length);
    const where = columns.map((column) => `${quoted(column)} = ?`).join(' AND ') || 'true';
    return this.scalar(`SELECT count(*) FROM ${rowsTable(schema)} WHERE ${where}`, ...query.equals) as number;
  }

  schema(table: string): TableSchema {
    const schema = this.schemas.get(table);
    if (!schema) throw new Error(`there is no table "${table}"`);
    return schema;
  }

  /**
   * Moves what is in the write-ahead log into the file and closes it. (The driver cannot finalise statements: a connection
   * that has prepared some ends only when they are collected, so SQLite itself does not tidy up at this point.)
   */
  close(): void {
    if (!this.database.isOpen) return;
    try {
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.abandon();
    }
  }

  /** Closes a file that is about to be removed. */
  abandon(): void {
    this.statements.clear();
    if (this.database.isOpen) this.database.close();
  }

  private define({ version, logId, tables }: Stamp): void {
    this.database.exec(`BEGIN; PRAGMA user_version = ${LAYOUT};
      CREATE TABLE generation (version TEXT, log_id TEXT, tables TEXT, complete INTEGER, checkpoint TEXT) STRICT`);
    this.database.prepare(`INSERT INTO generation VALUES (?, ?, ?, 0, '0')`).run(version, logId, JSON.stringify(tables));
    for (const schema of tables) this.database.exec(definition(schema));
    this.database.exec('COMMIT');
  }

  private writeTable(schema: TableSchema, changes: ReadonlyMap<string, Row | null>): void {
    const columns = columnsOf(schema).length;
    let pending: Bindable[] = [];
    for (const [key, row] of changes) {
      if (row === null) {
        this.statement(`DELETE FROM ${rowsTable(schema)} WHERE ${quoted(schema.key)} = ?`).run(key);
        continue;
      }
      checkRow(schema, key, row);
      encode(schema, row, pending);
      if (pending.length === columns * ROWS_PER_STATEMENT) {
        this.statement(upsert(schema, ROWS_PER_STATEMENT)).run(...pending);
        pending = [];
      }
    }
    for (let at = 0; at < pending.length; at += columns) {
      this.statement(upsert(schema, 1)).run(...pending.slice(at, at + columns));
    }
  }

  private scalar(sql: string, ...values: Bindable[]): Bindable {
    const row = this.statement(sql).get(...values) as Bindable[] | undefined;
    return row?.[0] ?? null;
  }

  /** Statements are few: their text depends on the schema and the kind of query alone. */
  private statement(sql: string): StatementSyncInstance {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      statement.setReturnArrays(true);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

const SQL_TYPES = { text: 'TEXT', integer: 'INTEGER', json: 'TEXT' } as const;
const REST = 'all else';

/** The columns of a table that are columns in SQL, too. */
const ordered = new WeakMap<TableSchema, readonly string[]>();

function orderedColumns(schema: TableSchema): readonly string[] {
  let columns = ordered.get(schema);
  if (!columns) {
    const named = new Set([schema.key, ...schema.indexes.flat()]);
    ordered.set(schema, (columns = Object.keys(schema.columns).filter((column) => named.has(column))));
  }
  return columns;
}

const columnsOf = (schema: TableSchema): readonly string[] => [...orderedColumns(schema), REST];

function definition(schema: TableSchema): string {
  const columns = orderedColumns(schema).map((column) => {
    const own = `${quoted(column)} ${SQL_TYPES[schema.columns[column] ?? 'text']}`;
    return column === schema.key ? `${own} NOT NULL PRIMARY KEY` : own;
  });
  const indexes = schema.indexes.map((index, number) => {
    const order = orderColumns(schema, { index, equals: [] }).map(quoted).join(', ');
    return `CREATE INDEX ${quoted(`order ${number} of ${schema.name}`)} ON ${rowsTable(schema)} (${order});`;
  });
  return `CREATE TABLE ${rowsTable(schema)} (${[...columns, `${quoted(REST)} TEXT NOT NULL`].join(', ')}) STRICT; ${indexes.join(' ')}`;
}

function columnList(schema: TableSchema): string {
  return columnsOf(schema).map(quoted).join(', ');
}

/** Texts of statements by table: made once, as they are asked for with every row. */
const upserts = new WeakMap<TableSchema, Map<number, string>>();

function upsert(schema: TableSchema, rows: number): string {
  let texts = upserts.get(schema);
  if (!texts) upserts.set(schema, (texts = new Map<number, string>()));
  let text = texts.get(rows);
  if (text === undefined) {
    const columns = columnsOf(schema);
    const values = Array(rows)
      .fill(`(${columns.map(() => '?').join()})`)
      .join();
    const updates = columns.filter((column) => column !== schema.key).map((c) => `${quoted(c)} = excluded.${quoted(c)}`);
    text = `INSERT INTO ${rowsTable(schema)} (${columnList(schema)}) VALUES ${values}
      ON CONFLICT (${quoted(schema.key)}) DO UPDATE SET ${updates.join()}`;
    texts.set(rows, text);
  }
  return text;
}

function encode(schema: TableSchema, row: Row, into: Bindable[]): void {
  const own = orderedColumns(schema);
  for (const column of own) into.push(storable(schema, row, column) as Bindable);
  const rest: Record<string, unknown> = {};
  for (const column in schema.columns) if (!own.includes(column)) rest[column] = storable(schema, row, column);
  into.push(JSON.stringify(rest));
}

/** A column's value as it is kept. */
function storable(schema: TableSchema, row: Row, column: string): unknown {
  const value = row[column] ?? null;
  return typeof value === 'string' && schema.columns[column] === 'text' ? storableText(value) : value;
}

function decoded(schema: TableSchema, values: readonly Bindable[]): Row {
  const own = orderedColumns(schema);
  const rest = JSON.parse(values[own.length] as string) as Row;
  const row: Record<string, unknown> = {};
  for (const column in schema.columns) {
    const at = own.indexOf(column);
    row[column] = (at < 0 ? rest[column] : values[at]) ?? null;
  }
  return row;
}
