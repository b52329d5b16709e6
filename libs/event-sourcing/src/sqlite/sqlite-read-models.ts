import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EngineUnavailableError } from '../engine-unavailable.js';
import type { JsonObject, Position } from '../event.js';
import { checkLimit, cursorAfter, orderColumns, readCursor } from '../range.js';
import type { Generation, RangePage, RangeQuery, ReadModelStore, Row, TableSchema } from '../read-model.port.js';
import { type Guard, removeViews, SqliteGeneration } from './sqlite-generation.js';
import { type Stamp, ViewsFile } from './views-file.js';

const NOTES: Stamp = {
  version: '1',
  logId: '',
  tables: [{ name: 'notes', key: 'key', columns: { key: 'text', value: 'json' }, indexes: [] }],
};
/** Result codes of a file that is damaged, or is no database: CORRUPT, NOTADB; and IOERR_SHORT_READ, an extended code. */
const DAMAGED: readonly number[] = [11, 26];
const SHORT_READ = 522;
/** Result codes of an engine that may come back: PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL. */
const AWAY: readonly number[] = [3, 5, 6, 7, 8, 10, 13, 14, 15];

/**
 * Read models in SQLite: a file `views-<projection>-<number>.sqlite` for each generation of each projection. The live one is
 * the highest that is marked complete; the mark is the switch. All of it is derived from the log, so a damaged file is
 * dropped, loudly, and its rows are made anew; until they are back where they were, reads throw EngineUnavailableError.
 * Only one process may use the folder at a time.
 */
export class SqliteReadModels implements ReadModelStore {
  private readonly live = new Map<string, SqliteGeneration>();
  private readonly rebuilt = new Map<string, SqliteGeneration>();
  /** The highest number that a generation of a projection has had: none is given twice. */
  private readonly lastNumbers = new Map<string, number>();
  private notesFile: ViewsFile | undefined;

  constructor(
    private readonly folder: string,
    private readonly log: (message: string) => void,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  async open(projection: string, version: string, logId: string, tables: readonly TableSchema[]): Promise<Generation> {
    if (!/^[a-z][a-z0-9-]*$/.test(projection)) throw new Error(`"${projection}" cannot name a file of rows`);
    const stamp: Stamp = { version, logId, tables };
    const opened = this.live.get(projection);
    if (opened && sameStamp(opened.stamp, stamp)) return opened;
    return this.guarded(() => {
      opened?.drop();
      this.rebuilt.get(projection)?.drop();
      this.rebuilt.delete(projection);
      const found = opened ? undefined : this.findLive(projection, stamp);
      const live = found ?? this.make(projection, stamp);
      if (!found) live.file.complete();
      this.live.set(projection, live);
      return live;
    });
  }

  async rebuild(projection: string): Promise<Generation> {
    const { stamp } = this.opened(projection);
    return this.guarded(() => {
      this.rebuilt.get(projection)?.drop();
      const made = this.make(projection, stamp);
      this.rebuilt.set(projection, made);
      return made;
    });
  }

  async switchTo(projection: string, generation: Generation, liveAtMost?: Position): Promise<boolean> {
    const old = this.opened(projection);
    const next = this.rebuilt.get(projection);
    if (!next || next.id !== generation.id) throw new Error(`generation ${generation.id} is not being rebuilt`);
    if (liveAtMost !== undefined && (await old.checkpoint()) > liveAtMost) return false;
    this.guard(next, (file) => file.complete());
    this.live.set(projection, next);
    this.rebuilt.delete(projection);
    old.drop();
    return true;
  }

  async checkpoint(projection: string): Promise<Position> {
    const live = this.live.get(projection);
    return live ? live.checkpoint() : this.guarded(() => this.storedCheckpoint(projection));
  }

  async get<R extends Row>(projection: string, table: string, key: string): Promise<R | undefined> {
    return this.read(projection, (file) => file.get(table, [key]).get(key)) as R | undefined;
  }

  async range<R extends Row>(projection: string, table: string, query: RangeQuery): Promise<RangePage<R>> {
    checkLimit(query.limit);
    return this.read(projection, (file) => {
      const columns = orderColumns(file.schema(table), query);
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor, columns, file.schema(table));
      const rows = file.range(table, query, query.limit + 1, after) as R[];
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return { items, next: last && rows.length > items.length ? cursorAfter(last, columns) : undefined };
    });
  }

  async count(projection: string, table: string, query: Pick<RangeQuery, 'index' | 'equals'>): Promise<number> {
    return this.read(projection, (file) => file.count(table, query));
  }

  async putNote(key: string, value: JsonObject): Promise<void> {
    this.writeNote(key, { key, value });
  }

  async getNotes(keys: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
    const rows = this.withNotes((notes) => notes.get('notes', keys));
    return new Map([...rows].map(([key, row]) => [key, row.value as JsonObject]));
  }

  async removeNote(key: string): Promise<void> {
    this.writeNote(key, null);
  }

  async close(): Promise<void> {
    const files = [...this.live.values(), ...this.rebuilt.values()].map(({ file }) => file);
    for (const file of this.notesFile ? [...files, this.notesFile] : files) {
      try {
        file.close();
      } catch (error) {
        this.log(`READ MODELS: ${file.path} was not closed well (${String(error)}); the next start looks at it again`);
      }
    }
    this.live.clear();
    this.rebuilt.clear();
    this.notesFile = undefined;
  }

  private writeNote(key: string, row: Row | null): void {
    this.withNotes((notes) => {
      const at = notes.checkpoint();
      notes.write(at, at, new Map([['notes', new Map([[key, row]])]]));
    });
  }

