import { type AppendExpectedRevision, END, EventStoreDBClient } from '@eventstore/db-client';
import { all, event, failureOf, Listener, until } from './double/conversation.js';
import type { FaultKind } from './double/fault-plan.js';
import { type RunningDouble, startDouble } from './double/start-double.js';

// Every fault that the double can be told, as the raw client sees it. Where an append may or may not have happened, both are shown.

let double: RunningDouble;
let client: EventStoreDBClient;
let streams = 0;
const newStream = () => `fault-${++streams}`;
const connect = () => EventStoreDBClient.connectionString(double.url);
/** Makes the client use a call of its own for the append. */
const alone = { credentials: { username: 'nobody', password: 'nothing' } };

beforeAll(async () => {
  double = await startDouble();
}, 120_000);
beforeEach(() => {
  client = connect();
});
afterEach(async () => {
  await client.dispose();
  await double.faults.clear();
});
afterAll(() => double.stop());

const append = (stream: string, expectedRevision: AppendExpectedRevision = 'no_stream', what = event(1), options = {}) =>
  client.appendToStream(stream, what, { expectedRevision, ...options });
const lengthOf = async (stream: string) => (await all(client.readAll())).filter((one) => one.stream === stream).length;

describe('an append in a batch', () => {
  const unknown = { type: 'unknown' };
  it.each<[FaultKind, object, number]>([
    ['not-ready', { ...unknown, message: 'Could not recognize Server Is Not Ready' }, 0],
    ['too-busy', { ...unknown, message: 'Could not recognize Server Is Busy' }, 0],
    ['no-leader-known', unknown, 0],
    ['unknown', unknown, 0],
    ['timeout', { type: 'deadline-exceeded' }, 0],
    ['commit-and-timeout', { type: 'deadline-exceeded' }, 1],
    ['commit-and-unknown', unknown, 1],
    ['access-denied', { type: 'access-denied' }, 0],
    ['unavailable', { type: 'unavailable', code: 14 }, 0],
    ['commit-and-unavailable', { type: 'unavailable' }, 1],
    ['cancelled', { type: 'cancelled' }, 0],
    ['internal', { type: 'unknown', code: 13 }, 0],
    ['not-leader', { type: 'not-leader', leader: { address: '127.0.0.1' } }, 0],
    ['commit-and-not-leader', { type: 'not-leader' }, 1],
    ['cut', { type: 'unavailable', code: 14 }, 0],
    ['commit-and-cut', { type: 'unavailable', code: 14 }, 1],
  ])('meets "%s"', async (kind, error, written) => {
    const stream = newStream();
    const what = event(1);
    await append(newStream());
    await double.faults.next('batch-append', kind);
    expect(await failureOf(append(stream, 'no_stream', what))).toMatchObject(error);
    expect(await lengthOf(stream)).toBe(written);
    // The same events with the same ids at the same revision, once more: written once, whatever had happened.
    expect(await append(stream, 'no_stream', what)).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await lengthOf(stream)).toBe(1);
  });

  it.each<[FaultKind, number]>([
    ['never-answer', 0],
    ['commit-and-drop', 1],
  ])('meets "%s": pending for ever, and the next one is answered', async (kind, written) => {
    const stream = newStream();
    await double.faults.next('append', kind, { stream });
    const before = await double.faults.facts();
    let settled = false;
    append(stream).then(
      () => (settled = true),
      () => (settled = true),
    );
    await until('it has met the fault', async () => (await double.faults.facts()).faultsMet > before.faultsMet);
    await append(newStream());
    expect(settled).toBe(false);
    expect(await lengthOf(stream)).toBe(written);
  });

  it('meets "answer-late" and "commit-late": answered, after others that were sent after it', async () => {
    for (const kind of ['answer-late', 'commit-late'] as const) {
      const [late, soon] = [newStream(), newStream()];
      await double.faults.next('append', kind, { stream: late, delayMs: 300 });
      const order: string[] = [];
      const first = append(late).then(() => order.push('late'));
      await until('it has arrived', async () => (await double.faults.facts()).faultsLeft === 0);
      expect(await lengthOf(late)).toBe(kind === 'answer-late' ? 1 : 0);
      await append(soon).then(() => order.push('soon'));
      await first;
      expect(order).toEqual(['soon', 'late']);
      expect(await lengthOf(late)).toBe(1);
    }
  });

  it('a fault meets as many as it was told, of the stream that it was told', async () => {
    const stream = newStream();
    await double.faults.next('append', 'not-ready', { times: 2, stream });
    await append(newStream());
    await failureOf(append(stream));
    await failureOf(append(stream));
    await append(stream);
    expect((await double.faults.facts()).faultsLeft).toBe(0);
  });

  it('a batch that breaks takes all that are in flight in it, also those that are written', async () => {
    const names = [newStream(), newStream()];
    await append(newStream());
    await double.faults.next('append', 'commit-and-drop', { stream: names[0]! });
    const first = failureOf(append(names[0]!));
    await until('it has arrived', async () => (await double.faults.facts()).faultsLeft === 0);
    await double.faults.next('append', 'not-leader');
    expect(await failureOf(append(names[1]!))).toMatchObject({ type: 'not-leader' });
    expect(await first).toMatchObject({ type: 'not-leader' });
    expect(await Promise.all(names.map(lengthOf))).toEqual([1, 0]);
  });
});

