import { EngineUnavailableError } from '../engine-unavailable.js';
import type { JsonObject, Position } from '../event.js';
import { checkLimit, cursorAfter, orderColumns, readCursor } from '../range.js';
import type { Generation, RangePage, RangeQuery, ReadModelStore, Row, TableSchema } from '../read-model.port.js';
import { isMissingTable } from './failures.js';
import type { PostgresDatabase } from './postgres-database.js';
import type { Query } from './query.js';
import { PostgresGeneration, type Stamp } from './postgres-generation.js';
import { countSql, rangeSql } from './range-sql.js';
import { keyList } from './rows-sql.js';

/** How often a read that found its generation gone looks for the live one, in all. */
const READ_TRIES = 4;

/**
 * Read models in PostgreSQL, for any number of processes at once. Each generation of a projection has tables of its own, and a row
 * with its checkpoint and whether it is live. Taking a generation's place away and dropping its tables is one transaction, so that
 * no process can read or write what is no longer live: it finds no table, and looks for the live generation again.
 */
export class PostgresReadModels implements ReadModelStore {
  /** What this process last opened of each projection. */
  private readonly opened = new Map<string, PostgresGeneration>();
  /** The live generation of each projection as last seen; true as long as its tables are there. */
  private readonly seen = new Map<string, PostgresGeneration>();

  /** The database stays open when the store is closed: it belongs to whoever made it. */
  constructor(private readonly database: PostgresDatabase) {}

  /**
   * Throws where this process had opened the same rows before and a process of another version has made its own since: of
   * two versions at once the one that came last stays, or they would drop each other's rows for ever.
   */
  async open(projection: string, version: string, logId: string, tables: readonly TableSchema[]): Promise<Generation> {
    const stamp: Stamp = { version, logId, tables };
    const found = await this.findLive((sql, values) => this.database.query(sql, values), projection);
    const live = found && sameStamp(found.stamp, stamp) ? found : await this.replaceLive(projection, stamp);
    this.opened.set(projection, live);
    this.seen.set(projection, live);
    return live;
  }

  async rebuild(projection: string): Promise<Generation> {
    const { stamp } = this.openedHere(projection);
    return this.changing(projection, async (query) => {
      const live = await this.findLive(query, projection);
      if (live && !sameStamp(live.stamp, stamp)) throw superseded(projection, live);
      await (await this.find(query, projection, false))?.drop(query);
      return this.make(query, projection, stamp, false);
    });
  }

  async switchTo(projection: string, generation: Generation, liveAtMost?: Position): Promise<boolean> {
    this.openedHere(projection);
    if (generation instanceof PostgresGeneration) await analyzed(generation);
    const live = await this.changing(projection, async (query) => {
      const rebuilt = await this.find(query, projection, false);
      if (!rebuilt || rebuilt.id !== generation.id) throw new Error(`generation ${generation.id} is not being rebuilt`);
      if (liveAtMost !== undefined) {
        // Locked: a write under way ends before this is told how far it has come, and the next one finds its rows switched away.
        const [row] = await query('SELECT checkpoint FROM event_sourcing.generations WHERE projection = $1 AND live FOR UPDATE', [
          projection,
        ]);
        if (row && BigInt(row[0] as string) > liveAtMost) return undefined;
      }
      await (await this.findLive(query, projection))?.drop(query);
      await query('UPDATE event_sourcing.generations SET live = true WHERE number = $1', [rebuilt.number]);
      return rebuilt;
    });
    if (live === undefined) return false;
    this.opened.set(projection, live);
    this.seen.set(projection, live);
    return true;
  }

  async checkpoint(projection: string): Promise<Position> {
    const rows = await this.database.query('SELECT checkpoint FROM event_sourcing.generations WHERE projection = $1 AND live', [
      projection,
    ]);
    return BigInt((rows[0]?.[0] as string | undefined) ?? 0);
  }

  async get<R extends Row>(projection: string, table: string, key: string): Promise<R | undefined> {
    return this.reading(projection, async (live) => (await live.find(table, [key])).get(key)) as Promise<R | undefined>;
  }

