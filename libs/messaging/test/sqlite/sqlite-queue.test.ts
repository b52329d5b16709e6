import { FolderLock, SqliteDatabase } from '#event-sourcing/sqlite';
import type { QueueDatabase } from '../../src/sqlite/index.js';
import { done } from '../../src/testing/clause.js';
import { queueContract } from '../../src/testing/index.js';
import { type MortalDatabase, sqliteBench, sqliteBenchOn } from './sqlite.under-test.js';

const patienceMs = 250_000;

/** The event log's own database, as the service hands it to the queue. */
function openEventLog(folder: string): MortalDatabase {
  const lock = FolderLock.acquire(folder);
  const onFatal = (error: Error): never => {
    throw error;
  };
  const database = SqliteDatabase.open(lock, { onFatal });
  const shared: QueueDatabase = database;
  return {
    exec: (sql) => shared.exec(sql),
    prepare: (sql) => shared.prepare(sql),
    commit: (work) => shared.commit(work),
    kill() {
      database.close();
      lock.release();
    },
  };
}

describe("the queue in the event log's database", () => {
  it.each(queueContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, clause) => {
    const bench = sqliteBenchOn(openEventLog, patienceMs);
    await clause.run(bench);
    await bench.close();
  });
});

describe('the queue in SQLite', () => {
  it.each(queueContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, clause) => {
    const bench = sqliteBench(patienceMs);
    await clause.run(bench);
    await bench.close();
  });

  it('rejects a publish whose commit fails, with nothing of it on the topic, and goes on', async () => {
    const bench = sqliteBench(patienceMs);
    bench.database.failNext();
    await expect(
      bench.queue.publish(bench.topic, [{ key: 'k', headers: {}, body: 'lost' }], { publisher: 'p', checkpoint: '1' }),
    ).rejects.toThrow('the disk is full');
    expect(await bench.queue.checkpoint('p')).toBeUndefined();
    await bench.queue.publish(bench.topic, [{ key: 'k', headers: {}, body: 'kept' }]);
    expect((await bench.queue.take(bench.topic, 'g', patienceMs))?.body).toBe('kept');
    expect(await bench.queue.lag(bench.topic, 'g')).toBe(1);
    await bench.close();
  });

  it('parks a message once although the first commit of it fails, and says so', async () => {
    const bench = sqliteBench(patienceMs);
    await bench.queue.publish(bench.topic, [{ key: 'k', headers: {}, body: '1' }]);
    const consumer = await bench.queue.consume({
      topic: bench.topic,
      group: 'g',
      handler: async () => {
        bench.database.failNext();
        return { kind: 'park', reason: 'no' };
      },
    });
    await consumer.idle();
    expect((await bench.queue.parked({ limit: 10 })).map(({ reason }) => reason)).toEqual(['no']);
    expect(bench.reports).toEqual([expect.stringContaining('parking 1 failed')]);
    await bench.close();
  });

  it('writes what is finished although a commit of it fails', async () => {
    const bench = sqliteBench(patienceMs);
    await bench.queue.publish(bench.topic, [{ key: 'k', headers: {}, body: '1' }]);
    const consumer = await bench.queue.consume({
      topic: bench.topic,
      group: 'g',
      handler: async () => {
        bench.database.failNext();
        return done;
      },
    });
    await consumer.idle();
    const deadline = bench.clock.now() + patienceMs;
    const next = bench.database.prepare('SELECT next FROM queue_groups');
    while ((next.get() as { next: number }).next !== 2) {
      expect(bench.clock.now()).toBeLessThan(deadline);
      await bench.clock.sleep(10);
    }
    expect(bench.reports).toEqual([expect.stringContaining('could not write what is finished')]);
    await bench.close();
  });

  it('drops what all groups have finished, but for the newest message, and nothing younger than the bound', async () => {
    const bench = sqliteBench(patienceMs);
    const messages = Array.from({ length: 450 }, (_, i) => ({ key: 'k', headers: {}, body: String(i) }));
    await bench.queue.publish(bench.topic, messages);
    await bench.queue.publish('unread', messages);
    const consumer = await bench.queue.consume({ topic: bench.topic, group: 'g', handler: async () => done });
    await consumer.idle();
    await consumer.stop();
    const left = bench.database.prepare(
      'SELECT (SELECT count(*) FROM queue_messages_1) AS read, (SELECT count(*) FROM queue_messages_2) AS unread',
    );
    await bench.current().sweep(3_600_000);
    expect({ ...(left.get() as object) }).toEqual({ read: 450, unread: 450 });
    await bench.sweep();
    expect({ ...(left.get() as object) }).toEqual({ read: 1, unread: 450 });
    await bench.close();
  });

  it('lets go when it is closed: waiting calls get nothing, later calls are refused', async () => {
    const bench = sqliteBench(patienceMs);
    const waiting = bench.queue.take(bench.topic, 'g', patienceMs);
    await bench.queue.lag(bench.topic, 'g');
    await bench.queue.take(bench.topic, 'g', 0);
    await bench.queue.close();
    expect(await waiting).toBeUndefined();
    await expect(bench.queue.publish(bench.topic, [])).rejects.toThrow('closed');
    await expect(bench.queue.park(bench.topic, 'g', { key: '', headers: {}, body: '' }, '')).rejects.toThrow('closed');
    await bench.close();
  });
});
