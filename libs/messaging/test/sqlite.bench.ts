import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { QueueClock } from '../src/delivery/surroundings.js';
import { type QueueDatabase, SqliteQueue } from '../src/sqlite/index.js';
import type { QueueUnderTest } from '../src/testing/index.js';
import { quickClock } from './quick.clock.js';

interface Waiting {
  readonly run: () => void;
  readonly settle: (error?: unknown) => void;
}

/** A durable database with group commit at the end of the turn; after `kill` nothing reaches it and nothing answers. */
export interface TestDatabase extends QueueDatabase {
  kill(): void;
  /** The next commit fails after its work has run. */
  failNext(): void;
}

export function openTestDatabase(path: string): TestDatabase {
  const connection = new DatabaseSync(path);
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  let queue: Waiting[] = [];
  let dead = false;
  let failing = false;
  const flush = (): void => {
    if (dead) return;
    const batch = queue;
    queue = [];
    let failure: unknown;
    try {
      connection.exec('BEGIN');
      for (const { run } of batch) run();
      if (failing) throw new Error('the disk is full');
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      failure = error;
    }
    failing = false;
    for (const { settle } of batch) settle(failure);
  };
  return {
    exec: (sql) => connection.exec(sql),
    prepare: (sql) => connection.prepare(sql),
    commit: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        let value: T;
        const settle = (error?: unknown): void => (error === undefined ? resolve(value) : reject(error));
        queue.push({ run: () => void (value = work()), settle });
        if (queue.length === 1) setImmediate(flush);
      }),
    kill() {
      dead = true;
      connection.close();
    },
    failNext: () => void (failing = true),
  };
}

export interface SqliteBench extends QueueUnderTest {
  readonly database: TestDatabase;
  readonly reports: string[];
}

export function sqliteBench(patienceMs: number): SqliteBench {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  const wall = quickClock(25);
  const reports: string[] = [];
  const open = () => {
    let alive = true;
    const clock: QueueClock = { now: () => wall.now(), sleep: (ms, signal) => wall.sleep(ms, signal).then(() => (alive ? undefined : new Promise(() => undefined))) };
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
