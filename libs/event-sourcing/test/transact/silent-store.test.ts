import type { AppendOutcome } from '../../src/event-store.port.js';
import { createTransactor } from '../../src/transact.js';
import { StoreUnavailableError } from '../../src/transact.port.js';
import { depositing, setUp } from './given.js';

/** How long the store's adapter waits for each answer, ms. */
const ANSWER_MS = 3_000;
/** What a caller may be kept waiting, ms. */
const BOUND_MS = 10_000;

describe('a store that says nothing', () => {
  it('keeps nobody waiting for longer than a few seconds, however many wait for the same stream', async () => {
    const { settings, store, machineClock } = setUp();
    let silent = true;
    const answering = store.append.bind(store);
    store.append = async (...args): Promise<AppendOutcome> => {
      if (!silent) return answering(...args);
      await machineClock.sleep(ANSWER_MS);
      return { kind: 'unknown', reason: 'no answer' };
    };
    const transactor = createTransactor({ ...settings, store });
    const causes = Array.from({ length: 8 }, (_, n) => `d${n}`);
    const asked = Promise.allSettled(causes.map((cause) => transactor.transact(depositing(cause, 1))));
    const answers = await machineClock.runUntil(asked);
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason instanceof StoreUnavailableError)).not.toContain(false);
    expect(machineClock.now()).toBeLessThan(BOUND_MS);
    silent = false;
    for (const cause of causes) expect((await machineClock.runUntil(transactor.transact(depositing(cause, 1)))).kind).toBe('accepted');
    expect(store.log).toHaveLength(causes.length);
  });
});