it('an append that is late finds its batch over, and says nothing', async () => {
  const [late, other] = [newStream(), newStream()];
  await double.faults.next('append', 'commit-late', { stream: late, delayMs: 300 });
  const first = failureOf(append(late));
  // The first append of a batch may be overtaken in the client by one that is begun after it.
  await until('it has arrived', async () => (await double.faults.facts()).faultsLeft === 0);
  await double.faults.next('append', 'cancelled', { stream: other });
  expect(await Promise.all([first, failureOf(append(other))])).toMatchObject([{ type: 'cancelled' }, { type: 'cancelled' }]);
  await until('it is written all the same', async () => (await lengthOf(late)) === 1);
});

it('a server that stands still keeps everybody waiting, and goes on', async () => {
  await append(newStream());
  double.freeze();
  let settled = false;
  const waiting = append(newStream()).finally(() => (settled = true));
  await new Promise(setImmediate);
  expect(settled).toBe(false);
  double.thaw();
  expect(await waiting).toMatchObject({ success: true });
});

it.each<[FaultKind, object, number]>([
  ['not-ready', { type: 'unavailable', code: 14 }, 0],
  ['too-busy', { type: 'unavailable', code: 14 }, 0],
  ['timeout', { type: 'timeout', code: 10 }, 0],
  ['commit-and-timeout', { type: 'timeout' }, 1],
  ['no-leader-known', { type: 'unknown', code: 2 }, 0],
  ['not-leader', { type: 'not-leader' }, 0],
  ['access-denied', { type: 'access-denied', code: 7 }, 0],
  ['commit-and-cut', { type: 'unavailable', code: 14 }, 1],
  ['cut', { type: 'unavailable', code: 14 }, 0],
])('an append in a call of its own meets "%s"', async (kind, error, written) => {
  const stream = newStream();
  await double.faults.next('single-append', kind);
  expect(await failureOf(append(stream, 'no_stream', event(1), alone))).toMatchObject(error);
  expect(await lengthOf(stream)).toBe(written);
});

describe('a read', () => {
  it.each<[FaultKind, object]>([
    ['unavailable', { type: 'unavailable' }],
    ['not-ready', { type: 'unavailable' }],
    ['timeout', { type: 'timeout' }],
    ['cut', { type: 'unavailable' }],
    ['not-leader', { type: 'not-leader' }],
  ])('meets "%s" in the middle', async (kind, error) => {
    const stream = newStream();
    await append(stream);
    await append(stream, 0n);
    await double.faults.next('read', kind, { afterEvents: 1 });
    const heard: unknown[] = [];
    const broken = (async () => {
      for await (const one of client.readStream(stream)) heard.push(one);
    })();
    expect(await failureOf(broken)).toMatchObject(error);
    expect(heard.length).toBeLessThanOrEqual(1);
    expect(await all(client.readStream(stream))).toHaveLength(2);
  });

  it('is never answered, or late', async () => {
    const stream = newStream();
    await append(stream);
    await double.faults.next('read', 'answer-late', { delayMs: 50 });
    expect(await all(client.readStream(stream))).toHaveLength(1);
    await double.faults.next('read', 'never-answer');
    const silent = client.readStream(stream);
    silent.on('data', () => expect('an event').toBe('silence'));
    await until('it has met the fault', async () => (await double.faults.facts()).faultsLeft === 0);
    await silent.cancel();
  });
});

