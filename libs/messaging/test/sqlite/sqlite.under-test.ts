import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueClock } from '../../src/delivery/surroundings.js';
import { type QueueDatabase, SqliteQueue } from '../../src/sqlite/index.js';
import type { QueueUnderTest } from '../../src/testing/index.js';
import { quickClock } from '../quick.clock.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

/** A database that can be left as a killed process leaves it, as far as a process can that lives on. */
export type MortalDatabase = QueueDatabase & { kill(): void };

export interface SqliteBench<Database> extends QueueUnderTest {
  readonly database: Database;
  readonly reports: string[];
  current(): SqliteQueue;
}

export function sqliteBench(patienceMs: number): SqliteBench<TestDatabase> {
  return sqliteBenchOn((folder) => openTestDatabase(join(folder, 'events.sqlite')), patienceMs);
}

export function sqliteBenchOn<Database extends MortalDatabase>(
  openDatabase: (folder: string) => Database,
  patienceMs: number,
): SqliteBench<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  const wall = quickClock(25);
  const reports: string[] = [];
  const open = () => {
    let alive = true;
    const clock: QueueClock = {
      now: () => wall.now(),
      sleep: (ms, signal) => wall.sleep(ms, signal).then(() => (alive ? undefined : new Promise(() => undefined))),
    };
    const database = openDatabase(folder);
    const queue = new SqliteQueue({ database, clock, report: (problem) => void reports.push(problem) });
    const kill = (): void => {
      alive = false;
      database.kill();
    };
    return { queue, database, kill };
  };
  let current = open();
  return {
    queue: current.queue,
    database: current.database,
    reports,
    current: () => current.queue,
    clock: wall,
    topic: 'topic',
    patienceMs,
    restart: async () => {
      current.kill();
      current = open();
      return current.queue;
    },
    sweep: () => current.queue.sweep(-1_000),
    close: async () => {
      await current.queue.close();
      current.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
