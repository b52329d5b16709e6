import { ManualMachineClock } from '#event-sourcing/testing';
import { AccountDriver } from '../../../../test/account/account.driver.js';
import { january, says } from '../../../../test/account/told.js';
import { creditFact } from './credit-facts.js';
import { FactStream } from './fact-stream.js';

const never = new AbortController().signal;

/** An account with `videos` videos made and delivered, and a reader of its facts. */
async function facts(videos = 0) {
  const account = new AccountDriver();
  await says(account, '2027-01-01', { ...january, planId: 'gallery-premium' });
  for (let n = 0; n < videos; n++) {
    await account.create(`v${n}`);
    await account.started(`v${n}`);
    await account.completed(`v${n}`);
  }
  const clock = new ManualMachineClock();
  return { account, clock, stream: new FactStream(account.store, clock) };
}

const idsOf = async (account: AccountDriver) => (await account.events()).flatMap((event) => creditFact(event)?.id ?? []);

describe('the facts that analytics pull', () => {
  it.each([1, 2, 3, 100])('come all, once, in order, in pages of at most %i', async (limit) => {
    const { account, stream } = await facts(7);
    const ids: string[] = [];
    for (let after = 0n; ; ) {
      const page = await stream.read(after, limit, 0, never);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ id }) => id));
      if (page.items.length === 0) break;
      after = page.next;
    }
    expect(ids).toEqual(await idsOf(account));
    expect(ids).toHaveLength(8);
  });

  it('go on past events that are no facts, and `next` moves with them', async () => {
    const { account, stream } = await facts(1);
    const all = await stream.read(0n, 100, 0, never);
    for (let n = 0; n < 10; n++) await account.silent('v0');
    await says(account, '2027-01-02', { ...january, planId: 'gallery-premium', cancel: true });
    const nothing = await stream.read(all.next, 1, 0, never);
    expect(nothing.items).toEqual([]);
    expect(nothing.next).toBe(await account.store.head());
  });

  it('are waited for: the next one answers at once', async () => {
    const { account, clock, stream } = await facts();
    const { next } = await stream.read(0n, 100, 0, never);
    const waiting = stream.read(next, 100, 30_000, never);
    await clock.advance(10_000);
    await account.create('v1');
    expect((await waiting).items.map(({ type }) => type)).toEqual(['credits.consumed']);
    expect(clock.now()).toBe(10_000);
    expect(clock.sleeping).toBe(0);
  });

  it('are waited for past what is no fact, and no longer than was asked', async () => {
    const { account, clock, stream } = await facts(1);
    const { next } = await stream.read(0n, 100, 0, never);
    let answered = false;
    const waiting = stream.read(next, 100, 30_000, never).finally(() => (answered = true));
    await clock.advance(10_000);
    await says(account, '2027-01-02', { ...january, planId: 'gallery-premium', cancel: true });
    await clock.advance(19_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await waiting).toEqual({ items: [], next: await account.store.head() });
  });

  it('are not waited for once the caller has gone', async () => {
    const { clock, stream } = await facts();
    const { next } = await stream.read(0n, 100, 0, never);
    const caller = new AbortController();
    const waiting = stream.read(next, 100, 30_000, caller.signal);
    await clock.advance(1_000);
    caller.abort();
    expect(await waiting).toEqual({ items: [], next });
    expect(clock.sleeping).toBe(0);
  });
});