describe('a subscription', () => {
  it.each<[FaultKind, object[]]>([
    ['cut', [{ type: 'unavailable' }]],
    ['unavailable', [{ type: 'unavailable' }]],
    ['cancelled', [{ type: 'cancelled' }]],
    ['not-leader', [{ type: 'not-leader' }]],
    ['end', []],
  ])('meets "%s" after some events', async (kind, errors) => {
    const stream = newStream();
    await double.faults.next('subscribe', kind, { afterEvents: 2 });
    const listener = Listener.toAll(client, stream);
    await listener.caughtUp();
    for (let n = -1; n < 4; n++) await append(stream, n < 0 ? 'no_stream' : BigInt(n)).catch(() => append(stream, 'any'));
    await until('it is over', () => listener.errors.length + listener.count('end') > 0);
    expect(listener.errors).toMatchObject(errors);
    expect(listener.events.length).toBeLessThanOrEqual(2);
    const again = Listener.toAll(client, stream);
    await again.caughtUp();
    expect(again.events.length).toBeGreaterThanOrEqual(5);
    await again.subscription.unsubscribe();
  });

  it('is never confirmed, or goes silent', async () => {
    const stream = newStream();
    await append(stream);
    await append(stream, 0n);
    await double.faults.next('subscribe', 'never-answer');
    const silent = Listener.toAll(client, stream);
    await until('it has met the fault', async () => (await double.faults.facts()).faultsLeft === 0);
    await double.faults.next('subscribe', 'never-answer', { afterEvents: 1 });
    const stalled = Listener.toAll(client, stream);
    await until('one event has come', () => stalled.events.length === 1);
    await append(stream, 1n);
    expect(silent.heard).toEqual([]);
    expect(stalled.events).toMatchObject([{ revision: 0n }]);
    expect(stalled.count('caughtUp')).toBe(0);
    await Promise.all([silent.subscription.unsubscribe(), stalled.subscription.unsubscribe()]);
  });

  it('breaks when its connection is cut from outside', async () => {
    const listener = Listener.toAll(client, newStream(), { fromPosition: END });
    await listener.caughtUp();
    await double.faults.cutConnections();
    await until('it has heard of it', () => listener.errors.length === 1);
    expect(listener.errors).toMatchObject([{ type: 'unavailable' }]);
  });
});

describe('the feature probe', () => {
  it('fails once, and the client never asks again: all its appends fail', async () => {
    await double.faults.next('features', 'internal');
    const stream = newStream();
    expect(await failureOf(append(stream))).toMatchObject({ code: 13 });
    expect(await failureOf(append(stream))).toMatchObject({ code: 13 });
    const another = connect();
    await another.appendToStream(stream, event(1), { expectedRevision: 'no_stream' });
    await another.dispose();
  });

  it('is asked again when it was unavailable', async () => {
    await double.faults.next('features', 'unavailable');
    const stream = newStream();
    expect(await failureOf(append(stream))).toMatchObject({ code: 14 });
    expect(await append(stream)).toMatchObject({ success: true });
  });
});

describe('a restart', () => {
  it('with its state: the same port, the same log, and subscriptions begin again', async () => {
    const stream = newStream();
    const what = event(1);
    const written = await append(stream, 'no_stream', what);
    const listener = Listener.toAll(client, stream);
    await listener.caughtUp();
    await double.faults.restart({ keepState: true });
    await until('the subscription has heard of it', () => listener.errors.length === 1);
    await until('the client is connected again', () =>
      append(stream, 'no_stream', what).then(
        (again) => again.position?.commit === written.position?.commit,
        () => false,
      ),
    );
    expect(await lengthOf(stream)).toBe(1);
  });

  it('forgets the ids that were in memory: an append of any kind that is sent again is written again', async () => {
    const stream = newStream();
    const what = event(1);
    await append(stream, 'any', what);
    expect(await append(stream, 'any', what)).toMatchObject({ nextExpectedRevision: 0n });
    await double.faults.restart({ keepState: true });
    const fresh = connect();
    await until('it is back', () =>
      fresh.appendToStream(stream, what).then(
        ({ nextExpectedRevision }) => nextExpectedRevision === 1n,
        () => false,
      ),
    );
    await fresh.dispose();
  });

  it('down refuses connections, up takes them', async () => {
    const stream = newStream();
    await append(stream);
    await double.faults.down();
    expect(await failureOf(append(stream, 0n))).toMatchObject({ code: 14 });
    await double.faults.up();
    await until('it is back', () =>
      append(stream, 0n).then(
        () => true,
        () => false,
      ),
    );
  });

  it('without its state: an empty log, whose positions begin again', async () => {
    const stream = newStream();
    const { position } = await append(stream);
    await double.faults.restart({ keepState: false });
    const fresh = connect();
    await until('it is back', () =>
      all(fresh.readAll()).then(
        (log) => log.every((one) => one.stream.startsWith('$') && one.position.commit < position!.commit),
        () => false,
      ),
    );
    const again = await fresh.appendToStream(stream, event(1), { expectedRevision: 'no_stream' });
    expect(again.nextExpectedRevision).toBe(0n);
    await fresh.dispose();
  });
});
