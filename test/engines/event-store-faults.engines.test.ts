import { NO_STREAM, systemMachineClock } from '#event-sourcing';
import { anEvent, appended, idsOf, someEvents } from '#event-sourcing/testing';
import { ClientOwner } from '../../libs/event-sourcing/src/eventstoredb/client-owner.js';
import { Deadlines } from '../../libs/event-sourcing/src/eventstoredb/deadlines.js';
import { Reading } from '../../libs/event-sourcing/src/eventstoredb/reading.js';
import { type RunningDouble, startDouble } from './double/start-double.js';
import { ANSWER_MS, type Opened, openStore } from './event-store/opened.js';
import { eventually } from './kit/until.js';

// What the client does wrong, by its numbers in the adapter's README, and that a store on it survives each. The server that does wrong
// on command is the double. An error outside any promise fails the test that runs.
let double: RunningDouble;
let opened: Opened;
let stream: string;
let made = 0;

beforeAll(async () => {
  double = await startDouble();
});
afterAll(() => double.stop());

beforeEach(async () => {
  await double.faults.clear();
  opened = await openStore(double.url);
  stream = `account-${(made += 1)}`;
});
afterEach(() => opened.store.close());

const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => eventually(what, 10_000, holds);
const unavailable = { name: 'EngineUnavailableError' };
const guarded = () => opened.said.filter(({ message }) => message.startsWith('the client had no place'));

/** Appends an event and repeats it until its outcome is known; how often it was unknown. */
async function appendCertainly(to: string, version = NO_STREAM, event = anEvent()): Promise<number> {
  for (let unknown = 0; unknown < 20; unknown += 1) {
    const outcome = await opened.store.append(to, version, [event]);
    if (outcome.kind === 'appended') return unknown;
    expect(outcome).toMatchObject({ kind: 'unknown' });
    await systemMachineClock.sleep(50);
  }
  throw new Error('the outcome stayed unknown');
}

