import { AccountDriver } from '../../../../test/account/account.driver.js';
import { bills, february, january, says, told, year } from '../../../../test/account/told.js';

const open = () => new AccountDriver();
const refund = { subscriptionId: 's-1', periodStart: '2027-01-01T00:00:00Z' };

describe('what cannot be right', () => {
  it.each([
    ['an unknown plan', { planId: 'golden' }],
    ['an unknown status', { status: 'asleep' }],
    ['an unknown interval', { interval: 'week' }],
    ['an end before its start', { to: '2026-12-01' }],
    ['a period of less than 14 days', { to: '2027-01-14T23:59:59.999Z' }],
    ['a period of more than ten years', { to: '2037-01-01T00:00:00.001Z' }],
    ['a bad subscription id', { subscriptionId: 'a b' }],
    ['an id that is too long', { subscriptionId: 'x'.repeat(129) }],
  ])('rule 16: %s is parked, and holds up nobody', async (_what, wrong) => {
    const account = open();
    expect(await says(account, '2027-01-01', wrong)).toBe('parked');
    expect(await account.version()).toBe(-1);
    expect(await says(account, '2027-01-01', january)).toBe('applied');
    expect(await account.view()).toMatchObject({ available: 4 });
  });

  it.each([
    ['an unknown type', 'subscription.forgotten', { subscriptionId: 's-1' }],
    ['an instant that is none', 'payment.failed', { subscriptionId: 's-1', periodStart: '2027-02-30T00:00:00Z' }],
    ['half a credit', 'credits.purchased', { paymentId: 'p', credits: 0.5 }],
    ['no credit', 'credits.purchased', { paymentId: 'p', credits: 0 }],
    ['a negative amount', 'credits.purchased', { paymentId: 'p', credits: -4 }],
    ['a refund of nothing', 'payment.refunded', {}],
    ['a refund of a period and a purchase', 'payment.refunded', { ...refund, paymentId: 'p' }],
    ['a refund of a period without its start', 'payment.refunded', { ...refund, periodStart: null }],
    ['a foreign member of the body', 'payment.refunded', { paymentId: 7 }],
  ])('rule 16: %s is parked', async (_what, type, data) => {
    const account = open();
    expect(await bills(account, '2027-01-01', type, data)).toBe('parked');
    expect(await account.version()).toBe(-1);
  });

  it.each([null, 7, 'text', []])('rule 16: a body that is %j is parked', async (data) => {
    expect(await open().bill('billing.subscription.renewed', data as unknown as object)).toBe('parked');
  });
});

it('rule 22: a member that is null says the same as one left out', async () => {
  const account = open();
  expect(await says(account, '2027-01-01', january)).toBe('applied');
  expect(await bills(account, '2027-01-02', 'payment.refunded', { ...refund, paymentId: null })).toBe('applied');
  expect(await account.view()).toMatchObject({ available: 0 });
});

