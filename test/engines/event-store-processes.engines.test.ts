import { randomUUID } from 'node:crypto';
import { systemMachineClock, untilAvailable } from '#event-sourcing';
import type { Faults } from './double/faults.js';
import { type RunningDouble, startDouble } from './double/start-double.js';
import { type Opened, openStore } from './event-store/opened.js';
import { startWriter, type Writer } from './event-store/writer.js';
import { eventually } from './kit/until.js';

// Several processes on one log: who wins, and who hears of it.
const VERSIONS = 200;
const PATIENCE_MS = 10_000;

let double: RunningDouble;
let first: Writer;
let second: Writer;
let opened: Opened;

beforeAll(async () => {
  double = await startDouble();
  // One after the other: both are built into the same place.
  first = await startWriter(double.url, 'first');
  second = await startWriter(double.url, 'second');
});
afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
  await double.stop();
});
beforeEach(async () => {
  opened = await openStore(double.url, { prefixes: ['account-'] });
});
afterEach(() => opened.store.close());

/** Resolves once the store has its one subscription to the log. */
const subscribed = (): Promise<void> =>
  eventually('there is one subscription', PATIENCE_MS, async () => (await double.faults.facts()).subscriptions === 1);

it('two processes that write to one stream: each version is won by exactly one', async () => {
  const stream = `account-${randomUUID()}`;
  const [one, other] = await Promise.all([first.write(stream, 0, VERSIONS - 1), second.write(stream, 0, VERSIONS - 1)]);
  expect([...one, ...other].sort((a, b) => a - b)).toEqual(Array.from({ length: VERSIONS }, (_, version) => version));
  const stored = await opened.store.readForwards(stream, 0, VERSIONS * 2);
  expect(stored.map(({ data }) => data['by'])).toEqual(stored.map(({ version }) => (one.includes(version) ? 'first' : 'second')));
  expect(stored).toHaveLength(VERSIONS);
});

it('they agree on whose log it is, also where both came first', async () => {
  expect(second.logId).toBe(first.logId);
  expect(opened.store.logId).toBe(first.logId);
});

describe('B12: a subscription that never comes back by itself; the store subscribes anew and misses nothing', () => {
  /** Waits, lets the other process write, and says whether the wait ended. */
  async function hears(stream: string, version: number): Promise<boolean> {
    const calledOff = AbortSignal.timeout(PATIENCE_MS);
    // Just after a cut the engine may be away for a moment: as every reader does, this waits for it.
    const patience = { name: 'a reader', clock: systemMachineClock, log: () => undefined, signal: calledOff };
    const head = await untilAvailable(() => opened.store.head(), patience);
    if (head === undefined) return false;
    const waiting = opened.store.waitForMore(head.value, calledOff);
    await first.write(stream, version, version);
    await waiting;
    return !calledOff.aborted;
  }

  const ends: readonly (readonly [string, (faults: Faults) => Promise<unknown>])[] = [
    ['its connection is cut', (faults) => faults.cutConnections()],
    ['the server restarts', (faults) => faults.restart({ keepState: true })],
  ];
  it.each(ends)('when %s', async (_what, end) => {
    const stream = `account-${randomUUID()}`;
    expect(await hears(stream, 0)).toBe(true);
    await subscribed();
    // Written while there is no subscription: heard of by reading the end of the log.
    const calledOff = AbortSignal.timeout(PATIENCE_MS);
    const waiting = opened.store.waitForMore(await opened.store.head(), calledOff);
    await end(double.faults);
    await first.write(stream, 1, 1);
    await waiting;
    expect(calledOff.aborted).toBe(false);
    await subscribed();
    expect(await hears(stream, 2)).toBe(true);
  });

  it.each(['end', 'internal', 'unavailable', 'cancelled', 'not-ready', 'cut'] as const)(
    'when it is told "%s" after two events',
    async (kind) => {
      const stream = `account-${randomUUID()}`;
      await double.faults.next('subscribe', kind, kind === 'not-ready' ? {} : { afterEvents: 2 });
      for (let version = 0; version < 6; version += 1) expect(await hears(stream, version)).toBe(true);
      expect((await double.faults.facts()).faultsLeft).toBe(0);
      expect(opened.said.some(({ message }) => message.startsWith('the live subscription to the log ended'))).toBe(true);
    },
  );

  it('and everybody in the process shares it', async () => {
    const head = await opened.store.head();
    const { signal } = new AbortController();
    const waiting = Array.from({ length: 20 }, () => opened.store.waitForMore(head, signal));
    await subscribed();
    await first.write(`account-${randomUUID()}`, 0, 0);
    await Promise.all(waiting);
    expect((await double.faults.facts()).subscriptions).toBe(1);
  });
});

it('other programs’ streams wake nobody who waits for ours', async () => {
  const calledOff = AbortSignal.timeout(500);
  const waiting = opened.store.waitForMore(await opened.store.head(), calledOff);
  await subscribed();
  await first.write(`elsewhere-${randomUUID()}`, 0, 3);
  await waiting;
  expect(calledOff.aborted).toBe(true);
});
