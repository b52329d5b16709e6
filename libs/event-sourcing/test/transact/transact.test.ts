import { verifyChain } from '../../src/chain.js';
import { accepted, rejected } from '../../src/decision.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { createTransactor } from '../../src/transact.js';
import { eventId } from '../../src/uuid5.js';
import { FaultyStore } from './faulty.store.js';
import { type Command, depositing, fates, kinds, NOON, setUp, spending, STREAM } from './given.js';
import { WatchedStore } from './watched.store.js';
import { coins, type WalletFact, type WalletRefusal } from './wallet.js';

describe('a command', () => {
  it('is stored in one append under its cause, with ids, metadata and a chain', async () => {
    const { store, transactor } = setUp();
    await transactor.transact(depositing('d1', 2));
    const answer = await transactor.transact({ ...spending('p1'), correlation: 'c', actor: 'Ann', keyName: 'shop' });

    expect(answer).toMatchObject({ kind: 'accepted', version: 2, at: NOON, state: { spent: 1 } });
    const [, spent, receipt] = store.stream(STREAM);
    expect(answer).toMatchObject({ position: receipt?.position });
    const stamped = { recordedAt: '2026-01-01T12:00:00.000Z', correlation: 'c', actor: 'Ann', keyName: 'shop' };
    expect(spent).toMatchObject({
      id: eventId(STREAM, 'request:spend:p1', 0),
      metadata: { ...stamped, cause: 'request:spend:p1', requestHash: 'spend', more: true },
    });
    expect(receipt?.metadata).toEqual({ ...stamped, cause: 'receipt:p1', chain: receipt?.metadata.chain });
    expect(receipt?.id).toBe(eventId(STREAM, 'receipt:p1', 0));
    expect(verifyChain(store.stream(STREAM))).toBeUndefined();
  });

  it('numbers several facts of one cause', async () => {
    const { store, transactor } = setUp();
    const twice = accepted<WalletFact>(
      { type: 'Deposited', data: { deposit: 'a', amount: 1, expiresAt: NOON + 1 } },
      { type: 'Deposited', data: { deposit: 'b', amount: 1, expiresAt: NOON + 1 } },
    );
    await transactor.transact({ id: 'ann', cause: 'both', decide: () => twice });
    expect(store.stream(STREAM).map(({ id }) => id)).toEqual([eventId(STREAM, 'both', 0), eventId(STREAM, 'both', 1)]);
  });

  it('that is refused, or says nothing new, writes nothing, not even what time has brought', async () => {
    const { store, clock, transactor } = setUp();
    await transactor.transact(depositing('d1', 2, NOON + 10));
    clock.set(NOON + 10);
    const refused = await transactor.transact(spending('p1'));
    expect(refused).toMatchObject({ kind: 'rejected', refusal: 'empty', version: 0, at: NOON + 10, state: { deposits: [] } });
    const idle = await transactor.transact({ id: 'ann', cause: 'idle', decide: () => accepted() });
    expect(idle).toMatchObject({ kind: 'accepted', events: [], version: 0, state: { deposits: [] } });
    expect(store.log).toHaveLength(1);
  });

  it('is preceded in its append by what time has brought, which its answer leaves out', async () => {
    const { store, clock, transactor } = setUp();
    await transactor.transact(depositing('d1', 2, NOON + 10));
    clock.set(NOON + 20);
    const answer = await transactor.transact({ ...depositing('d2', 1), actor: 'Ann' });
    expect(store.stream(STREAM).map(({ type, metadata }) => [type, metadata.cause, metadata.actor, metadata.more])).toEqual([
      ['Deposited', 'request:deposit:d1', undefined, undefined],
      ['DepositExpired', 'expired:d1', undefined, true],
      ['Deposited', 'request:deposit:d2', 'Ann', undefined],
    ]);
    expect(answer).toMatchObject({ kind: 'accepted', events: [{ type: 'Deposited', version: 2 }] });
  });

  it('of the clock writes what time has brought, once', async () => {
    const { store, clock, transactor } = setUp();
    await transactor.transact(depositing('d1', 2, NOON + 10));
    clock.set(NOON + 20);
    const tick: Command = { id: 'ann', cause: 'clock', keepSettled: true, decide: () => accepted() };
    expect(await transactor.transact(tick)).toMatchObject({ kind: 'accepted', events: [{ type: 'DepositExpired' }] });
    expect(await transactor.transact(tick)).toMatchObject({ kind: 'accepted', events: [] });
    expect(store.log).toHaveLength(2);
  });

  it('meets a precondition first, and its refusal is the answer', async () => {
    const { store, transactor } = setUp();
    const answer = await transactor.transact({ ...depositing('d1', 1), precondition: async () => 'empty' });
    expect(answer).toMatchObject({ kind: 'rejected', refusal: 'empty' });
    expect(store.log).toHaveLength(0);
  });

  it('is dated no earlier than the stream when clocks go back', async () => {
    const { store, settings, transactor } = setUp();
    await transactor.transact(depositing('d1', 1));
    const behind = createTransactor({ ...settings, clock: { now: () => NOON - 1000 } });
    expect(await behind.transact(depositing('d2', 1))).toMatchObject({ at: NOON });
    expect(verifyChain(store.stream(STREAM))).toBeUndefined();
  });

  it('finds in its past what is stored and what time has brought', async () => {
    const { clock, transactor } = setUp();
    await transactor.transact(depositing('d1', 1, NOON + 1));
    clock.set(NOON + 1);
    let found: readonly boolean[] = [];
    await transactor.transact({
      id: 'ann',
      cause: 'look',
      decide: (_state, past) => {
        found = ['request:deposit:d1', 'expired:d1', 'look'].map((cause) => past.has(cause));
        return accepted();
      },
    });
    expect(found).toEqual([true, true, false]);
  });

  it('whose facts repeat another cause is a defect, and writes nothing', async () => {
    const { store, transactor } = setUp();
    await transactor.transact(depositing('d1', 1));
    const again = accepted<WalletFact>({ type: 'Spent', data: { purchase: 'x' }, cause: 'request:deposit:d1' });
    await expect(transactor.transact({ id: 'ann', cause: 'other', decide: () => again })).rejects.toThrow('has taken effect');
    expect(store.log).toHaveLength(1);
    expect(await transactor.transact(spending('p1'))).toMatchObject({ kind: 'accepted' });
  });
});