  async range<R extends Row>(projection: string, table: string, query: RangeQuery): Promise<RangePage<R>> {
    checkLimit(query.limit);
    return this.reading(projection, async (live) => {
      const rowsTable = live.table(table);
      const columns = orderColumns(rowsTable.schema, query);
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor, columns, rowsTable.schema);
      const { sql, values } = rangeSql(rowsTable, query, query.limit + 1, after);
      const rows = await this.database.query(sql, values);
      const items = rows.slice(0, query.limit).map((row) => rowsTable.decoded(row) as R);
      const last = items.at(-1);
      return { items, next: last && rows.length > items.length ? cursorAfter(last, columns) : undefined };
    });
  }

  async count(projection: string, table: string, query: Pick<RangeQuery, 'index' | 'equals'>): Promise<number> {
    return this.reading(projection, async (live) => {
      const { sql, values } = countSql(live.table(table), query);
      const [row] = await this.database.query(sql, values);
      return Number(row?.[0]);
    });
  }

  async putNote(key: string, value: JsonObject): Promise<void> {
    const upsert = 'INSERT INTO event_sourcing.notes VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
    await this.database.query(upsert, [key, JSON.stringify(value)]);
  }

  async getNotes(keys: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
    if (keys.length === 0) return new Map();
    const select = 'SELECT key, value FROM event_sourcing.notes WHERE key = ANY(ARRAY(SELECT json_array_elements_text($1::json)))';
    const rows = await this.database.query(select, [keyList(keys)]);
    return new Map(rows.map(([key, value]) => [key as string, JSON.parse(value as string) as JsonObject]));
  }

  async removeNote(key: string): Promise<void> {
    await this.database.query('DELETE FROM event_sourcing.notes WHERE key = $1', [key]);
  }

  async close(): Promise<void> {
    this.opened.clear();
    this.seen.clear();
  }

  /** Reads rows of the live generation, looking for it again where the one last seen is gone. */
  private async reading<T>(projection: string, action: (live: PostgresGeneration) => Promise<T>): Promise<T> {
    for (let tries = 1; tries <= READ_TRIES; tries += 1) {
      const live = await this.liveOf(projection);
      try {
        return await action(live);
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        if (this.seen.get(projection) === live) this.seen.delete(projection);
      }
    }
    throw new EngineUnavailableError(`the rows of "${projection}" were replaced ${READ_TRIES} times during one read`);
  }

  private async liveOf(projection: string): Promise<PostgresGeneration> {
    const seen = this.seen.get(projection);
    if (seen) return seen;
    const live = await this.findLive((sql, values) => this.database.query(sql, values), projection);
    if (!live) throw new EngineUnavailableError(`the rows of "${projection}" have not been made yet`);
    this.seen.set(projection, live);
    return live;
  }

  /** Under the projection's lock: a live generation of this stamp, made by another process meanwhile or now, and nothing else. */
  private replaceLive(projection: string, stamp: Stamp): Promise<PostgresGeneration> {
    const before = this.opened.get(projection);
    return this.changing(projection, async (query) => {
      const live = await this.findLive(query, projection);
      if (live && sameStamp(live.stamp, stamp)) return live;
      if (live && before && sameStamp(before.stamp, stamp)) throw superseded(projection, live);
      await live?.drop(query);
      await (await this.find(query, projection, false))?.drop(query);
      return this.make(query, projection, stamp, true);
    });
  }

  private async make(query: Query, projection: string, stamp: Stamp, live: boolean): Promise<PostgresGeneration> {
    const insert =
      'INSERT INTO event_sourcing.generations (projection, version, log_id, tables, live) VALUES ($1, $2, $3, $4, $5) RETURNING number';
    const [row] = await query(insert, [projection, stamp.version, stamp.logId, JSON.stringify(stamp.tables), String(live)]);
    const made = new PostgresGeneration(this.database, projection, row?.[0] as string, stamp);
    await made.makeTables(query);
    return made;
  }

  private findLive(query: Query, projection: string): Promise<PostgresGeneration | undefined> {
    return this.find(query, projection, true);
  }

  private async find(query: Query, projection: string, live: boolean): Promise<PostgresGeneration | undefined> {
    const select = 'SELECT number, version, log_id, tables FROM event_sourcing.generations WHERE projection = $1 AND live = $2';
    const [row] = await query(select, [projection, String(live)]);
    if (!row) return undefined;
    const [number, version, logId, tables] = row as [string, string, string, string];
    return new PostgresGeneration(this.database, projection, number, { version, logId, tables: JSON.parse(tables) as TableSchema[] });
  }

  /** Changes a projection's generations, one process at a time. */
  private changing<T>(projection: string, work: (query: Query) => Promise<T>): Promise<T> {
    return this.database.transaction(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`event_sourcing generations of ${projection}`]);
      return work(query);
    });
  }

  private openedHere(projection: string): PostgresGeneration {
    const opened = this.opened.get(projection);
    if (!opened) throw new Error(`projection "${projection}" has not been opened`);
    return opened;
  }
}

function superseded(projection: string, live: PostgresGeneration): Error {
  return new Error(
    `the rows of "${projection}" are made by another process now, as version ${live.stamp.version}: this one is out of date`,
  );
}

/** Where the generation is gone, the switch that follows finds out. */
async function analyzed(generation: PostgresGeneration): Promise<void> {
  try {
    await generation.analyze();
  } catch (error) {
    if (!isMissingTable(error)) throw error;
  }
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.version === b.version && a.logId === b.logId && JSON.stringify(a.tables) === JSON.stringify(b.tables);
}
