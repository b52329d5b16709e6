import type { Position } from '../event.js';
import type { Generation, Row, TableSchema } from '../read-model.port.js';
import { isMissingTable } from './failures.js';
import type { PostgresDatabase } from './postgres-database.js';
import type { Query, SqlValue } from './query.js';
import { keyList, RowsTable } from './rows-sql.js';

/** What a generation's rows were made from. */
export interface Stamp {
  readonly version: string;
  readonly logId: string;
  readonly tables: readonly TableSchema[];
}

/**
 * One generation of a projection's rows. It is gone where its tables are: they go in the transaction that takes its place away, so
 * whoever still finds them, in any process, reads and writes rows that are live or being rebuilt.
 */
export class PostgresGeneration implements Generation {
  readonly id: string;
  private readonly tables: ReadonlyMap<string, RowsTable>;

  constructor(
    private readonly database: PostgresDatabase,
    readonly projection: string,
    readonly number: string,
    readonly stamp: Stamp,
  ) {
    this.id = `${projection}-${number}`;
    this.tables = new Map(stamp.tables.map((schema, index) => [schema.name, new RowsTable(schema, number, index)]));
  }

  async checkpoint(): Promise<Position> {
    const rows = await unlessGone(
      this.database.query('SELECT checkpoint FROM event_sourcing.generations WHERE number = $1', [this.number]),
    );
    return BigInt((rows?.[0]?.[0] as string | undefined) ?? 0);
  }

  async get(table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    return (await unlessGone(this.find(table, keys))) ?? new Map<string, Row>();
  }

  /** The same, but throws where the generation is gone. */
  async find(table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const rowsTable = this.table(table);
    const { name, columnList, schema } = rowsTable;
    const found = new Map<string, Row>();
    if (keys.length === 0) return found;
    const rows = await this.database.query(`SELECT ${columnList} FROM ${name} WHERE ${rowsTable.hasKeyOf('$1')}`, [keyList(keys)]);
    for (const values of rows) {
      const row = rowsTable.decoded(values);
      found.set(row[schema.key] as string, row);
    }
    return found;
  }

  /**
   * One statement, and so one transaction: the checkpoint moves under its row's lock where it stands at `from`, and only then
   * do the rows. Of writers at once one gets through; an answer that was lost throws EngineUnavailableError, and the checkpoint tells.
   */
  async write(from: Position, to: Position, rows: ReadonlyMap<string, ReadonlyMap<string, Row | null>>): Promise<boolean> {
    const values: SqlValue[] = [this.number, String(from), String(to)];
    const changes = [...rows].flatMap(([table, changed], index) => this.table(table).changes(String(index), changed, values));
    const moved = `moved AS (UPDATE event_sourcing.generations SET checkpoint = $3::numeric
      WHERE number = $1 AND checkpoint = $2::numeric RETURNING number)`;
    const answer = await unlessGone(this.database.query(`WITH ${[moved, ...changes].join(', ')} SELECT count(*) FROM moved`, values));
    return answer?.[0]?.[0] === '1';
  }

  /** Makes its tables, in the transaction that gives it its place. */
  async makeTables(query: Query): Promise<void> {
    for (const table of this.tables.values()) {
      for (const statement of table.definition(this.projection)) await query(statement);
    }
  }

  /** Drops its tables and its place, together. Waits for who reads or writes them now; whoever comes later finds nothing. */
  async drop(query: Query): Promise<void> {
    const names = [...this.tables.values()].map(({ name }) => name);
    if (names.length > 0) await query(`DROP TABLE IF EXISTS ${names.join(', ')}`);
    await query('DELETE FROM event_sourcing.generations WHERE number = $1', [this.number]);
  }

  /** Tells the planner what a filled generation looks like; it would find out by itself within a minute. */
  async analyze(): Promise<void> {
    for (const { name } of this.tables.values()) await this.database.query(`ANALYZE ${name}`);
  }

  table(name: string): RowsTable {
    const table = this.tables.get(name);
    if (!table) throw new Error(`there is no table "${name}"`);
    return table;
  }
}

/** Undefined where the tables have been dropped meanwhile. */
async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    return undefined;
  }
}