  private withNotes<T>(action: (notes: ViewsFile) => T): T {
    const path = join(this.folder, 'views-notes.sqlite');
    return this.guarded(
      () => {
        this.notesFile ??= (existsSync(path) ? this.openWhole(path) : undefined) ?? new ViewsFile(path, NOTES);
        return action(this.notesFile);
      },
      (error) => {
        this.log(`READ MODELS: ${path} is damaged (${String(error)}); its notes are lost`);
        this.notesFile?.abandon();
        this.notesFile = undefined;
        removeViews(path);
      },
    );
  }

  private read<T>(projection: string, action: (file: ViewsFile) => T): T {
    const live = this.opened(projection);
    if (live.at < live.showsFrom) throw new EngineUnavailableError(`the rows of "${projection}" are being made anew`);
    return this.guard(live, action);
  }

  /** The live generation among the projection's files, if it was made from what it is asked to be; all others are removed. */
  private findLive(projection: string, stamp: Stamp): SqliteGeneration | undefined {
    let live: SqliteGeneration | undefined;
    for (const number of this.numbers(projection)) {
      this.lastNumbers.set(projection, Math.max(number, this.lastNumbers.get(projection) ?? 0));
      const path = this.path(projection, number);
      const file = live ? undefined : this.openWhole(path);
      if (file && file.isComplete() && sameStamp(file.stamp(), stamp)) {
        live = new SqliteGeneration(projection, `${projection}-${number}`, stamp, file, this.guard);
      } else {
        file?.abandon();
        removeViews(path);
      }
    }
    return live;
  }

  /** How far the newest complete file has come, whatever its rows were made from. */
  private storedCheckpoint(projection: string): Position {
    for (const number of this.numbers(projection)) {
      const file = this.openWhole(this.path(projection, number));
      const at = file?.isComplete() ? file.checkpoint() : undefined;
      file?.close();
      if (at !== undefined) return at;
    }
    return 0n;
  }

  /** Undefined, and the file removed, where it is damaged or has been cut off before it was whole. */
  private openWhole(path: string): ViewsFile | undefined {
    try {
      const file = new ViewsFile(path);
      file.checkpoint();
      return file;
    } catch (error) {
      if (isAway(error)) throw error;
      this.log(`READ MODELS: ${path} is damaged (${String(error)}); it is dropped and made anew from the log`);
      removeViews(path);
      return undefined;
    }
  }

  private make(projection: string, stamp: Stamp, showsFrom?: Position): SqliteGeneration {
    const number = (this.lastNumbers.get(projection) ?? 0) + 1;
    this.lastNumbers.set(projection, number);
    const file = new ViewsFile(this.path(projection, number), stamp);
    return new SqliteGeneration(projection, `${projection}-${number}`, stamp, file, this.guard, showsFrom);
  }

  /** Numbers of the projection's generations that have files, the newest first. */
  private numbers(projection: string): readonly number[] {
    const pattern = new RegExp(`^views-${projection}-(\\d+)\\.sqlite$`);
    const numbers = readdirSync(this.folder).flatMap((name) => pattern.exec(name)?.[1] ?? []);
    return numbers.map(Number).sort((a, b) => b - a);
  }

  private path(projection: string, number: number): string {
    return join(this.folder, `views-${projection}-${number}.sqlite`);
  }

  private opened(projection: string): SqliteGeneration {
    const live = this.live.get(projection);
    if (!live) throw new Error(`projection "${projection}" has not been opened`);
    return live;
  }

  private readonly guard: Guard = (generation, action) =>
    this.guarded(
      () => action(generation.file),
      (error) => this.replaceDamaged(generation, error),
    );

  private replaceDamaged(damaged: SqliteGeneration, error: unknown): void {
    const { projection, stamp, at, showsFrom, file } = damaged;
    this.log(`READ MODELS: ${file.path} is damaged (${String(error)}); it is dropped and made anew from the log`);
    if (this.live.get(projection) === damaged) {
      const next = this.make(projection, stamp, at > showsFrom ? at : showsFrom);
      next.file.complete();
      this.live.set(projection, next);
    } else {
      this.rebuilt.delete(projection);
    }
    damaged.drop();
  }

  /** An engine that is away, and a file found damaged, become EngineUnavailableError. */
  private guarded<T>(action: () => T, onDamaged: (error: unknown) => void = () => undefined): T {
    try {
      return action();
    } catch (error) {
      if (isAway(error)) throw new EngineUnavailableError(`rows cannot be reached: ${String(error)}`);
      if (!isDamaged(error)) throw error;
      onDamaged(error);
      throw new EngineUnavailableError(`rows were damaged and are dropped: ${String(error)}`);
    }
  }
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.version === b.version && a.logId === b.logId && JSON.stringify(a.tables) === JSON.stringify(b.tables);
}

function isDamaged(error: unknown): boolean {
  return DAMAGED.includes(resultCode(error) & 0xff) || resultCode(error) === SHORT_READ;
}

function isAway(error: unknown): boolean {
  return AWAY.includes(resultCode(error) & 0xff) && !isDamaged(error);
}

/** What the driver leaves without a result code: errors in the midst of a read of many rows. */
const CODES_OF_MESSAGES: Readonly<Record<string, number>> = {
  'database is locked': 5,
  'out of memory': 7,
  'disk I/O error': 10,
  'database disk image is malformed': 11,
  'file is not a database': 26,
};

/** SQLite's extended result code of an error; 0 for any other error. */
function resultCode(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return 0;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  return 'message' in error ? (CODES_OF_MESSAGES[String(error.message)] ?? 0) : 0;
}
