import { join } from 'node:path';
import type { MachineClock } from '#event-sourcing';
import { FolderLock, SqliteDatabase, SqliteEventStore, SqliteReadModels } from '#event-sourcing/sqlite';
import { FolderFiles } from '#files/folder';
import { SqliteQueue } from '#messaging/sqlite';

/** The embedded column: one folder, this process its only user. */
export interface EmbeddedEngines {
  readonly store: SqliteEventStore;
  readonly queue: SqliteQueue;
  readonly readModels: SqliteReadModels;
  readonly files: FolderFiles;
  /** Closes everything in order and gives the folder free. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly filesDir: string;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  /** The log can no longer be trusted or written: the process must end. */
  readonly onFatal: (error: Error) => void;
}

/** Throws FolderInUseError where another process has the folder. */
export async function openEmbedded({ dataDir, filesDir, clock, log, onFatal }: EmbeddedOptions): Promise<EmbeddedEngines> {
  const lock = FolderLock.acquire(dataDir);
  const database = SqliteDatabase.open(lock, { onFatal });
  const store = new SqliteEventStore(database);
  const queue = new SqliteQueue({ database, clock, report: (message, error) => log(`${message}: ${String(error)}`) });
  const readModels = new SqliteReadModels(join(dataDir), log);
  const files = await FolderFiles.open(filesDir);
  return {
    store,
    queue,
    readModels,
    files,
    async close() {
      await queue.close();
      await store.close();
      await readModels.close();
      database.close();
      lock.release();
    },
  };
}