describe('the store on EventStoreDB survives', () => {
  it('B1: an error that rejects every append of the process, of which late answers then come', async () => {
    const { store } = opened;
    const LATE_MS = 300;
    // The read's error may reach the client too late for it to have two batch streams: then there is no late answer, and a next round.
    for (let round = 0; round < 10 && guarded().length === 0; round += 1) {
      const [slow, next] = [`${stream}-slow-${round}`, `${stream}-next-${round}`];
      await double.faults.next('batch-append', 'answer-late', { delayMs: LATE_MS, stream: slow });
      const late = store.append(slow, NO_STREAM, someEvents(1));
      await until('the late append is under way', async () => (await double.faults.facts()).faultsLeft === 0);
      // A read makes the client connect anew; the old batch stream lives on, with the late answer to come.
      await double.faults.next('read', 'unavailable');
      await expect(store.head()).rejects.toMatchObject(unavailable);
      await double.faults.next('batch-append', 'unavailable', { stream: next });
      expect(await store.append(next, NO_STREAM, someEvents(1))).toMatchObject({ kind: 'unknown' });
      expect(await late).toMatchObject({ kind: 'unknown' });
      await systemMachineClock.sleep(LATE_MS);
      expect(await store.readForwards(slow, 0, 10)).toHaveLength(1);
    }
    expect(guarded().length).toBeGreaterThan(0);
  });

  it('B1: the connection cut under more appends than its stream takes at once', async () => {
    await appendCertainly(`${stream}-warm`);
    await double.faults.next('batch-append', 'cut', { stream: `${stream}-5` });
    // Large enough that most still wait in the client when the connection goes.
    const large = () => anEvent('Large', { text: 'x'.repeat(200_000) });
    const all = Array.from({ length: 64 }, (_, index) => appendCertainly(`${stream}-${index}`, NO_STREAM, large()));
    const unknown = await Promise.all(all);
    expect(unknown.filter((times) => times > 0).length).toBeGreaterThan(0);
    for (let index = 0; index < 64; index += 1) expect(await opened.store.readForwards(`${stream}-${index}`, 0, 10)).toHaveLength(1);
  });

  it('B1: a second client, by not having one', async () => {
    await expect(openStore(double.url)).rejects.toThrow('event store open already');
  });

  it('more than 64 appends at once, of which the rest wait, not without end', async () => {
    const before = await double.faults.facts();
    await double.faults.next('batch-append', 'never-answer', { times: 64 });
    const all = Array.from({ length: 200 }, (_, index) => opened.store.append(`${stream}-${index}`, NO_STREAM, someEvents(1)));
    const settled = Promise.allSettled(all);
    await until('64 have arrived', async () => (await double.faults.facts()).appendsReceived >= before.appendsReceived + 64);
    expect((await double.faults.facts()).appendsReceived).toBe(before.appendsReceived + 64);
    const kinds = (await settled).map((each) => (each.status === 'fulfilled' ? each.value.kind : (each.reason as Error).name));
    expect(kinds.filter((kind) => kind === 'unknown').length).toBeGreaterThanOrEqual(64);
    expect(kinds.filter((kind) => !['unknown', 'appended', 'EngineUnavailableError'].includes(kind))).toEqual([]);
  });

  it('B2: what cannot be serialised, which is refused before the client sees it', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const event = anEvent();
    const metadata = { ...event.metadata, actor: circular as unknown as string };
    await expect(opened.store.append(stream, NO_STREAM, [{ ...event, metadata }])).rejects.toThrow(TypeError);
    await expect(opened.store.append(stream, NO_STREAM, [{ ...event, text: '{' }])).rejects.toThrow(SyntaxError);
    await opened.store.append(stream, NO_STREAM, [{ ...event, data: { big: 1n as unknown as number } }]);
    expect((await opened.store.readForwards(stream, 0, 1))[0]?.data).toEqual({});
  });

  it('B3: an append that is never answered, whether it was written or not', async () => {
    for (const [version, kind] of [
      [NO_STREAM, 'never-answer'],
      [0, 'commit-and-drop'],
    ] as const) {
      await double.faults.next('batch-append', kind);
      const begin = performance.now();
      const event = anEvent();
      expect(await opened.store.append(stream, version, [event])).toMatchObject({
        kind: 'unknown',
        reason: `no answer within ${ANSWER_MS} ms`,
      });
      expect(performance.now() - begin).toBeLessThan(ANSWER_MS * 4);
      expect(await appendCertainly(stream, version, event)).toBe(0);
    }
    expect(await opened.store.readForwards(stream, 0, 10)).toHaveLength(2);
  });

  it('B3: an answer after the append was given up, and an append that lands after its repeat', async () => {
    for (const [version, kind] of [
      [NO_STREAM, 'answer-late'],
      [0, 'commit-late'],
    ] as const) {
      await double.faults.next('batch-append', kind, { delayMs: ANSWER_MS * 2 });
      expect(await appendCertainly(stream, version)).toBe(1);
      const { faultsMet } = await double.faults.facts();
      expect(faultsMet).toBeGreaterThan(0);
      await systemMachineClock.sleep(ANSWER_MS * 2);
      expect(await opened.store.readForwards(stream, 0, 10)).toHaveLength(version + 2);
    }
  });

  it('B4: a read that is never answered, or goes silent in the middle', async () => {
    await opened.store.append(stream, NO_STREAM, someEvents(5));
    for (const afterEvents of [0, 3]) {
      await double.faults.next('read', 'never-answer', afterEvents === 0 ? {} : { afterEvents });
      await expect(opened.store.readForwards(stream, 0, 10)).rejects.toMatchObject(unavailable);
      expect(await opened.store.readForwards(stream, 0, 10)).toHaveLength(5);
    }
  });

  it('B5: a question about the server’s features that failed once, which the client never asks again', async () => {
    await opened.store.close();
    const fresh = await openStore(double.url);
    opened = fresh;
    await double.faults.restart({ keepState: true });
    await double.faults.next('features', 'internal');
    expect(await appendCertainly(stream)).toBeGreaterThan(0);
    expect(await appendCertainly(`${stream}-next`)).toBe(0);
  });

  it('B6: errors as values, by not asking for them: what a wrong version names is what is there', async () => {
    await opened.store.append(stream, NO_STREAM, someEvents(4));
    expect(await opened.store.append(stream, 1, someEvents(1))).toEqual({ kind: 'wrong-version', actualVersion: 3 });
    await opened.store.close();
    await expect(openStore(`${double.url}&throwOnAppendFailure=false`)).rejects.toThrow('EVENT_STORE_URL');
    opened = await openStore(double.url);
  });

  it.each(['not-ready', 'too-busy', 'timeout', 'unknown', 'no-leader-known', 'commit-and-timeout', 'commit-and-unknown'] as const)(
    'B7: "%s" in answer to an append, which leaves its outcome unknown and touches no other',
    async (kind) => {
      await double.faults.next('batch-append', kind, { stream: `${stream}-3` });
      const unknown = await Promise.all(Array.from({ length: 8 }, (_, index) => appendCertainly(`${stream}-${index}`)));
      expect(unknown).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
      expect(await opened.store.readForwards(`${stream}-3`, 0, 10)).toHaveLength(1);
    },
  );

  it('B8: a server that is away: appends are unknown, reads and openings unavailable, and all is well when it is back', async () => {
    await double.faults.down();
    expect(await opened.store.append(stream, NO_STREAM, someEvents(1))).toMatchObject({ kind: 'unknown' });
    await expect(opened.store.readForwards(stream, 0, 1)).rejects.toMatchObject(unavailable);
    await expect(opened.store.ping()).rejects.toMatchObject(unavailable);
    await opened.store.close();
    await expect(openStore(double.url)).rejects.toMatchObject(unavailable);
    await double.faults.up();
    opened = await openStore(double.url);
    await opened.store.ping();
    await appendCertainly(stream);
  });

  it.each(['not-leader', 'commit-and-not-leader', 'unavailable', 'cancelled', 'internal', 'commit-and-cut'] as const)(
    'B9: "%s", which fails every append under way: each is repeated, none is lost or doubled',
    async (kind) => {
      await double.faults.next('batch-append', kind, { stream: `${stream}-5` });
      const unknown = await Promise.all(Array.from({ length: 20 }, (_, index) => appendCertainly(`${stream}-${index}`)));
      expect(unknown.filter((times) => times > 0).length).toBeGreaterThan(0);
      for (let index = 0; index < 20; index += 1) expect(await opened.store.readForwards(`${stream}-${index}`, 0, 10)).toHaveLength(1);
    },
  );

  it('B10: reads that end early, which leave no call open', async () => {
    await opened.store.append(stream, NO_STREAM, someEvents(5));
    await opened.store.close();
    const log = { debug: () => undefined, warn: () => undefined };
    const owner = new ClientOwner(double.url, systemMachineClock, log);
    const { client } = await owner.get();
    const open = (client as unknown as { readonly disposableStreams: ReadonlySet<unknown> }).disposableStreams;
    const reading = new Reading(owner, new Deadlines(systemMachineClock, ANSWER_MS, new AbortController().signal), log);
    const read = () => reading.all('a stream', (from) => from.readStream(stream, { maxCount: 3 }));
    expect(await read()).toHaveLength(3);
    await double.faults.next('read', 'never-answer', { afterEvents: 1 });
    const silent = read();
    await until('the read is open', () => open.size === 1);
    await expect(silent).rejects.toMatchObject(unavailable);
    await until('no call is open', () => open.size === 0);
    await owner.close();
    opened = await openStore(double.url);
  });

  it('B14: an error without a message, of which the fields are logged', async () => {
    await opened.store.append(stream, NO_STREAM, someEvents(2));
    await opened.store.append(stream, 7, someEvents(1));
    expect(opened.said).toContainEqual({
      level: 'debug',
      message: 'wrong version',
      fields: { stream, expectedVersion: 7, actualVersion: 1 },
    });
  });

  it('B15: disposing, once and at the end: appends under way settle, the connection goes, another store may be opened', async () => {
    // gRPC keeps, and makes again, a connection that it was still trying to make when its channel was closed: earlier tests may have left
    // such ones on the double that they share.
    await opened.store.close();
    const alone = await startDouble();
    try {
      opened = await openStore(alone.url);
      await alone.faults.next('batch-append', 'never-answer');
      const silent = opened.store.append(stream, NO_STREAM, someEvents(1));
      await until('the append is under way', async () => (await alone.faults.facts()).faultsLeft === 0);
      await opened.store.close();
      await opened.store.close();
      expect(await silent).toMatchObject({ kind: 'unknown' });
      await expect(opened.store.append(stream, NO_STREAM, someEvents(1))).rejects.toThrow('closed');
      await expect(opened.store.readLog(0n, 1, [''])).rejects.toThrow('closed');
      await until('the connection is gone', async () => (await alone.faults.facts()).connections === 0);
      opened = await openStore(alone.url);
      await appendCertainly(stream);
    } finally {
      await opened.store.close();
      await alone.stop();
    }
  });

  it('an append above the size limit, which is said and not repeated for ever', async () => {
    const large = anEvent('Large', { text: 'x'.repeat(1_100_000) });
    await expect(opened.store.append(stream, NO_STREAM, [large])).rejects.toMatchObject({ name: 'AppendTooLargeError' });
    await opened.store.close();
    opened = await openStore(double.url, { largestAppendBytes: 2_000_000 });
    // Repeated while the outcome is unknown, as `transact` does: once the server answers, its refusal is told.
    await expect(appendCertainly(stream, NO_STREAM, large)).rejects.toThrow(/too large; the server takes 1048576/);
    await appendCertainly(stream);
  });

  it('credentials that are refused, which is no absence', async () => {
    await double.faults.next('batch-append', 'access-denied');
    await expect(opened.store.append(stream, NO_STREAM, someEvents(1))).rejects.toMatchObject({ name: 'EventStoreRefusalError' });
  });

  it('a restart with its state, and says so of one without: positions of another log mean nothing', async () => {
    await opened.store.append(stream, NO_STREAM, someEvents(3));
    const { logId } = opened.store;
    const before = await opened.store.readLog(0n, 1_000, [stream]);
    await double.faults.restart({ keepState: true });
    await until('it answers', () =>
      opened.store.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(idsOf((await opened.store.readLog(0n, 1_000, [stream])).events)).toEqual(idsOf(before.events));
    await opened.store.close();
    opened = await openStore(double.url);
    expect(opened.store.logId).toBe(logId);

    const waiting = opened.store.waitForMore(await opened.store.head(), new AbortController().signal);
    await until('the subscription is there', async () => (await double.faults.facts()).subscriptions === 1);
    await double.faults.restart({ keepState: false });
    await expect(waiting).rejects.toThrow('another log');
    await expect(opened.store.append(stream, NO_STREAM, someEvents(1))).rejects.toThrow('another log');
    await opened.store.close();
    opened = await openStore(double.url);
    expect(opened.store.logId).not.toBe(logId);
  });
});

describe('a log full of the server’s own events', () => {
  it('is read past them, page by page, also where a page is one event', async () => {
    const start = await opened.store.head();
    await double.faults.writeSystemEvents(5_000);
    const events = someEvents(2);
    const { position } = appended(await opened.store.append(stream, NO_STREAM, events));
    await double.faults.writeSystemEvents(3);
    const found: string[] = [];
    let at = start;
    for (let pages = 0, more = true; more && pages < 100; pages += 1) {
      const page = await opened.store.readLog(at, 1, [stream]);
      expect(page.caughtUp || page.upTo > at).toBe(true);
      expect(page.events.length).toBeLessThanOrEqual(1);
      found.push(...idsOf(page.events));
      [at, more] = [page.upTo, !page.caughtUp];
    }
    expect(found).toEqual(idsOf(events));
    expect(at).toBeGreaterThan(position);
  });
});
