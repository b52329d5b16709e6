import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from './folder-lock.js';
import { SqliteDatabase, type SqliteDatabaseOptions } from './sqlite-database.js';
import { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite-event-store.js';

/** An event store with everything beneath it, on a folder. For tests. */
export class OpenedStore {
  readonly fatal: Error[] = [];
  readonly lock: FolderLock;
  readonly database: SqliteDatabase;
  readonly store: SqliteEventStore;

  constructor(folder: string, options: SqliteEventStoreOptions & Pick<SqliteDatabaseOptions, 'connect'> = {}) {
    this.lock = FolderLock.acquire(folder);
    try {
      this.database = SqliteDatabase.open(this.lock, { ...options, onFatal: (error) => this.fatal.push(error) });
    } catch (error) {
      this.lock.release();
      throw error;
    }
    this.store = new SqliteEventStore(this.database, options);
  }

  async close(): Promise<void> {
    await this.store.close();
    this.kill();
  }

  /** Leaves without writing anything more, as far as a process can that lives on. */
  kill(): void {
    this.database.close();
    this.lock.release();
  }
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'event-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
