import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  FolderInUseError,
  FolderLock,
  LostLogError,
  SqliteDatabase,
  SqliteEventStore,
  sqliteCode,
  SqliteReadModels,
} from '#event-sourcing/sqlite';
import { FolderFiles } from '#files/folder';
import { SqliteQueue } from '#messaging/sqlite';
import { type Engines, type EngineSurroundings, StartRefusedError, wordsOf } from './engines.port.js';
import type { Settings } from './settings.js';

/**
 * The embedded column: one folder, this process its only user. Throws StartRefusedError where another process
 * has the folder, or where it cannot be used.
 */
export async function openEmbedded(settings: Settings, { clock, log, onFatal }: EngineSurroundings): Promise<Engines> {
  const dataDir = resolve(settings.dataDir);
  const filesDir = filesDirOf(settings, dataDir);
  try {
    const lock = FolderLock.acquire(dataDir);
    const database = SqliteDatabase.open(lock, { onFatal });
    const store = new SqliteEventStore(database);
    const queue = new SqliteQueue({ database, clock, report: (message, error) => log(`${message}: ${String(error)}`) });
    const readModels = new SqliteReadModels(dataDir, log);
    const files = await FolderFiles.open(filesDir);
    return {
      store,
      queue,
      readModels,
      files,
      ownership: undefined,
      away: async () => [],
      async close() {
        await queue.close();
        await store.close();
        await readModels.close();
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    if (error instanceof FolderInUseError || error instanceof LostLogError) throw new StartRefusedError(error.message, { cause: error });
    throw isOfTheDisk(error) ? new StartRefusedError(`the data folder "${dataDir}" (DATA_DIR) cannot be used: ${wordsOf(error)}`) : error;
  }
}

/** `file:./…` is meant from the working folder; `new URL` alone would begin at the root of the disk. */
function filesDirOf({ filesUrl }: Settings, dataDir: string): string {
  if (filesUrl === undefined) return join(dataDir, 'files');
  try {
    return fileURLToPath(new URL(filesUrl, pathToFileURL(`${process.cwd()}/`)));
  } catch (error) {
    throw new StartRefusedError(`FILES_URL cannot be used: ${wordsOf(error)}`);
  }
}

/** What the operating system or SQLite say of files, by their codes; anything else is a defect and keeps its stack. */
function isOfTheDisk(error: unknown): boolean {
  return sqliteCode(error) !== undefined || (typeof error === 'object' && error !== null && 'syscall' in error);
}