describe('a repeat (rule 8)', () => {
  it.each(['with', 'without'])('is answered as the first time for ever, %s memory', async (memory) => {
    const { store, clock, settings, transactor } = setUp();
    await transactor.transact(depositing('d0', 3, NOON + 5));
    clock.set(NOON + 5);
    await transactor.transact(depositing('d1', 2));
    const first = await transactor.transact(spending('p1'));
    for (let more = 0; more < 700; more++) await transactor.transact(depositing(`more${more}`, 1));
    const asked = memory === 'with' ? transactor : createTransactor(settings);
    const again = await asked.transact(spending('p1'));
    const stored = store.stream(STREAM).slice(3, 5);
    expect(again).toEqual({ ...first, kind: 'replayed', events: stored });
    expect(first).toMatchObject({ kind: 'accepted', events: stored.map(({ id, version, data }) => ({ id, version, data })) });
    expect(store.log).toHaveLength(705);
  });

  it('of a request of other content is told from it', async () => {
    const { transactor } = setUp();
    await transactor.transact(depositing('d1', 1));
    expect(await transactor.transact(depositing('d1', 2))).toEqual({ kind: 'reused' });
  });

  it('of a refused command is tried again', async () => {
    const { transactor } = setUp();
    expect((await transactor.transact(spending('p1'))).kind).toBe('rejected');
    await transactor.transact(depositing('d1', 1));
    expect((await transactor.transact(spending('p1'))).kind).toBe('accepted');
  });

  it('finds a cause that came with another command', async () => {
    const { transactor } = setUp();
    await transactor.transact(depositing('d1', 1));
    await transactor.transact(spending('p1'));
    const answer = await transactor.transact({ id: 'ann', cause: 'receipt:p1', decide: () => rejected<WalletRefusal>('empty') });
    expect(answer).toMatchObject({ kind: 'replayed', version: 2, events: [{ type: 'ReceiptWritten' }] });
  });
});

