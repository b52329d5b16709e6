import { randomBytes } from 'node:crypto';
import type { EventMetadata, JsonObject, NewEvent, RecordedEvent } from '../event.js';
import type { SqliteDatabase } from './sqlite-database.js';
import type { SqlValue, Statement } from './statement.js';

type EventRow = [
  position: number,
  stream: string,
  version: number,
  previous: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

const COLUMNS = 'position, stream, version, previous, id, type, data, metadata';
const FORMAT = 1;
/** Rows of one insert: several at once cost a third less than each by itself. */
const ROWS = 16;
const ROW_VALUES = 8;
const ROW = '(?, ?, ?, ?, ?, ?, ?, ?)';

/** One table that only grows, by its integer key; each event points to the one before it in its stream. */
export class EventTable {
  /** Random, made with the file. */
  readonly logId: string;
  readonly #insertRow: Statement<never>;
  readonly #insertRows: Statement<never>;
  /** Values of rows that are not written yet. */
  #pending: SqlValue[] = [];
  readonly #after: Statement<EventRow>;
  readonly #backFrom: Statement<EventRow>;
  readonly #versionsBackFrom: Statement<[version: number, position: number]>;

  constructor(database: SqliteDatabase) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        previous INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        data TEXT NOT NULL,
        metadata TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS event_log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, format INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO event_log VALUES (1, '${randomBytes(16).toString('base64url')}', ${FORMAT});
    `);
    const log = database.prepare<{ id: string; format: number }>('SELECT id, format FROM event_log').get();
    if (log?.format !== FORMAT) throw new Error(`the event log has format ${log?.format}; this version reads ${FORMAT}`);
    this.logId = log.id;

    const arrays = { arrays: true };
    this.#insertRow = database.prepare(`INSERT INTO events (${COLUMNS}) VALUES ${ROW}`);
    this.#insertRows = database.prepare(`INSERT INTO events (${COLUMNS}) VALUES ${Array.from({ length: ROWS }, () => ROW).join()}`);
    this.#after = database.prepare(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`, arrays);
    this.#backFrom = database.prepare(
      `WITH RECURSIVE chain (at, remaining) AS (
         SELECT ?1, ?2
         UNION ALL
         SELECT e.previous, remaining - 1 FROM chain JOIN events e ON e.position = at WHERE remaining > 1 AND e.previous > 0
       )
       SELECT ${COLUMNS} FROM chain JOIN events ON position = at`,
      arrays,
    );
    this.#versionsBackFrom = database.prepare(
      `WITH RECURSIVE chain (at, version, previous) AS (
         SELECT position, version, previous FROM events WHERE position = ?1
         UNION ALL
         SELECT e.position, e.version, e.previous FROM chain JOIN events e ON e.position = chain.previous WHERE chain.version > ?2
       )
       SELECT version, at FROM chain WHERE version % ?3 = 0 OR version = ?2`,
      arrays,
    );
  }

  /** Adds an event to the transaction under way; it is written by `flush`. Never throws. */
  insert(position: number, stream: string, version: number, previous: number, event: NewEvent, metadata: string): void {
    this.#pending.push(position, stream, version, previous, event.id, event.type, event.text, metadata);
  }

  /** Writes what has been inserted and is not written yet. Where it throws, the transaction must be given up. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const values = this.#pending;
    let at = 0;
    for (; at + ROWS * ROW_VALUES <= values.length; at += ROWS * ROW_VALUES)
      this.#insertRows.run(...values.slice(at, at + ROWS * ROW_VALUES));
    for (; at < values.length; at += ROW_VALUES) this.#insertRow.run(...values.slice(at, at + ROW_VALUES));
    this.#pending = [];
  }

  /** Forgets what is not written yet: its transaction is no more. */
  reset(): void {
    this.#pending = [];
  }

  /** The log after a position, at most `maxCount` events; of streams that `wanted` refuses only the position. */
  after(
    position: number,
    maxCount: number,
    wanted: (stream: string) => boolean,
  ): { readonly events: RecordedEvent[]; readonly upTo: number } {
    const rows = this.#after.all(position, maxCount);
    const events: RecordedEvent[] = [];
    for (const row of rows) if (wanted(row[1])) events.push(recorded(row));
    return { events, upTo: rows.at(-1)?.[0] ?? position };
  }

  /** The event at a position and those before it in its stream, newest first, at most `maxCount`. */
  backFrom(position: number, maxCount: number): RecordedEvent[] {
    this.flush();
    return this.#backFrom.all(position, maxCount).map(recorded);
  }

  /** Walks a stream back from a position to `version` and tells the places of it and of every version on the way that `every` divides. */
  placesBackFrom(position: number, version: number, every: number): [version: number, position: number][] {
    this.flush();
    return this.#versionsBackFrom.all(position, version, every);
  }
}

function recorded([position, stream, version, , id, type, data, metadata]: EventRow): RecordedEvent {
  return {
    stream,
    version,
    position: BigInt(position),
    id,
    type,
    data: JSON.parse(data) as JsonObject,
    metadata: JSON.parse(metadata) as EventMetadata,
  };
}
