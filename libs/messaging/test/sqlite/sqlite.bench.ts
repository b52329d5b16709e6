import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueClock } from '../../src/delivery/surroundings.js';
import { SqliteQueue } from '../../src/sqlite/index.js';
import type { QueueUnderTest } from '../../src/testing/index.js';
import { quickClock } from '../quick.clock.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

export interface SqliteBench extends QueueUnderTest {
  readonly database: TestDatabase;
  readonly reports: string[];
  current(): SqliteQueue;
}

export function sqliteBench(patienceMs: number): SqliteBench {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  const wall = quickClock(25);
  const reports: string[] = [];
  const open = () => {
    let alive = true;
    const clock: QueueClock = {
      now: () => wall.now(),
      sleep: (ms, signal) => wall.sleep(ms, signal).then(() => (alive ? undefined : new Promise(() => undefined))),
    };
    const database = openTestDatabase(join(folder, 'events.sqlite'));
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