describe("a subscription's life", () => {
  it('rule 21: cancelled at the period end, cycles go on until then and stop', async () => {
    const account = open();
    await says(account, '2027-01-01', { ...year, to: '2027-03-02' });
    await says(account, '2027-01-10', { ...year, to: '2027-03-02', cancel: true });
    expect(await account.view()).toMatchObject({
      status: 'active',
      endsAt: '2027-03-02T00:00:00.000Z',
      nextRenewalAt: '2027-01-31T00:00:00.000Z',
    });
    expect(await account.at('2027-01-31').view()).toMatchObject({ available: 4, nextRenewalAt: null });
    await account.at('2027-03-02').settle();
    expect((await told(account)).at(-1)).toBe('2027-03-02 expired 4: expired');
    expect(await account.view()).toMatchObject({ status: 'ended', available: 0, cycle: null });
  });

  it('rule 21: un-cancelled is as if never cancelled, without a second set', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-02', { ...january, cancel: true });
    await says(account, '2027-01-03', january);
    expect(await told(account)).toHaveLength(1);
    expect(await account.view()).toMatchObject({ endsAt: null, nextRenewalAt: '2027-02-01T00:00:00.000Z' });
  });

  it('rule 21: ended now ends its sets now, and started again inside the period gives no second set', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-01-05', { ...year, status: 'canceled' });
    await says(account, '2027-01-06', year);
    await account.at('2027-01-31').settle();
    expect(await told(account)).toEqual([
      '2027-01-01 allotted 4 plan 2027-01-01..2027-01-31',
      '2027-01-05 expired 4: ended',
      '2027-01-31 allotted 4 plan 2027-01-31..2027-03-02',
    ]);
  });

  it('rule 21: back after a gap is a new start, with nothing for the gap', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-20', { ...january, status: 'ended' });
    await says(account, '2027-06-02', { from: '2027-06-01', to: '2027-07-01', planId: 'artist-premium' });
    expect((await told(account)).slice(1)).toEqual(['2027-01-20 expired 4: ended', '2027-06-01 allotted 2 plan 2027-06-01..2027-07-01']);
  });

  it('rule 21: paused over several cycles, those wholly inside are never written, and the one in progress is given at the resumption', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-01-10', { ...year, status: 'paused' });
    expect(await account.view()).toMatchObject({ status: 'paused', available: 4 });
    await account.at('2027-04-10').settle();
    await says(account, '2027-04-15', year, 'resumed');
    await account.at('2027-05-01').settle();
    expect((await told(account)).slice(1)).toEqual([
      '2027-01-31 expired 4: expired',
      '2027-04-15 allotted 4 plan 2027-04-15..2027-05-01',
      '2027-05-01 expired 4: renewed',
      '2027-05-01 allotted 4 plan 2027-05-01..2027-05-31',
    ]);
  });

  it('rule 21: paused and past due, then active again, gives nothing for the time of the pause', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-01-10', { ...year, status: 'paused' });
    await says(account, '2027-04-10', { ...year, status: 'past_due' });
    await says(account, '2027-04-15', year);
    expect((await told(account)).slice(1)).toEqual(['2027-01-31 expired 4: expired', '2027-04-10 allotted 4 plan 2027-04-10..2027-05-01']);
  });

  it('rule 21: what an older event names after an end stays closed', async () => {
    const account = open();
    await says(account, '2027-01-10', { ...january, status: 'ended' });
    await says(account, '2027-01-11', { ...january, occurredAt: '2027-01-01' });
    expect(await told(account)).toEqual([]);
    expect(await account.view()).toMatchObject({ status: 'ended', available: 0 });
  });
});

