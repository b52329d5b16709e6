import { verifyChain } from '../../src/chain.js';
import { createTransactor } from '../../src/transact.js';
import { StoreUnavailableError } from '../../src/transact.port.js';
import { type Fault, FaultyStore } from './faulty.store.js';
import { depositing, fates, NOON, setUp, spending, STREAM } from './given.js';

describe('an append of unknown outcome', () => {
  it.each<Fault>(['answer lost', 'never arrives', 'lands late'])('(%s) is repeated until known, and is there once', async (fault) => {
    const { settings, store, machineClock, warnings } = setUp();
    const transactor = createTransactor({ ...settings, store: new FaultyStore(store, machineClock, fates(fault, fault)) });
    const answer = await machineClock.runUntil(transactor.transact(depositing('d1', 1)));
    expect(answer).toMatchObject({ kind: 'accepted', version: 0 });
    expect(warnings).toHaveLength(2);
    await machineClock.advance(1000);
    expect(store.log).toHaveLength(1);
  });

  it('that stays unknown is said to be so, and the repeated command finds what became of it', async () => {
    const { settings, store, machineClock, clock } = setUp();
    const lost: Fault[] = Array.from({ length: 9 }, () => 'never arrives');
    const faulty = new FaultyStore(store, machineClock, fates(...lost.slice(1), 'lands late'));
    const transactor = createTransactor({ ...settings, store: faulty });
    await expect(machineClock.runUntil(transactor.transact(depositing('d1', 1)))).rejects.toThrow(StoreUnavailableError);
    expect(await machineClock.runUntil(transactor.transact(spending('p1')))).toMatchObject({ kind: 'rejected' });
    await machineClock.advance(1000);
    clock.set(NOON + 7);
    expect((await machineClock.runUntil(transactor.transact(spending('p2')))).kind).toBe('accepted');
    expect(await machineClock.runUntil(transactor.transact(depositing('d1', 1)))).toMatchObject({ kind: 'replayed', at: NOON });
  });

  it('that lands between reading and repeating is answered with what is stored, not with what was decided again', async () => {
    const { settings, store, machineClock, clock } = setUp();
    const lost: Fault[] = Array.from({ length: 8 }, () => 'never arrives');
    const faulty = new FaultyStore(store, machineClock, fates(...lost, 'lands late', 'never arrives', 'never arrives', 'never arrives'));
    const transactor = createTransactor({ ...settings, store: faulty });
    await expect(machineClock.runUntil(transactor.transact(depositing('d1', 1)))).rejects.toThrow(StoreUnavailableError);
    clock.set(NOON + 7);
    const answer = await machineClock.runUntil(transactor.transact(depositing('d1', 1)));
    expect(answer).toMatchObject({ kind: 'replayed', at: NOON });
    expect((await machineClock.runUntil(transactor.transact(spending('p1')))).kind).toBe('accepted');
    expect(verifyChain(store.stream(STREAM))).toBeUndefined();
  });
});

describe('while an append may still land', () => {
  it('nothing is answered from memory', async () => {
    const { settings, store, machineClock } = setUp();
    const lost: Fault[] = Array.from({ length: 8 }, () => 'never arrives');
    const faulty = new FaultyStore(store, machineClock, fates('none', ...lost, 'lands late'));
    const transactor = createTransactor({ ...settings, store: faulty });
    await machineClock.runUntil(transactor.transact(depositing('d1', 1)));
    await expect(machineClock.runUntil(transactor.transact(spending('p1')))).rejects.toThrow(StoreUnavailableError);
    expect(await machineClock.runUntil(transactor.load('ann'))).toMatchObject({ version: 0 });
    await machineClock.advance(1000);
    expect(await machineClock.runUntil(transactor.transact(spending('p2')))).toMatchObject({ kind: 'rejected', version: 2 });
    expect(await transactor.load('ann')).toMatchObject({ version: 2 });
    const reads = store.reads;
    await transactor.load('ann');
    expect(store.reads).toBe(reads);
  });
});
