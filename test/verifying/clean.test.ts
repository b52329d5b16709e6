import fc from 'fast-check';
import { describeBreach } from '#event-sourcing';
import { LogCheck } from '#videos';
import { rawHistories } from '../model/arbitraries.js';
import { RealAccount } from '../model/real-account.js';
import { tellHistory } from '../model/tell-history.js';

const seed = Number(process.env['MODEL_SEED'] ?? 1);

describe('a log that the real account wrote', () => {
  it('is found clean, whatever happened in it', async () => {
    let events = 0;
    for (const raw of fc.sample(rawHistories(40), { numRuns: 400, seed })) {
      const { plans, steps } = tellHistory(raw);
      const account = new RealAccount(plans);
      for (const step of steps) await account.apply(step);
      await account.driver.settle();
      const check = new LogCheck({ gapless: false });
      const { events: log } = await account.driver.store.readLog(0n, 1_000_000, ['']);
      const found = log.flatMap((event) => check.add(event));
      expect([...found, ...check.finish(account.driver.now)].map(describeBreach)).toEqual([]);
      expect(check.events).toBe(log.length);
      events += log.length;
    }
    expect(events).toBeGreaterThan(5_000);
  });
});