describe('refunds and failed payments', () => {
  it('rule 22: a refund takes the unspent rest and closes the period for ever', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await account.create('v1');
    await bills(account, '2027-01-10', 'payment.refunded', refund);
    expect(await bills(account, '2027-01-11', 'payment.refunded', refund)).toBe('nothing-new');
    await says(account, '2027-01-12', year);
    await account.at('2027-03-15').settle();
    expect((await told(account)).slice(2)).toEqual(['2027-01-10 revoked 3: payment refunded']);
  });

  it('rule 22: a refund before its renewal keeps the period closed when it comes, and the next one is a period like any other', async () => {
    const account = open();
    await bills(account, '2027-01-02', 'payment.refunded', refund);
    await says(account, '2027-01-03', january);
    expect(await told(account)).toEqual([]);
    await says(account, '2027-02-01', february);
    expect(await told(account)).toEqual(['2027-02-01 allotted 4 plan 2027-02-01..2027-03-01']);
  });

  it('rule 22: a period refunded before it began leaves the running one alone', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-01-05', { from: '2027-01-20', to: '2027-02-20', planId: 'gallery-premium' });
    await bills(account, '2027-01-06', 'payment.refunded', { subscriptionId: 's-1', periodStart: '2027-01-20T00:00:00Z' });
    expect(await account.at('2027-01-20').view()).toMatchObject({ available: 4, cycle: { end: '2027-01-31T00:00:00.000Z' } });
  });

  it('rule 22: a purchase and its refund end the same, whichever comes first', async () => {
    const [forwards, backwards] = [open(), open()];
    const bought = { paymentId: 'p-1', credits: 5 };
    await bills(forwards, '2027-01-01', 'credits.purchased', bought);
    await bills(forwards, '2027-01-02', 'payment.refunded', { paymentId: 'p-1' });
    expect(await bills(backwards, '2027-01-01', 'payment.refunded', { paymentId: 'p-1' })).toBe('applied');
    await bills(backwards, '2027-01-02', 'credits.purchased', bought);
    expect(await bills(backwards, '2027-01-03', 'credits.purchased', bought)).toBe('nothing-new');
    expect(await told(forwards)).toEqual(['2027-01-01 allotted 5 purchase 2027-01-01..', '2027-01-02 revoked 5: payment refunded']);
    expect(await told(backwards)).toEqual(['2027-01-02 allotted 5 purchase 2027-01-02..', '2027-01-02 revoked 5: payment refunded']);
  });

  it('rule 22: what was used stays used, and a balance never goes below zero', async () => {
    const account = open();
    await bills(account, '2027-01-01', 'credits.purchased', { paymentId: 'p-1', credits: 1 });
    await account.create('v1');
    await bills(account, '2027-01-02', 'payment.refunded', { paymentId: 'p-1' });
    expect((await told(account)).slice(1)).toEqual(['2027-01-01 used 1']);
    expect(await account.view()).toMatchObject({ available: 0 });
  });

  it('rule 22: a failed payment shows until the next event of the subscription, and changes nothing else', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    expect(await bills(account, '2027-01-05', 'payment.failed', refund)).toBe('applied');
    expect(await bills(account, '2027-01-06', 'payment.failed', { ...refund, occurredAt: '2027-01-05T00:00:00Z' })).toBe('nothing-new');
    expect(await account.view()).toMatchObject({ status: 'past-due', available: 4, nextRenewalAt: null });
    await says(account, '2027-01-07', january);
    expect(await account.view()).toMatchObject({ status: 'active' });
    expect(await told(account)).toHaveLength(1);
  });
});

describe('several sets on one account', () => {
  it('rule 23: what was bought survives renewals, changes and the end, until its own expiry', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await bills(account, '2027-01-02', 'credits.purchased', { paymentId: 'p-1', credits: 3 });
    await bills(account, '2027-01-02', 'credits.purchased', { paymentId: 'p-2', credits: 2, expiresAt: '2027-02-10T00:00:00Z' });
    await says(account, '2027-02-01', { ...february, planId: 'gallery-advanced' });
    await says(account, '2027-02-05', { ...february, planId: 'gallery-advanced', status: 'ended' });
    expect(await account.view()).toMatchObject({ available: 5, status: 'ended' });
    await account.at('2027-02-10').settle();
    expect((await told(account)).at(-1)).toBe('2027-02-10 expired 2: expired');
    expect(await account.at('2029-01-01').view()).toMatchObject({ available: 3 });
  });

  it('rule 24: each subscription has its own cycles, and ending one leaves the other alone', async () => {
    const account = open();
    await says(account, '2027-01-01', { ...january, planId: 'artist-premium' });
    await says(account, '2027-01-10', { subscriptionId: 's-2', from: '2027-01-10', to: '2027-02-10', planId: 'gallery-basic' });
    expect(await account.view()).toMatchObject({ available: 6, plan: { id: 'gallery-basic' }, nextRenewalAt: '2027-02-01T00:00:00.000Z' });
    await says(account, '2027-01-12', { subscriptionId: 's-2', from: '2027-01-10', to: '2027-02-10', status: 'ended' });
    expect((await told(account)).at(-1)).toBe('2027-01-12 expired 4: ended');
    expect(await account.view()).toMatchObject({ available: 2, status: 'active', plan: { id: 'artist-premium' } });
  });
});
