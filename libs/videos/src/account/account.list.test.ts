import { ApplyBillingEvent, ApplyBillingEventHandler } from '#credits';
import { shipped } from '../../../../test/account/account.driver.js';
import { ProcessorDriver } from '../../../../test/account/processor.driver.js';
import { AccountRows, ListAccountsHandler } from './account.list.js';
import { type AccountsWanted, ListAccounts } from './accounts.queries.js';

const DAY_MS = 86_400_000;

/** What billing says of one subscription, from its start for a month. */
const february = { periodStart: '2027-02-01T00:00:00Z', periodEnd: '2027-03-01T00:00:00Z' };

async function given() {
  const process = await ProcessorDriver.start();
  const { world } = process;
  const lists = new ListAccountsHandler(process.accounts, new AccountRows(process.readModels), shipped, { now: () => world.clock.instant });
  const list = async (wanted: AccountsWanted, limit = 100, cursor?: string) => {
    await process.shown();
    return lists.execute(new ListAccounts(wanted, limit, cursor));
  };
  const ids = async (wanted: AccountsWanted) => (await list(wanted)).items.map(({ accountId }) => accountId);
  const failPayment = async (accountId: string, subscriptionId = 's-1') => {
    const occurredAt = new Date(world.clock.instant).toISOString();
    const data = { accountId, subscriptionId, periodStart: '2027-01-01T00:00:00Z', occurredAt };
    const handler = new ApplyBillingEventHandler(process.accounts, shipped);
    expect(await handler.execute(new ApplyBillingEvent('billing.payment.failed', data, {}))).toMatchObject({ kind: 'done' });
  };
  /** A video that fails for good at this instant; its id and attempt. */
  const failRender = async (accountId: string, key: string) => {
    await process.create(accountId, key);
    const job = await process.claim();
    if (!job) throw new Error('no job');
    const { videoId, attempt } = job;
    expect(await process.report('failed', { videoId, attempt, reason: 'broken picture', retryable: false })).toMatchObject({
      kind: 'done',
    });
    return job;
  };
  return { process, world, list, ids, failPayment, failRender };
}

describe('the accounts that support lists', () => {
  it('are all, those with the newest activity first, each as it stands now', async () => {
    const { process, world, list } = await given();
    const before = world.clock.instant;
    for (const accountId of ['b', 'a', 'c']) {
      await process.bill(accountId);
      world.clock.instant += 1_000;
    }
    await process.create('b', 'one');
    const { items, nextCursor } = await list('all');
    expect(nextCursor).toBeNull();
    expect(items.map(({ accountId }) => accountId)).toEqual(['b', 'c', 'a']);
    expect(items[0]).toMatchObject({ status: 'active', available: 3, inProgress: 1, failedRenders: 0, plan: { id: 'gallery-basic' } });
    expect(items[0]?.lastActivityAt).toBe(new Date(before + 3_000).toISOString());
    await process.stop();
  });

  it('are found by the beginning of their id, in the order of their ids, page by page', async () => {
    const { process, list, ids } = await given();
    for (const accountId of ['gallery-2', 'Gallery-1', 'gallery-10', 'gallery-1', 'gallerz', 'gallery', 'zz', 'gallery-1:z'])
      await process.bill(accountId);
    const found = ['gallery', 'gallery-1', 'gallery-10', 'gallery-1:z', 'gallery-2'];
    expect(await ids({ prefix: 'gallery' })).toEqual(found);
    expect(await ids({ prefix: 'gallery-1:z' })).toEqual(['gallery-1:z']);
    expect(await ids({ prefix: 'nobody' })).toEqual([]);
    const paged: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await list({ prefix: 'gallery' }, 2, cursor);
      paged.push(...page.items.map(({ accountId }) => accountId));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(found);
    await process.stop();
  });

  it('rule 14: wait for a renewal from the very end of what is paid, without anything having been written', async () => {
    const { process, world, ids, list } = await given();
    await process.bill('late');
    await process.bill('renewed');
    await process.bill('renewed', february);
    await process.bill('leaving', { cancelAtPeriodEnd: true });
    world.clock.instant = Date.UTC(2027, 1, 1) - 1;
    expect(await ids({ trouble: 'renewal-pending' })).toEqual([]);
    world.clock.instant += 1;
    expect(await ids({ trouble: 'renewal-pending' })).toEqual(['late']);
    const [late] = (await list({ trouble: 'renewal-pending' })).items;
    expect(late).toMatchObject({ status: 'renewal-pending', available: 0, nextRenewalAt: null });
    await process.renewals.catchUp();
    world.clock.instant += DAY_MS;
    expect(await ids({ trouble: 'renewal-pending' })).toEqual(['late']);
    await process.bill('late', february);
    expect(await ids({ trouble: 'renewal-pending' })).toEqual([]);
    world.clock.instant = Date.UTC(2027, 2, 1);
    expect(await ids({ trouble: 'renewal-pending' })).toEqual(['renewed', 'late']);
    await process.stop();
  });

  it('rule 22: are past due after a failed payment until billing says more, also where another subscription hides it for a while', async () => {
    const { process, world, ids, failPayment } = await given();
    await process.bill('one');
    await process.bill('two');
    await process.bill('two', { subscriptionId: 's-2' });
    await failPayment('one');
    world.clock.instant += 1_000;
    await failPayment('two');
    expect(await ids({ trouble: 'past-due' })).toEqual(['one']);
    world.clock.instant = Date.UTC(2027, 1, 1);
    expect(await ids({ trouble: 'past-due' })).toEqual(['two', 'one']);
    await process.bill('one', february);
    await process.bill('two', { ...february, subscriptionId: 's-2' });
    expect(await ids({ trouble: 'past-due' })).toEqual([]);
    await process.stop();
  });

  it('keep the instant at which their trouble began, whatever else happens', async () => {
    const { process, world, ids, failPayment } = await given();
    await process.bill('first');
    await process.bill('second');
    await failPayment('first');
    world.clock.instant += 1_000;
    await failPayment('second');
    world.clock.instant += 1_000;
    await process.create('first', 'one');
    expect(await ids({ trouble: 'past-due' })).toEqual(['second', 'first']);
    await process.stop();
  });

  it('rule 28: have failed renders for thirty days, unless one is delivered after all', async () => {
    const { process, world, list, ids, failRender } = await given();
    await process.bill('a');
    await process.bill('b');
    await failRender('a', 'one');
    world.clock.instant += DAY_MS;
    await failRender('a', 'two');
    const job = await failRender('b', 'three');
    expect((await list({ trouble: 'failed-renders' })).items.map(({ accountId, failedRenders }) => [accountId, failedRenders])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    await process.report('completed', { videoId: job.videoId, attempt: job.attempt, ...(await process.upload(job.videoId, job.attempt)) });
    expect(await ids({ trouble: 'failed-renders' })).toEqual(['a']);
    world.clock.instant += 29 * DAY_MS + 1;
    const [a] = (await list({ trouble: 'failed-renders' })).items;
    expect(a).toMatchObject({ accountId: 'a', failedRenders: 1 });
    world.clock.instant += DAY_MS;
    expect(await ids({ trouble: 'failed-renders' })).toEqual([]);
    await process.stop();
  });
});
