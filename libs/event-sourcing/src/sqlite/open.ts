import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

/** How much a file must survive: `full` a power cut, commit by commit; `normal` a crash of the process. */
export type Durability = 'full' | 'normal';

/** Milliseconds that a statement waits for another connection's lock before it fails with SQLITE_BUSY. */
const BUSY_TIMEOUT_MS = 250;
/** The log beside the file is folded into it at every 16 MiB (4096 pages of 4 KiB) and cut back to that when it has grown past it. */
const CHECKPOINT_PAGES = 4096;
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
const CACHE_KIB = 16 * 1024;

/** Opens a database file in WAL mode, making it where there is none. Throws what SQLite throws. */
export function openFile(path: string, durability: Durability): DatabaseSyncInstance {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY;
  `);
  return database;
}

/** SQLite's extended result code, where an error carries one. */
export function sqliteCode(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}
