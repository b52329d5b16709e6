import fc from 'fast-check';
import { verifyChain } from '../../src/chain.js';
import type { RecordedEvent } from '../../src/event.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { createTransactor } from '../../src/transact.js';
import { type Outcome, StoreUnavailableError, type Transaction, type Transactor } from '../../src/transact.port.js';
import { type Fate, FaultyStore, type Fault } from './faulty.store.js';
import { WatchedStore } from './watched.store.js';
import { coins, deposit, spend, type Wallet, wallet, type WalletFact, type WalletRefusal } from './wallet.js';

const START = Date.UTC(2026, 0, 1);
const RUNS = 100;
const ACCOUNTS = 2;
const CAUSES = 8;
const UNWELL: readonly Fault[] = ['answer lost', 'never arrives', 'lands late', 'lands late', 'rejects', 'rejects after writing'];

type Answer = Outcome<Wallet, WalletRefusal>;

interface Sent {
  readonly account: string;
  readonly cause: string;
  readonly hash: string;
  /** Of the stream when the command was sent. */
  readonly version: number;
  readonly answer: Answer;
}

interface Order {
  readonly process: number;
  readonly account: number;
  readonly cause: number;
  readonly amount: number;
  readonly waitMs: number;
}

const orders: fc.Arbitrary<readonly Order[]> = fc.array(
  fc.record({
    process: fc.nat(3),
    account: fc.nat(ACCOUNTS - 1),
    cause: fc.nat(CAUSES - 1),
    amount: fc.integer({ min: 1, max: 2 }),
    waitMs: fc.nat(200),
  }),
  { minLength: 10, maxLength: 50 },
);

const fateOf: fc.Arbitrary<Fate> = fc.record({
  fault: fc.oneof({ weight: 2, arbitrary: fc.constant<Fault>('none') }, { weight: 1, arbitrary: fc.constantFrom(...UNWELL) }),
  delayMs: fc.nat(8),
  lateMs: fc.nat(4000),
});

/** Even causes deposit coins that soon expire, in amounts that make other requests of the same cause; odd ones spend. */
function commandOf({ account, cause, amount }: Order, attempt: string): Transaction<Wallet, WalletFact, WalletRefusal> {
  const id = `account${account}`;
  // What is decided differs from one attempt to the next, as an id made for it would: only what is stored may be answered.
  const decide = cause % 2 === 0 ? deposit(`${cause}-${attempt}`, amount, START + 400 * amount) : spend(`${cause}-${attempt}`);
  return { id, cause: `request:${cause}`, requestHash: cause % 2 === 0 ? `deposit ${amount}` : 'spend', decide };
}

describe('many processes on one store where everything goes wrong', () => {
  it.each([false, true])(
    'I3, I4: each cause takes effect once and is answered alike for ever (exclusive writer: %s)',
    async (exclusive) => {
      await fc.assert(
        fc.asyncProperty(orders, fc.infiniteStream(fateOf), async (given, fates) => {
          const machineClock = new ManualMachineClock(START);
          const store = new WatchedStore(exclusive);
          let unwell = true;
          const landings: Promise<unknown>[] = [];
          const fate = (operation: 'append' | 'read'): Fate => {
            const { value } = fates.next() as IteratorYieldResult<Fate>;
            const fault = unwell && (operation === 'append' || value.lateMs < 200) ? value.fault : 'none';
            return { ...value, fault };
          };
          const faulty = new FaultyStore(store, machineClock, fate, (landing) => landings.push(landing));
          const transactors = Array.from({ length: exclusive ? 1 : 4 }, (_, index) =>
            createTransactor({
              aggregate: wallet,
              store: faulty,
              machineClock,
              clock: { now: () => machineClock.now() - 300 * index },
              cacheBytes: index === 0 ? 0 : index === 1 ? 1_500 : 1e6,
              log: { warn: () => undefined },
            }),
          );
          const through = ({ process }: Order) => transactors[process % transactors.length] as Transactor<Wallet, WalletFact>;
          const sent: Sent[] = [];
          const send = async (order: Order, attempt: string): Promise<void> => {
            const command = commandOf(order, attempt);
            const account = `wallet-${command.id}`;
            const version = store.stream(account).length - 1;
            try {
              const answer = await through(order).transact(command);
              sent.push({ account, cause: command.cause, hash: command.requestHash ?? '', version, answer });
            } catch (error) {
              if (!(error instanceof StoreUnavailableError)) throw error;
            }
          };

          const chaos = given.map(async (order, index) => {
            await machineClock.sleep(order.waitMs);
            await send(order, `first${index}`);
          });
          await machineClock.runUntil(Promise.all(chaos));
          await machineClock.runUntil(Promise.all(given.map((order, index) => send(order, `second${index}`))));
          unwell = false;
          await machineClock.runUntil(Promise.all(given.map((order, index) => send(order, `third${index}`))));
          await machineClock.runUntil(Promise.all(landings));
          await machineClock.runUntil(Promise.all(given.map((order, index) => send(order, `fourth${index}`))));

          for (const stream of store.streams) checkStream(store.stream(stream));
          checkAnswers(store, sent);
        }),
        { numRuns: RUNS },
      );
    },
    120_000,
  );
});

function checkStream(events: readonly RecordedEvent[]): void {
  expect(verifyChain(events)).toBeUndefined();
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(coins(fold(events))).toBeGreaterThanOrEqual(0);
  for (const cause of new Set(events.map(({ metadata }) => metadata.cause))) {
    const versions = events.filter(({ metadata }) => metadata.cause === cause).map(({ version }) => version);
    expect([cause, versions.length]).toEqual([cause, 1]);
  }
}

/** Every acceptance is in the log, all answers to one cause are the first one's, what was never accepted left nothing, and nobody was refused on old news. */
function checkAnswers(store: WatchedStore, sent: readonly Sent[]): void {
  for (const { account, cause, hash, version, answer } of sent) {
    const stored = store.stream(account);
    const first = stored.findIndex(({ metadata }) => metadata.cause === cause);
    const head = stored[first];
    switch (answer.kind) {
      case 'accepted':
      case 'replayed': {
        const events = stored.slice(first, answer.version + 1);
        expect(answer.events.map(({ id, data, version }) => ({ id, data, version }))).toEqual(
          events.map(({ id, data, version }) => ({ id, data, version })),
        );
        expect(events).toHaveLength(hash === 'spend' ? 2 : 1);
        expect(head?.metadata.requestHash).toBe(hash);
        expect(answer.state).toEqual(fold(stored.slice(0, answer.version + 1)));
        expect(answer.position).toBe(events.at(-1)?.position);
        expect(new Date(answer.at).toISOString()).toBe(head?.metadata.recordedAt);
        break;
      }
      case 'reused':
        expect(head?.metadata.requestHash).not.toBe(hash);
        break;
      case 'rejected':
        expect(first === -1 || first > answer.version).toBe(true);
        expect(answer.version).toBeGreaterThanOrEqual(version);
    }
  }
  const taken = sent.filter(({ answer }) => answer.kind === 'accepted' || answer.kind === 'replayed');
  const inLog = store.log.filter(({ metadata }) => metadata.cause.startsWith('request:'));
  expect(inLog.length).toBe(new Set(taken.map(({ account, cause }) => `${account} ${cause}`)).size);
}

function fold(events: readonly RecordedEvent[]): Wallet {
  return events.reduce(
    (state, { type, data, metadata }) =>
      wallet.evolve(state, { type, data: data as WalletFact['data'], recordedAt: Date.parse(metadata.recordedAt) }),
    wallet.initial,
  );
}
