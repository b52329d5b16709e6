import { type AppendExpectedRevision, type AppendResult, BACKWARDS, END, type EventData, EventStoreDBClient } from '@eventstore/db-client';
import { all, event, failureOf, Listener, seen, until } from './double/conversation.js';
import { type RunningDouble, startDouble } from './double/start-double.js';

// What the double must be true to, shown with the raw client and nothing else. A port for commands only counts and writes system events.
const MIB = 1_048_576;

let double: RunningDouble;
let client: EventStoreDBClient;
let streams = 0;
const newStream = () => `double-${++streams}`;

beforeAll(async () => {
  double = await startDouble();
  client = EventStoreDBClient.connectionString(double.url);
}, 120_000);

afterAll(async () => {
  await client.dispose();
  await double.stop();
});

/** A client uses the batch, unless it gives credentials with the append; without TLS they are not sent. */
const paths = [
  { path: 'in a batch', options: {} },
  { path: 'in a call of its own', options: { credentials: { username: 'nobody', password: 'nothing' } } },
];

describe.each(paths)('an append at an expected revision, $path', ({ options }) => {
  const append = (stream: string, events: EventData | EventData[], expectedRevision: AppendExpectedRevision): Promise<AppendResult> =>
    client.appendToStream(stream, events, { ...options, expectedRevision });
  const first = event(1);
  const second = event(2);
  const third = event(3);
  let stream: string;
  let atFirst: AppendResult;
  let atSecond: AppendResult;

  beforeEach(async () => {
    stream = newStream();
    atFirst = await append(stream, first, 'no_stream');
    atSecond = await append(stream, [second, third], 0n);
  });

  const refused = (expectedVersion: unknown) => ({
    type: 'wrong-expected-version',
    message: '',
    streamName: stream,
    expectedVersion,
    actualVersion: 2n,
  });
  const revisions = async (name = stream) => (await all(client.readStream(name))).length;

  it('where the stream stands is written', async () => {
    expect(atFirst.nextExpectedRevision).toBe(0n);
    expect(atSecond.nextExpectedRevision).toBe(2n);
    expect(await all(client.readStream(stream))).toMatchObject([
      { revision: 0n, data: { n: 1 } },
      { revision: 1n, data: { n: 2 } },
      { revision: 2n, data: { n: 3 }, position: atSecond.position },
    ]);
  });

  it('where the stream stands is written whatever its ids, even those that are there', async () => {
    expect((await append(stream, [first, third], 2n)).nextExpectedRevision).toBe(4n);
  });

  it('ahead of the stream is refused', async () => {
    expect(await failureOf(append(stream, event(9), 7n))).toMatchObject(refused(7n));
    const nowhere = newStream();
    expect(await failureOf(append(nowhere, event(9), 0n))).toMatchObject({ expectedVersion: 0n, actualVersion: 'no_stream' });
    expect(await failureOf(all(client.readStream(nowhere)))).toMatchObject({ type: 'stream-not-found' });
  });

  it('behind it, with the ids that stand there, writes nothing and answers as the first time', async () => {
    const before = await double.faults.facts();
    expect(await append(stream, first, 'no_stream')).toEqual(atFirst);
    expect(await append(stream, [second, third], 0n)).toEqual(atSecond);
    expect(await append(stream, [first, second, third], 'no_stream')).toEqual(atSecond);
    const after = await double.faults.facts();
    expect(after.events).toBe(before.events);
    expect(after.appendsRepeated).toBe(before.appendsRepeated + 3);
  });

  it('behind it, with other ids, is refused', async () => {
    expect(await failureOf(append(stream, event(9), 'no_stream'))).toMatchObject(refused('no_stream'));
    expect(await failureOf(append(stream, event(9), 1n))).toMatchObject(refused(1n));
  });

  it('behind it, with only some of the ids that stand there, is refused', async () => {
    for (const events of [
      [second, event(9)],
      [event(9), third],
      [third, second],
      [second, third, event(9)],
    ]) {
      expect(await failureOf(append(stream, events, 0n))).toMatchObject(refused(0n));
    }
    expect(await revisions()).toBe(3);
  });

  it('of any kind: ids are looked up in memory', async () => {
    expect((await append(stream, event(4), 'any')).nextExpectedRevision).toBe(3n);
    expect(await append(stream, [second, third], 'any')).toEqual(atSecond);
    expect(await failureOf(append(stream, [second, event(9)], 'any'))).toMatchObject({ expectedVersion: 'any', actualVersion: 3n });
    expect((await append(stream, event(5), 'stream_exists')).nextExpectedRevision).toBe(4n);
    const nothing = append(newStream(), event(6), 'stream_exists');
    expect(await failureOf(nothing)).toMatchObject({ expectedVersion: 'stream_exists', actualVersion: 'no_stream' });
  });

  it('larger than 1 MiB is refused', async () => {
    const half: EventData = { ...event(1), type: 'X', metadata: undefined, data: 'a'.repeat(MIB / 2 - 4) } as EventData;
    const another = { ...half, id: event(2).id };
    expect((await append(stream, [half, another], 2n)).nextExpectedRevision).toBe(4n);
    const larger = { ...half, id: event(3).id, data: 'a'.repeat(MIB / 2 - 3) } as EventData;
    const failure = await failureOf(append(stream, [half, larger], 4n));
    expect(failure).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: MIB });
    expect(await revisions()).toBe(5);
  });

  it('to a stream that is deleted begins anew behind what was there', async () => {
    await client.deleteStream(stream, { expectedRevision: 2n });
    expect(await failureOf(all(client.readStream(stream)))).toMatchObject({ type: 'stream-not-found', streamName: stream });
    expect((await append(stream, event(4), 'no_stream')).nextExpectedRevision).toBe(3n);
    expect(await all(client.readStream(stream))).toMatchObject([{ revision: 3n }]);
  });

  it('to a stream with a tombstone is refused', async () => {
    expect(await failureOf(client.tombstoneStream(stream, { expectedRevision: 1n }))).toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: 1n,
      actualVersion: 2n,
    });
    await client.tombstoneStream(stream, { expectedRevision: 2n });
    const deleted = { type: 'stream-deleted', streamName: stream };
    expect(await failureOf(append(stream, event(4), 2n))).toMatchObject(deleted);
    expect(await failureOf(append(stream, first, 'no_stream'))).toMatchObject(deleted);
    expect(await failureOf(all(client.readStream(stream)))).toMatchObject(deleted);
  });
});

