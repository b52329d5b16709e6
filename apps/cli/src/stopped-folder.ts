import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolderInUseError, FolderLock, SqliteDatabase, SqliteEventStore, SqliteReadModels } from '#event-sourcing/sqlite';
import { systemMachineClock } from '#event-sourcing';
import { SqliteQueue } from '#messaging/sqlite';
import { type Verification, verifyService } from '#videos';

/**
 * Verifies a data folder whose service has stopped. Undefined where there is no data in it, or where a service is working in it: then it
 * must be asked over HTTP. Files that cannot be opened are problems, not failures.
 */
export async function verifyStopped(folder: string): Promise<Verification | undefined> {
  if (!existsSync(join(folder, 'events.sqlite'))) return undefined;
  let lock: FolderLock;
  try {
    lock = FolderLock.acquire(folder);
  } catch (error) {
    if (error instanceof FolderInUseError) return undefined;
    throw error;
  }
  const problems: string[] = [];
  try {
    return await verifyLocked(folder, lock, problems);
  } catch (error) {
    return { ok: false, events: 0, streams: 0, problems: [...problems, `the folder cannot be opened: ${String(error)}`] };
  } finally {
    lock.release();
  }
}

async function verifyLocked(folder: string, lock: FolderLock, problems: string[]): Promise<Verification> {
  const note = (problem: string): void => void problems.push(problem);
  const database = SqliteDatabase.open(lock, { onFatal: (error) => note(error.message) });
  const readModels = new SqliteReadModels(folder, note);
  try {
    const store = new SqliteEventStore(database);
    const queue = new SqliteQueue({
      database,
      clock: systemMachineClock,
      report: (problem, error) => note(`${problem}: ${String(error)}`),
    });
    const found = await verifyService({ store, queue, readModels, machineClock: systemMachineClock, gapless: true, quietAt: null });
    await queue.close();
    const all = [...problems, ...found.problems];
    return { ok: all.length === 0, events: found.events, streams: found.streams, problems: all };
  } finally {
    await readModels.close();
    database.close();
  }
}
