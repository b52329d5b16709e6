import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { sqliteCode } from './open.js';

/** Another process, or another part of this one, works in the folder. Nothing in it was touched. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  constructor(readonly folder: string) {
    super(`the data folder "${folder}" is in use by another process`);
  }
}

const SQLITE_BUSY = 5;

/**
 * The right to work in a data folder, held until `release` or the end of the process, however it ends: the lock is one of
 * the operating system's on `lock.sqlite` (a pid in a file would lie after a crash in a container).
 */
export class FolderLock {
  private constructor(
    readonly folder: string,
    private readonly database: DatabaseSyncInstance,
  ) {}

  /** Makes the folder where there is none. Throws FolderInUseError at once where somebody else holds it. */
  static acquire(folder: string): FolderLock {
    mkdirSync(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw sqliteCode(error) === SQLITE_BUSY ? new FolderInUseError(folder) : error;
    }
    return new FolderLock(folder, database);
  }

  /** Gives the folder free; every file in it must be closed by then. */
  release(): void {
    if (this.database.isOpen) this.database.close();
  }
}