describe('at once', () => {
  it.each([1, 3])('64 commands on 8 credits are accepted exactly 8 times, through %i transactors', async (processes) => {
    const { settings } = setUp();
    const store = new WatchedStore(processes === 1);
    const machineClock = new ManualMachineClock();
    const slow = new FaultyStore(store, machineClock, fates());
    const transactors = Array.from({ length: processes }, () => createTransactor({ ...settings, machineClock, store: slow }));
    const through = (index: number) => transactors[index % processes] as (typeof transactors)[0];
    await machineClock.runUntil(through(0).transact(depositing('d1', 8)));
    const all = Promise.all(Array.from({ length: 64 }, (_, index) => through(index).transact(spending(`p${index}`))));
    expect(kinds(await machineClock.runUntil(all))).toEqual({ accepted: 8, rejected: 56 });
    expect(store.log).toHaveLength(1 + 8 * 2);
  });

  it('64 repeats of one command are one acceptance, through three transactors whose clocks differ', async () => {
    const { settings } = setUp();
    const store = new WatchedStore(false);
    const machineClock = new ManualMachineClock();
    const slow = new FaultyStore(store, machineClock, fates());
    const transactors = [0, 1, 2].map((skew) =>
      createTransactor({ ...settings, machineClock, store: slow, clock: { now: () => NOON + skew } }),
    );
    const all = Promise.all(
      Array.from({ length: 64 }, (_, index) => (transactors[index % 3] as (typeof transactors)[0]).transact(depositing('d1', 8))),
    );
    const answers = await machineClock.runUntil(all);
    expect(kinds(answers)).toEqual({ accepted: 1, replayed: 63 });
    expect(new Set(answers.map((answer) => ('at' in answer ? answer.at : 'none'))).size).toBe(1);
    expect(store.log).toHaveLength(1);
  });

  it('a refusal on what is cached is not answered before the stream has been read again', async () => {
    const { settings } = setUp();
    const store = new WatchedStore(false);
    const [one, other] = [createTransactor({ ...settings, store }), createTransactor({ ...settings, store })];
    expect((await one.transact(depositing('d1', 1))).kind).toBe('accepted');
    expect((await one.transact(spending('p1'))).kind).toBe('accepted');
    await other.transact(depositing('d2', 1));
    expect((await one.transact(spending('p2'))).kind).toBe('accepted');
    expect((await one.load('ann')).state.spent).toBe(2);
  });

  it('one stream does not wait for another', async () => {
    const { transactor } = setUp();
    let letGo: (refusal: undefined) => void = () => undefined;
    const held = transactor.transact({ ...depositing('d1', 1), precondition: () => new Promise((resolve) => (letGo = resolve)) });
    const other = await transactor.transact({ ...depositing('d1', 1), id: 'bob' });
    expect(other.kind).toBe('accepted');
    letGo(undefined);
    expect((await held).kind).toBe('accepted');
  });
});

describe('memory', () => {
  it('holds only so many streams, and answers stay right for all of them', async () => {
    const { settings, store } = setUp();
    const transactor = createTransactor({ ...settings, cacheBytes: 20_000 });
    for (let round = 0; round < 3; round++) {
      for (let account = 0; account < 200; account++) {
        await transactor.transact({ ...depositing(`d${round}`, 1), id: `a${account}` });
      }
    }
    for (let account = 0; account < 200; account++) {
      const { state, version } = await transactor.load(`a${account}`);
      expect([coins(state), version]).toEqual([3, 2]);
      expect((await transactor.transact({ ...depositing('d0', 1), id: `a${account}` })).kind).toBe('replayed');
    }
    expect(store.log).toHaveLength(600);
  });

  it('of a cached stream that only this process writes needs no reading', async () => {
    const { store, transactor } = setUp();
    for (let index = 0; index < 10; index++) await transactor.transact(depositing(`d${index}`, 1));
    await transactor.load('ann');
    expect(store.reads).toBe(1);
  });

  it('reads a stream of 10,000 events in pages', async () => {
    const { store, settings, transactor } = setUp();
    await transactor.transact(depositing('d', 10_000));
    for (let index = 0; index < 5_000; index++) await transactor.transact(spending(`p${index}`));
    const before = store.reads;
    const { version, state } = await createTransactor(settings).load('ann');
    expect([version, state.spent]).toEqual([10_000, 5_000]);
    expect(store.reads - before).toBe(Math.ceil(10_001 / 512));
  });
});
