import { DatabaseSync } from '@photostructure/sqlite';
import type { QueueDatabase } from '../../src/sqlite/index.js';

interface Waiting {
  readonly run: () => void;
  readonly settle: (error?: Error) => void;
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
    let failure: Error | undefined;
    try {
      connection.exec('BEGIN');
      for (const { run } of batch) run();
      if (failing) throw new Error('the disk is full');
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      failure = error instanceof Error ? error : new Error(String(error));
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
        const settle = (error?: Error): void => (error === undefined ? resolve(value) : reject(error));
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