it('an append that comes in several pieces is one append', async () => {
  const stream = newStream();
  const events = Array.from({ length: 50 }, (_, n) => event(n));
  await client.appendToStream(stream, events, { expectedRevision: 'no_stream', batchAppendSize: 1000 });
  const written = await all(client.readStream(stream));
  expect(written.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
  const [start] = written;
  const inAll = await all(client.readAll({ fromPosition: start!.position, maxCount: 50 }));
  expect(inAll).toEqual(written);
});

describe('reading', () => {
  let stream: string;
  beforeEach(async () => {
    stream = newStream();
    await client.appendToStream(stream, [event(0), event(1), event(2), event(3)], { expectedRevision: 'no_stream' });
  });
  const numbers = async (read: Parameters<typeof all>[0]) => (await all(read)).map(({ data }) => (data as { n: number }).n);

  it('a stream from a revision includes it, forwards and backwards', async () => {
    expect(await numbers(client.readStream(stream, { fromRevision: 1n, maxCount: 2 }))).toEqual([1, 2]);
    expect(await numbers(client.readStream(stream, { fromRevision: 2n, direction: BACKWARDS }))).toEqual([2, 1, 0]);
    expect(await numbers(client.readStream(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }))).toEqual([3]);
    expect(await numbers(client.readStream(stream, { fromRevision: 4n }))).toEqual([]);
  });

  it('a stream that is not there says so', async () => {
    expect(await failureOf(all(client.readStream('double-none')))).toMatchObject({ type: 'stream-not-found', streamName: 'double-none' });
  });

  it('$all goes by position: above 2^53, growing, with gaps; from a position includes it', async () => {
    const log = await all(client.readAll());
    const positions = log.map(({ position }) => position.commit);
    expect(positions[0]).toBeGreaterThan(2n ** 53n);
    expect(positions.some((position) => BigInt(Number(position)) !== position)).toBe(true);
    positions.slice(1).forEach((position, index) => expect(position - positions[index]!).toBeGreaterThan(1n));
    expect(log.every(({ position }) => position.commit === position.prepare)).toBe(true);
    const from = log.at(-3)!;
    expect(await all(client.readAll({ fromPosition: from.position, maxCount: 2 }))).toEqual(log.slice(-3, -1));
    const between = { commit: from.position.commit - 1n, prepare: from.position.commit - 1n };
    expect(await all(client.readAll({ fromPosition: between }))).toEqual(log.slice(-3));
    expect(await all(client.readAll({ fromPosition: END }))).toEqual([]);
    expect(await all(client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 2 }))).toEqual(log.slice(-2).reverse());
    expect(await all(client.readAll({ fromPosition: from.position, direction: BACKWARDS, maxCount: 1 }))).toEqual([log.at(-4)]);
  });

  it('$all also holds events of the system', async () => {
    await double.faults.writeSystemEvents(2);
    const types = (await all(client.readAll())).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['$metadata', '$UserCreated', '$statsCollected', 'Counted']));
  });

  it('$all keeps the events of one append together while many are written', async () => {
    const names = Array.from({ length: 20 }, newStream);
    await Promise.all(names.map((name) => client.appendToStream(name, [event(0), event(1), event(2)], { expectedRevision: 'no_stream' })));
    const inAll = (await all(client.readAll())).filter(({ stream: name }) => names.includes(name));
    for (let index = 0; index < inAll.length; index += 3) {
      expect(new Set(inAll.slice(index, index + 3).map(({ stream: name }) => name)).size).toBe(1);
    }
    expect(inAll).toHaveLength(60);
  });
});

