import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EngineUnavailableError } from '../engine-unavailable.js';
import type { FolderLock } from './folder-lock.js';
import { openFile, sqliteCode } from './open.js';
import { Statement } from './statement.js';

/**
 * A commit failed, as on a full disk: what was in it may or may not be stored. The file has been opened anew; ask it, or repeat what is
 * safe to repeat. A subscription whose effect it was waits and tries again.
 */
export class CommitFailedError extends EngineUnavailableError {
  override readonly name = 'CommitFailedError';
}

/** Somebody else has written to our file: what memory holds of it can no longer be trusted. The service must stop. */
export class ForeignWriteError extends Error {
  override readonly name = 'ForeignWriteError';
}

/** The log is missing or empty beside what was made of it. To go on with an empty one would look like a loss of every account. */
export class LostLogError extends Error {
  override readonly name = 'LostLogError';
}

/** Who keeps something in memory about the file takes part in every commit. */
export interface CommitParticipant {
  /** Inside the transaction, after the batch's works. */
  beforeCommit(): void;
  /** The batch is durable; called before anybody is answered. */
  committed(): void;
  /** A commit failed and the file was opened anew: forget what memory holds and read it from the file. */
  reopened(): void;
  /** The database can no longer be used: nobody need wait for anything. */
  ended(): void;
}

export interface SqliteDatabaseOptions {
  /** Called once when the database can no longer be used; from then on every call throws or rejects with the same error. */
  readonly onFatal: (error: Error) => void;
  /** How a connection is made; tests put faults in here. */
  readonly connect?: (path: string) => DatabaseSyncInstance;
}

interface Item {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
  error?: unknown;
  failed?: boolean;
}

/** Works in one transaction at most; what was queued beyond that is in the next. */
const BATCH_LIMIT = 4096;
const SQLITE_BUSY = 5;

/**
 * `events.sqlite` with **group commit**: whatever was queued in one turn of the event loop is one transaction with one
 * fdatasync at the end of that turn, and nobody is answered before it. Everything that must be durable in this file
 * goes through `commit`; other libraries use `{ prepare, exec, commit }` and nothing else.
 */
export class SqliteDatabase {
  readonly #path: string;
  readonly #connect: (path: string) => DatabaseSyncInstance;
  readonly #onFatal: (error: Error) => void;
  readonly #statements: Statement<never>[] = [];
  readonly #participants: CommitParticipant[] = [];
  readonly #begin: Statement<never>;
  readonly #commit: Statement<never>;
  readonly #dataVersion: Statement<[number]>;
  readonly #checkpoint: Statement<[number]>;
  #connection: DatabaseSyncInstance;
  #knownDataVersion: number;
  #queue: Item[] = [];
  #writes = 0;
  /** After a failed commit: what can be read is perhaps not durable, until a checkpoint has gone through. */
  #doubtful = false;
  #ended: Error | undefined;

  private constructor(path: string, { onFatal, connect = (file) => openFile(file, 'full') }: SqliteDatabaseOptions) {
    this.#path = path;
    this.#connect = connect;
    this.#onFatal = onFatal;
    this.#connection = connect(path);
    this.#begin = this.prepare('BEGIN IMMEDIATE');
    this.#commit = this.prepare('COMMIT');
    this.#dataVersion = this.prepare('PRAGMA data_version', { arrays: true });
    this.#checkpoint = this.prepare('PRAGMA wal_checkpoint(TRUNCATE)', { arrays: true });
    this.#knownDataVersion = this.#readDataVersion();
  }

  /**
   * Opens the folder's `events.sqlite`, making it where there is none. The lock must be held for as long as it is open.
   * Throws LostLogError, with nothing touched, where the folder shows that there was a log and it has gone.
   */
  static open(lock: FolderLock, options: SqliteDatabaseOptions): SqliteDatabase {
    const path = join(lock.folder, 'events.sqlite');
    refuseLostLog(lock.folder, path);
    return new SqliteDatabase(path, options);
  }

  /** A statement for reading anywhere, or for writing inside a `commit`. Rows are objects by column, or arrays on request. */
  prepare<Row>(sql: string, { arrays = false }: { readonly arrays?: boolean } = {}): Statement<Row> {
    const statement = new Statement<Row>(
      sql,
      arrays,
      () => this.#usable(),
      () => {
        this.#writes += 1;
      },
    );
    this.#statements.push(statement as Statement<never>);
    return statement;
  }

  /** Runs SQL at once; for making tables when starting. */
  exec(sql: string): void {
    this.#usable().exec(sql);
    this.#writes += 1;
  }

