import { NO_STREAM } from '../event-store.port.js';
import { anEvent, appended, eventStoreContract, idsOf, someEvents, type StoreUnderTest } from '../testing/index.js';
import { OpenedStore, temporaryFolder } from './opened-store.js';
import type { SqliteEventStoreOptions } from './sqlite-event-store.js';

function onDisk(options: SqliteEventStoreOptions = {}): () => Promise<StoreUnderTest> {
  return async () => {
    const folder = temporaryFolder();
    let opened = new OpenedStore(folder.path, options);
    return {
      store: opened.store,
      namespace: 'test-',
      patienceMs: 5_000,
      reopen: async () => {
        await opened.close();
        opened = new OpenedStore(folder.path, options);
        return opened.store;
      },
      dispose: async () => {
        await opened.close();
        folder.remove();
      },
    };
  };
}

eventStoreContract('the store on disk', onDisk());
eventStoreContract('the store on disk that keeps nothing in memory', onDisk({ recentBytes: 0, cachedHeads: 0, flushEveryEvents: 1 }));
eventStoreContract(
  'the store on disk with a poor hash of names',
  onDisk({ hash: (name) => name.length % 2, cachedHeads: 2, flushEveryEvents: 4 }),
);

describe('the store on disk', () => {
  const folder = temporaryFolder();
  let opened: OpenedStore;
  const open = (options: SqliteEventStoreOptions = {}) => {
    opened = new OpenedStore(folder.path, options);
    return opened.store;
  };
  const slots = () => opened.database.prepare<[number]>('SELECT count(*) FROM stream_heads', { arrays: true }).get()?.[0];

  afterAll(() => folder.remove());

  it('gives readers near the end of the log the very same objects', async () => {
    const store = open();
    const event = anEvent('Happened', { some: 'data' });
    const { position } = appended(await store.append('same-1', NO_STREAM, [event]));
    const [fromLog] = (await store.readLog(position - 1n, 1, ['same-'])).events;
    const [fromStream] = await store.readForwards('same-1', 0, 1);
    expect(fromLog?.data).toBe(event.data);
    expect(fromStream).toBe(fromLog);
    await opened.close();
  });

  it('reads on from the file into memory without a gap', async () => {
    const store = open({ recentBytes: 3_000 });
    const start = await store.head();
    const events = someEvents(20);
    await store.append('gap-1', NO_STREAM, events);
    const seen: string[] = [];
    for (let after = start, more = true; more; ) {
      const page = await store.readLog(after, 3, ['gap-']);
      seen.push(...idsOf(page.events));
      after = page.upTo;
      more = !page.caughtUp;
    }
    expect(seen).toEqual(idsOf(events));
    expect(idsOf(await store.readForwards('gap-1', 0, 100))).toEqual(idsOf(events));
    await opened.close();
  });

  it('holds no more heads in memory than it may, and finds every stream all the same', async () => {
    const bounds = { flushEveryEvents: 100, cachedHeads: 50 };
    const store = open(bounds);
    for (let begin = 0; begin < 3_000; begin += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => store.append(`many-${begin + index}`, NO_STREAM, someEvents(1))));
      expect(store.headsInMemory).toBeLessThanOrEqual(450);
    }
    const outcomes = await Promise.all(Array.from({ length: 3_000 }, (_, index) => store.append(`many-${index}`, 0, someEvents(1))));
    expect(outcomes.filter(({ kind }) => kind !== 'appended')).toEqual([]);
    await opened.close();
  });

  it('starts without the heads that were written, and has all of them', async () => {
    const store = open();
    expect(store.headsInMemory).toBe(0);
    expect(slots()).toBeGreaterThanOrEqual(3_000);
    expect((await store.readBackwards('many-1234', undefined, 1))[0]?.version).toBe(1);
    expect(await store.append('many-1234', NO_STREAM, someEvents(1))).toEqual({ kind: 'wrong-version', actualVersion: 1 });
    await opened.close();
  });

  it('finds the heads that were not written yet when the process ended', async () => {
    const store = open({ flushEveryEvents: 1_000_000 });
    const written = slots();
    await store.append('lost-1', NO_STREAM, someEvents(3));
    await store.append('many-7', 1, someEvents(1));
    expect(slots()).toBe(written);
    opened.kill();

    const after = open();
    expect((await after.readForwards('lost-1', 0, 10)).length).toBe(3);
    expect(appended(await after.append('many-7', 2, someEvents(1))).version).toBe(3);
    await opened.close();
  });

  it('finds what was appended while heads were being written, slice by slice', async () => {
    const store = open({ flushEveryEvents: 300 });
    await Promise.all(Array.from({ length: 299 }, (_, index) => store.append(`early-${index}`, NO_STREAM, someEvents(1))));
    const written = slots() ?? 0;
    const late: string[] = [];
    for (let count = 0; count < 50 && (slots() ?? 0) < written + 299; count += 1) {
      late.push(`late-${count}`);
      await store.append(`late-${count}`, NO_STREAM, someEvents(1));
    }
    expect(late.length).toBeGreaterThan(2);
    opened.kill();

    const after = open();
    for (const stream of [...late, 'early-0', 'early-298']) expect(await after.readForwards(stream, 0, 10)).toHaveLength(1);
    await opened.close();
  });

  it('refuses what is not an event without a trace of it', async () => {
    const store = open();
    const head = await store.head();
    const good = anEvent();
    const bad = { ...anEvent(), id: undefined as unknown as string };
    const [refused, fine] = await Promise.allSettled([
      store.append('bad-1', NO_STREAM, [good, bad]),
      store.append('bad-2', NO_STREAM, [anEvent()]),
    ]);
    expect(refused).toMatchObject({ status: 'rejected' });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { kind: 'appended' } });
    expect((await store.readLog(head, 10, ['bad-'])).events).toHaveLength(1);
    await opened.close();
  });

  it('is closed for everybody once it is closed, also for those who wait', async () => {
    const store = open();
    const waiting = expect(store.waitForMore(await store.head(), new AbortController().signal)).rejects.toThrow('closed');
    await opened.close();
    await waiting;
    await expect(store.head()).rejects.toThrow('closed');
    await expect(store.append('late-1', NO_STREAM, someEvents(1))).rejects.toThrow('closed');
  });
});