describe('a subscription', () => {
  it('confirms, sends what is there, has caught up, sends what comes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, [event(0), event(1)]);
    const listener = Listener.toAll(client, stream);
    await listener.caughtUp();
    await client.appendToStream(stream, event(2));
    await until('the third has come', () => listener.events.length === 3);
    const order = listener.heard.map((one) => (typeof one === 'string' ? one : 'stream' in one ? Number(one.revision) : 'checkpoint'));
    expect(order.filter((one) => one !== 'checkpoint')).toEqual(['confirmation', 0, 1, 'caughtUp', 2]);
    expect(order[order.indexOf('caughtUp') - 1]).toBe('checkpoint');
    await listener.subscription.unsubscribe();
    await until('the server has let it go', async () => (await double.faults.facts()).subscriptions === 0);
  });

  it('from a position begins after it; from the end, with what comes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, [event(0), event(1), event(2)]);
    const [, middle] = await all(client.readStream(stream));
    const after = Listener.toAll(client, stream, { fromPosition: middle!.position });
    const atEnd = Listener.toAll(client, stream, { fromPosition: END });
    await Promise.all([after.caughtUp(), atEnd.caughtUp()]);
    await client.appendToStream(stream, event(3));
    await until('the last has come to both', () => after.events.length + atEnd.events.length === 3);
    expect(after.events.map(({ revision }) => revision)).toEqual([2n, 3n]);
    expect(atEnd.events.map(({ revision }) => revision)).toEqual([3n]);
    await Promise.all([after.subscription.unsubscribe(), atEnd.subscription.unsubscribe()]);
  });

  it('with a filter tells checkpoints in order with the events, also where nothing passes', async () => {
    const rare = newStream();
    const listener = Listener.toAll(client, rare, { window: 10 });
    await listener.caughtUp();
    const before = listener.checkpoints.length;
    for (let n = 0; n < 30; n++) await client.appendToStream(newStream(), event(n));
    await client.appendToStream(rare, event(99));
    for (let n = 0; n < 30; n++) await client.appendToStream(newStream(), event(n));
    await until('checkpoints have come', () => listener.checkpoints.length >= before + 6);
    const positions = listener.heard.flatMap((one) => {
      if (typeof one === 'string' || 'error' in one) return [];
      return ['checkpoint' in one ? one.checkpoint : one.position.commit];
    });
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : Number(a > b))));
    expect(listener.events).toHaveLength(1);
    const again = Listener.toAll(client, rare, {
      fromPosition: { commit: listener.checkpoints.at(-1)!, prepare: listener.checkpoints.at(-1)! },
    });
    await again.caughtUp();
    expect(again.events).toEqual([]);
    await Promise.all([listener.subscription.unsubscribe(), again.subscription.unsubscribe()]);
  });

  it('to a stream begins after a revision, waits for one that is not there, and ends with its tombstone', async () => {
    const stream = newStream();
    const heard: bigint[] = [];
    const subscription = client.subscribeToStream(stream);
    const ended = new Promise((resolve) => subscription.once('error', resolve));
    let caughtUp = false;
    subscription.on('caughtUp', () => (caughtUp = true)).on('data', (one) => heard.push(one.event?.revision ?? -1n));
    await until('it has caught up with nothing', () => caughtUp);
    await client.appendToStream(stream, [event(0), event(1)]);
    await until('both have come', () => heard.length === 2);
    const later: bigint[] = [];
    const second = client.subscribeToStream(stream, { fromRevision: 0n }).on('data', (one) => later.push(one.event?.revision ?? -1n));
    await until('the one behind it has come', () => later.length === 1);
    await second.unsubscribe();
    expect(later).toEqual([1n]);
    await client.tombstoneStream(stream);
    expect(await ended).toMatchObject({ type: 'stream-deleted' });
  });
});