  /**
   * Runs `work` (synchronous, short, writing through prepared statements) in this turn's transaction and resolves with its result
   * once that is durable. A work that throws before it has written rejects alone; one that throws after writing takes the
   * whole batch with it, so check first and write last. Rejects with CommitFailedError where the outcome is not known.
   */
  commit<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (this.#queue.push({ work, resolve, reject }) === 1) setImmediate(() => this.#commitQueued());
    });
  }

  /** False after a failed commit for as long as what can be read may not be durable. */
  get isCertain(): boolean {
    return !this.#doubtful && !this.#ended;
  }

  get isUsable(): boolean {
    return !this.#ended;
  }

  /** Throws what ended the database, where something has. */
  assertUsable(): void {
    this.#usable();
  }

  join(participant: CommitParticipant): void {
    this.#participants.push(participant);
  }

  /** Throws ForeignWriteError, and ends the database, where anybody but us has written to the file. */
  assertUntouched(): void {
    if (this.#readDataVersion() === this.#knownDataVersion) return;
    throw this.#end(new ForeignWriteError(`another process has written to "${this.#path}"`));
  }

  /**
   * Commits what is queued, folds the log into the file and closes it: the file alone is then the whole log, so a copy of it is a
   * backup. (The driver cannot finalise statements, so SQLite itself does not fold at this point.)
   */
  close(): void {
    while (this.#queue.length > 0 && !this.#ended) this.#commitQueued();
    if (!this.#ended) this.#makeDurable();
    this.#ended ??= new Error('the database is closed');
    if (this.#connection.isOpen) this.#connection.close();
  }

  #commitQueued(): void {
    if (this.#queue.length === 0) return;
    const batch = this.#queue.splice(0, BATCH_LIMIT);
    if (this.#queue.length > 0) setImmediate(() => this.#commitQueued());
    try {
      this.#usable();
      if (this.#doubtful && !this.#makeDurable()) throw new Error('what an earlier commit left behind cannot be made durable');
      this.#beginTransaction();
      for (const item of batch) this.#run(item);
      for (const participant of this.#participants) participant.beforeCommit();
      this.#commit.run();
    } catch (error) {
      this.#failed(batch, error);
      return;
    }
    for (const participant of this.#participants) participant.committed();
    for (const item of batch) {
      if (item.failed) item.reject(item.error);
      else item.resolve(item.result as never);
    }
  }

  #beginTransaction(): void {
    try {
      this.#begin.run();
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY) throw error;
      throw this.#end(new ForeignWriteError(`another process is writing to "${this.#path}"`, { cause: error }));
    }
    this.assertUntouched();
  }

  #run(item: Item): void {
    const writesBefore = this.#writes;
    try {
      item.result = item.work();
      if (item.result instanceof Promise) throw new TypeError('a work inside a commit must not be asynchronous');
    } catch (error) {
      if (this.#writes !== writesBefore || !this.#connection.isTransaction) throw error;
      item.failed = true;
      item.error = error;
    }
  }

  #failed(batch: readonly Item[], cause: unknown): void {
    const error = this.#ended ?? new CommitFailedError(`a commit failed: ${String(cause)}`, { cause });
    if (!this.#ended) this.#reopen();
    for (const item of batch) item.reject(error);
  }

  /** Nothing that this connection believes is believed any more: begin again from the file. */
  #reopen(): void {
    try {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      this.assertUntouched();
      this.#connection.close();
      this.#connection = this.#connect(this.#path);
      for (const statement of this.#statements) statement.reset();
      this.#doubtful = true;
      this.#makeDurable();
      this.#knownDataVersion = this.#readDataVersion();
      for (const participant of this.#participants) participant.reopened();
    } catch (error) {
      this.#end(new Error(`"${this.#path}" could not be opened again after a failed commit`, { cause: error }));
    }
  }

  /**
   * Copies the log into the file and syncs both, so that what can be read is known to be on the disk: after a failed fsync the
   * operating system may show what it has not kept. Not done while it fails, as on a full disk; then nothing is committed.
   */
  #makeDurable(): boolean {
    try {
      const [busy] = this.#checkpoint.get() ?? [1];
      this.#doubtful = busy !== 0;
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
    }
    return !this.#doubtful;
  }

  #readDataVersion(): number {
    const row = this.#dataVersion.get();
    if (!row) throw new Error('SQLite did not tell the version of its data');
    return row[0];
  }

  #usable(): DatabaseSyncInstance {
    if (this.#ended) throw this.#ended;
    return this.#connection;
  }

  /** The first cause stays; it is told once. */
  #end(error: Error): Error {
    if (this.#ended) return this.#ended;
    this.#ended = error;
    for (const item of this.#queue.splice(0)) item.reject(error);
    this.#onFatal(error);
    for (const participant of this.#participants) participant.ended();
    return error;
  }
}

/** SQLite would make an empty file, and throw away a write-ahead log that lies beside one. */
function refuseLostLog(folder: string, path: string): void {
  if (sizeOf(path) > 0) return;
  const left = readdirSync(folder).filter(
    (name) => /^views-.*\.sqlite$/.test(name) || (name === 'events.sqlite-wal' && sizeOf(`${path}-wal`) > 0),
  );
  if (left.length === 0) return;
  throw new LostLogError(
    `"${path}" is missing or empty, but ${left.join(', ')} beside it were made of a log. Put events.sqlite back from the backup; ` +
      'to begin with an empty log, use an empty folder',
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
