import { AccountDriver, shipped } from '../../../../test/account/account.driver.js';
import { february, january, says, told, year } from '../../../../test/account/told.js';
import { readPlans } from '../plans/plans.reader.js';

const basicOf = (creditsPerCycle: number, cycle = 'P30D') =>
  readPlans({
    version: 1,
    plans: [
      { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle, cycle },
      { id: 'trial', name: 'Trial', creditsInTotal: 1 },
    ],
  });

/** The same account once the operator has changed the catalogue: what is stored is read by a service with the new one. */
async function withCatalogue(before: AccountDriver, plans: ReturnType<typeof readPlans>): Promise<AccountDriver> {
  const after = new AccountDriver(plans);
  const events = await before.events();
  await after.store.append(
    'account-a-1',
    -1,
    events.map((event) => ({ ...event, text: JSON.stringify(event.data) })),
  );
  return after.at(before.now);
}

describe('cycles', () => {
  it.each([
    ['artist-basic', 1],
    ['artist-advanced', 1],
    ['artist-premium', 2],
    ['gallery-basic', 4],
    ['gallery-advanced', 8],
    ['gallery-premium', 16],
  ])('rule 1: %s gives %i every thirty days', async (planId, credits) => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', { ...year, planId });
    await account.at('2027-01-31').settle();
    expect(await told(account)).toEqual([
      `2027-01-01 allotted ${credits} plan 2027-01-01..2027-01-31`,
      `2027-01-31 expired ${credits}: renewed`,
      `2027-01-31 allotted ${credits} plan 2027-01-31..2027-03-02`,
    ]);
    expect(shipped.trial.creditsInTotal).toBe(1);
  });

  it('rule 2: a changed quantity counts from the next cycle written, and no allotment changes', async () => {
    const before = new AccountDriver(basicOf(4));
    await says(before, '2027-01-01', year);
    const account = await withCatalogue(before, basicOf(6));
    expect(await account.view()).toMatchObject({ available: 4, plan: { creditsPerCycle: 4 } });
    await account.at('2027-01-31').settle();
    expect((await told(account)).at(-1)).toBe('2027-01-31 allotted 6 plan 2027-01-31..2027-03-02');
  });

  it('rule 2: a changed cycle length counts from the next paid period', async () => {
    const before = new AccountDriver(basicOf(4));
    await says(before, '2027-01-01', { ...year, to: '2027-04-01' });
    const account = await withCatalogue(before, basicOf(4, 'P1M'));
    await says(account, '2027-01-15', { ...year, to: '2027-04-01' });
    expect(await account.at('2027-02-10').view()).toMatchObject({
      cycle: { start: '2027-01-31T00:00:00.000Z', end: '2027-03-02T00:00:00.000Z' },
    });
    await says(account, '2027-04-01', { from: '2027-04-01', to: '2027-07-01' });
    expect(await account.view()).toMatchObject({ cycle: { start: '2027-04-01T00:00:00.000Z', end: '2027-05-01T00:00:00.000Z' } });
  });

  it('rule 2: a plan that leaves the catalogue goes on to the end of the paid period, and opens no new one', async () => {
    const before = new AccountDriver();
    await says(before, '2027-01-01', { ...year, to: '2027-04-01', planId: 'gallery-premium' });
    const account = await withCatalogue(before, basicOf(4));
    expect(await account.at('2027-02-01').view()).toMatchObject({ available: 16, plan: { id: 'gallery-premium' } });
    expect(await says(account, '2027-02-02', { ...year, to: '2027-04-01', planId: 'gallery-premium', cancel: true })).toBe('applied');
    expect(await says(account, '2027-04-01', { from: '2027-04-01', to: '2027-05-01', planId: 'gallery-premium' })).toBe('parked');
    expect(await account.view()).toMatchObject({ available: 0 });
  });

  it('rule 11: the end of the old set and the new one are one append, and nothing rolls over', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2027-01-31').settle();
    const [expired, allotted] = (await account.events()).slice(-2);
    expect([expired?.type, allotted?.type]).toEqual(['CreditsExpired', 'CreditsAllotted']);
    expect([expired?.metadata.more, allotted?.metadata.more]).toEqual([true, undefined]);
    expect(await account.view()).toMatchObject({ available: 4, allotments: [{ remaining: 4 }] });
  });

  it('rule 11: a set used up leaves nothing to expire', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', { ...year, planId: 'artist-basic' });
    await account.create('v1');
    await account.at('2027-01-31').settle();
    expect((await told(account)).slice(1)).toEqual(['2027-01-01 used 1', '2027-01-31 allotted 1 plan 2027-01-31..2027-03-02']);
  });

  it.each(['the clock', 'the customer', 'billing'])('rule 12: %s rolls a cycle over once, and the others find it done', async (first) => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    account.at('2027-01-31');
    const ways: { [who: string]: () => Promise<unknown> } = {
      'the clock': () => account.settle(),
      'the customer': () => account.create('v1'),
      billing: () => says(account, '2027-01-31', year),
    };
    await ways[first]?.();
    for (const way of Object.values(ways)) await way();
    expect((await told(account)).filter((text) => text.includes('allotted'))).toEqual([
      '2027-01-01 allotted 4 plan 2027-01-01..2027-01-31',
      '2027-01-31 allotted 4 plan 2027-01-31..2027-03-02',
    ]);
  });

  it('rule 12: a new period at the very instant at which a cycle has begun gives its own set', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2027-01-31').settle();
    await says(account, '2027-01-31', { from: '2027-01-31', to: '2027-02-28', planId: 'gallery-advanced' });
    expect((await told(account)).slice(-3)).toEqual([
      '2027-01-31 allotted 4 plan 2027-01-31..2027-03-02',
      '2027-01-31 expired 4: renewed',
      '2027-01-31 allotted 8 plan 2027-01-31..2027-02-28',
    ]);
    const ids = (await account.events()).flatMap(({ type, data }) => (type === 'CreditsAllotted' ? [data['allotmentId']] : []));
    expect(new Set(ids).size).toBe(3);
  });

  it('rule 12: a new period told so late that cycles were written at its very instants gives its own sets', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2027-03-05').settle();
    const late = { from: '2027-01-31', to: '2028-01-31', interval: 'year', planId: 'gallery-advanced', occurredAt: '2027-01-31' };
    expect(await says(account, '2027-03-06', late)).toBe('applied');
    expect((await told(account)).slice(-5)).toEqual([
      '2027-03-02 allotted 4 plan 2027-03-02..2027-04-01',
      '2027-03-06 expired 4: renewed',
      '2027-01-31 allotted 8 plan 2027-01-31..2027-03-02',
      '2027-03-02 expired 8: expired',
      '2027-03-02 allotted 8 plan 2027-03-02..2027-04-01',
    ]);
    expect((await account.view()).available).toBe(8);
  });

  it('rule 13: expiry compares instants: a millisecond before the end the credit is there, at the end it is not', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', january);
    expect((await account.at('2027-01-31T23:59:59.999Z').create('v1')).kind).toBe('accepted');
    expect((await account.at('2027-02-01').create('v2')).kind).toBe('rejected');
    expect((await told(account)).at(-1)).toBe('2027-01-31T23:59:59.999Z used 1');
  });

  it('rule 13: after months of downtime each missed cycle is written once, in order, at its true instant, and only the current one can be used', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', { ...year, planId: 'artist-premium' });
    await account.at('2027-04-15').settle();
    await account.settle();
    expect(await told(account)).toEqual([
      '2027-01-01 allotted 2 plan 2027-01-01..2027-01-31',
      '2027-01-31 expired 2: renewed',
      '2027-01-31 allotted 2 plan 2027-01-31..2027-03-02',
      '2027-03-02 expired 2: renewed',
      '2027-03-02 allotted 2 plan 2027-03-02..2027-04-01',
      '2027-04-01 expired 2: renewed',
      '2027-04-01 allotted 2 plan 2027-04-01..2027-05-01',
    ]);
    const recorded = new Set((await account.events()).slice(2).map((event) => event.metadata.recordedAt));
    expect([...recorded]).toEqual(['2027-04-15T00:00:00.000Z']);
  });

  it('rule 13: a read shows what a command would find, and writes nothing', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    const version = await account.version();
    expect(await account.at('2027-06-10').view()).toMatchObject({ available: 4, cycle: { start: '2027-05-31T00:00:00.000Z' } });
    expect(await account.version()).toBe(version);
  });

  it('rule 14: a year is twelve sets without another billing event, then the renewal is pending', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2028-01-01').settle();
    expect((await told(account)).filter((text) => text.includes('allotted'))).toHaveLength(12);
    expect(await account.view()).toMatchObject({ status: 'renewal-pending', available: 0, cycle: null, nextRenewalAt: null });
  });

  it('rule 14 (shipped bug 15): a month-end anchor of calendar months keeps to month ends', async () => {
    const account = new AccountDriver(basicOf(1, 'P1M'));
    await says(account, '2027-01-31T10:00:00Z', { from: '2027-01-31T10:00:00Z', to: '2028-01-31T10:00:00Z', interval: 'year' });
    await account.at('2027-05-15').settle();
    expect((await told(account)).flatMap((text) => /allotted 1 plan (\S+)\.\./.exec(text)?.[1] ?? [])).toEqual(
      ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'].map((date) => `${date}T10:00:00Z`),
    );
  });

  it('rule 14: a renewal that never comes is not made up', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', january);
    await account.at('2027-09-01').settle();
    expect(await told(account)).toEqual(['2027-01-01 allotted 4 plan 2027-01-01..2027-02-01', '2027-02-01 expired 4: expired']);
    await says(account, '2027-09-01', february);
    expect((await told(account)).slice(2)).toEqual(['2027-02-01 allotted 4 plan 2027-02-01..2027-03-01', '2027-03-01 expired 4: expired']);
  });
});