describe('a slow reader', () => {
  const big = (n: number): EventData => ({ ...event(n), data: { n, filler: 'x'.repeat(10_000) } }) as EventData;
  const [APPENDS, EACH] = [12, 40];
  /** What fits into the windows of a connection and the buffers at both ends. */
  const UNDERWAY_EVENTS = 120;
  /** Another channel and so a connection of its own. */
  const connectReader = () => EventStoreDBClient.connectionString(`${double.url}&keepAliveInterval=20000`);

  it('of a subscription: nothing is kept for one who does not read, and he loses nothing', async () => {
    const stream = newStream();
    const reader = connectReader();
    const subscription = reader.subscribeToAll({ fromPosition: END });
    const signs: string[] = [];
    for (const sign of ['caughtUp', 'fellBehind'] as const) subscription.on(sign, () => signs.push(sign));
    const heard: bigint[] = [];
    subscription.on('data', (one) => void (one.event?.streamId === stream && heard.push(seen(one).revision)));
    await until('it has caught up', () => signs.length === 1);
    subscription.pause();
    const before = await double.faults.facts();
    for (let n = 0; n < APPENDS; n++)
      await client.appendToStream(
        stream,
        Array.from({ length: EACH }, (_, m) => big(EACH * n + m)),
      );
    const after = await double.faults.facts();
    expect(after.events - before.events).toBeGreaterThanOrEqual(APPENDS * EACH);
    expect(after.eventsSent - before.eventsSent).toBeLessThan(UNDERWAY_EVENTS);
    subscription.resume();
    await until('all have come', () => heard.length === APPENDS * EACH);
    expect(heard).toEqual(heard.map((_, index) => BigInt(index)));
    await until('it has caught up again', () => signs.length === 3);
    expect(signs).toEqual(['caughtUp', 'fellBehind', 'caughtUp']);
    await subscription.unsubscribe();
    await reader.dispose();
  });

  it('of a long read gets it all, in order', async () => {
    const stream = newStream();
    for (let n = 0; n < APPENDS; n++)
      await client.appendToStream(
        stream,
        Array.from({ length: EACH }, (_, m) => big(EACH * n + m)),
      );
    const reader = connectReader();
    const heard: bigint[] = [];
    for await (const one of reader.readStream(stream, {}, { highWaterMark: 1 })) {
      heard.push(seen(one).revision);
      await new Promise(setImmediate);
    }
    expect(heard).toEqual(Array.from({ length: APPENDS * EACH }, (_, index) => BigInt(index)));
    await reader.dispose();
  });
});
