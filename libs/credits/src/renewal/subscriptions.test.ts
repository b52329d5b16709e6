import { AccountDriver } from '../../../../test/account/account.driver.js';
import { bills, february, january, says, told, year } from '../../../../test/account/told.js';

const open = () => new AccountDriver();

describe('billing events in any order', () => {
  it('rule 15: a late renewal is dated from its cycle and keeps its normal end', async () => {
    const account = open();
    await says(account, '2027-02-09', february);
    expect(await told(account)).toEqual(['2027-02-01 allotted 4 plan 2027-02-01..2027-03-01']);
  });

  it('rule 15: an early renewal writes nothing before its start, then begins by itself', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-25', february);
    await account.at('2027-01-31T23:59:59.999Z').settle();
    expect(await told(account)).toEqual(['2027-01-01 allotted 4 plan 2027-01-01..2027-02-01']);
    await account.at('2027-02-01').settle();
    expect((await told(account)).slice(1)).toEqual(['2027-02-01 expired 4: renewed', '2027-02-01 allotted 4 plan 2027-02-01..2027-03-01']);
  });

  it('rule 15: the same event again, at once or days later, is recorded nowhere', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    expect(await says(account, '2027-01-01', january)).toBe('nothing-new');
    expect(await says(account, '2027-01-20', { ...january, occurredAt: '2027-01-01' }, 'started')).toBe('nothing-new');
    expect(await says(account, '2027-01-20', { ...january, from: '2027-01-01T00:59:59.999Z', occurredAt: '2027-01-01' })).toBe(
      'nothing-new',
    );
    expect(await told(account)).toHaveLength(1);
  });

  it('rule 15: what said nothing new says nothing new in a later cycle either', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', { ...year, occurredAt: '2027-01-01' });
    await says(account, '2027-01-03', { ...year, cancel: true, occurredAt: '2027-01-03' });
    const old = { ...year, cancel: true, occurredAt: '2027-01-02' };
    expect(await says(account, '2027-01-04', old)).toBe('nothing-new');
    await account.at('2027-02-10').settle();
    expect(await says(account, '2027-02-10', old)).toBe('nothing-new');
  });

  it('rule 15: an old event that said nothing new says nothing new after an older announcement of the next period either', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-05', { ...january, occurredAt: '2027-01-01' });
    const old = { ...january, occurredAt: '2026-12-31' };
    expect(await says(account, '2027-01-05', old)).toBe('nothing-new');
    expect(await says(account, '2027-01-05', { ...february, occurredAt: '2026-12-30' })).toBe('applied');
    expect(await says(account, '2027-01-06', old)).toBe('nothing-new');
  });

  it('rule 15: the state decides, not the name: "ended" with an active state gives its set', async () => {
    const account = open();
    await says(account, '2027-01-01', january, 'ended');
    expect(await account.view()).toMatchObject({ status: 'active', available: 4 });
  });

  it('rule 15: a period older than one that has begun allots nothing', async () => {
    const account = open();
    await says(account, '2027-02-01', february);
    expect(await says(account, '2027-02-02', { ...january, occurredAt: '2027-01-01' })).toBe('nothing-new');
    expect(await told(account)).toHaveLength(1);
  });

  it('rule 15: two starts an hour apart are two periods', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-01T01:00:00Z', { ...january, from: '2027-01-01T01:00:00Z', planId: 'artist-basic' });
    expect((await told(account)).slice(1)).toEqual([
      '2027-01-01T01:00:00Z expired 4: renewed',
      '2027-01-01T01:00:00Z allotted 1 plan 2027-01-01T01:00:00Z..2027-02-01',
    ]);
  });

  it('rule 15: an occurredAt in the future counts as the arrival, so what comes after still decides', async () => {
    const account = open();
    await says(account, '2027-01-01', { ...january, occurredAt: '2030-01-01' });
    await says(account, '2027-01-02', { ...january, planId: 'gallery-advanced' });
    expect(await account.view()).toMatchObject({ available: 8, plan: { id: 'gallery-advanced' } });
  });

  it('rule 15: announcing the next period does not end the running one, and the newest plan holds for it', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-20', february);
    await says(account, '2027-01-21', { ...january, planId: 'gallery-advanced' });
    await account.at('2027-02-01').settle();
    expect((await told(account)).slice(1)).toEqual([
      '2027-01-21 allotted 4 plan 2027-01-21..2027-02-01',
      '2027-02-01 expired 4: renewed',
      '2027-02-01 expired 4: renewed',
      '2027-02-01 allotted 8 plan 2027-02-01..2027-03-01',
    ]);
  });
});

describe('status', () => {
  it.each(['incomplete', 'incomplete_expired', 'past_due', 'unpaid', 'paused', 'canceled', 'ended'])(
    'rule 17: %s pays for no period',
    async (status) => {
      const account = open();
      await says(account, '2027-01-01', { ...january, status });
      expect(await told(account)).toEqual([]);
    },
  );

  it('rule 17: a period once paid stays paid, also past due in the middle of a year', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-02-15', { ...year, status: 'past_due', planId: 'gallery-premium' });
    await account.at('2027-03-02').settle();
    expect((await told(account)).at(-1)).toBe('2027-03-02 allotted 4 plan 2027-03-02..2027-04-01');
    expect(await account.view()).toMatchObject({ status: 'past-due', available: 4, nextRenewalAt: null });
  });

  it('rule 17: an end is taken at the instant it is decided, never backwards', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-10', { ...january, status: 'ended', occurredAt: '2027-01-05' });
    expect((await told(account)).at(-1)).toBe('2027-01-10 expired 4: ended');
  });
});

describe('trials', () => {
  it('rule 18: one credit once, for ever, and the first plan set ends it in its own append', async () => {
    const account = open();
    await bills(account, '2027-01-01', 'trial.started');
    expect(await bills(account, '2027-01-02', 'trial.started')).toBe('nothing-new');
    await says(account, '2027-01-10', { from: '2027-01-10', to: '2027-02-10' });
    expect(await bills(account, '2027-01-11', 'trial.started', { trialEndsAt: '2027-02-11T00:00:00Z' })).toBe('nothing-new');
    expect(await told(account)).toEqual([
      '2027-01-01 allotted 1 trial 2027-01-01..',
      '2027-01-10 expired 1: trial-over',
      '2027-01-10 allotted 4 plan 2027-01-10..2027-02-10',
    ]);
  });

  it.each([{ status: 'trialing' }, { planId: 'trial' }])(
    'rule 18: a subscription with %j is a trial to the end of its period',
    async (said) => {
      const account = open();
      await says(account, '2027-01-01', { ...january, to: '2027-01-15', ...said });
      expect(await account.view()).toMatchObject({ status: 'trial', available: 1, plan: null, cycle: null });
      await account.at('2027-01-15').settle();
      expect(await told(account)).toEqual(['2027-01-01 allotted 1 trial 2027-01-01..2027-01-15', '2027-01-15 expired 1: expired']);
      expect(await account.view()).toMatchObject({ status: 'ended', available: 0 });
    },
  );

  it('rule 18: it ends at its end date, and one announced is not given when it has been ended before', async () => {
    const account = open();
    await says(account, '2027-01-01', { from: '2027-01-10', to: '2027-01-24', status: 'trialing' });
    await says(account, '2027-01-05', { from: '2027-01-10', to: '2027-01-24', status: 'canceled' });
    await account.at('2027-01-12').settle();
    expect(await told(account)).toEqual([]);
    await bills(account, '2027-01-12', 'trial.started', { trialEndsAt: '2027-01-20T00:00:00Z' });
    await account.at('2027-01-20').settle();
    expect(await told(account)).toEqual(['2027-01-12 allotted 1 trial 2027-01-12..2027-01-20', '2027-01-20 expired 1: expired']);
  });

  it('rule 18: nothing where there ever was a plan allotment', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-02', { ...january, status: 'ended' });
    await bills(account, '2027-03-01', 'trial.started');
    await says(account, '2027-03-01', { subscriptionId: 's-2', from: '2027-03-01', to: '2027-03-15', status: 'trialing' });
    expect((await told(account)).filter((text) => text.includes('trial'))).toEqual([]);
  });
});

describe('plan changes', () => {
  it('rule 19: an upgrade gives the difference at once, to the end of the cycle; what was used stays used', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await account.create('v1');
    await says(account, '2027-01-10', { ...year, planId: 'gallery-advanced' });
    expect((await told(account)).slice(2)).toEqual(['2027-01-10 allotted 4 plan 2027-01-10..2027-01-31']);
    expect(await account.view()).toMatchObject({ available: 7, usedThisCycle: 1, plan: { id: 'gallery-advanced', creditsPerCycle: 8 } });
  });

  it('rule 19: down and up again mints nothing, a repeat of an old event neither', async () => {
    const account = open();
    const plans = ['gallery-basic', 'gallery-advanced', 'artist-basic', 'gallery-advanced', 'gallery-basic', 'gallery-advanced'];
    for (const [n, planId] of plans.entries()) await says(account, `2027-01-0${n + 1}`, { ...year, planId });
    await says(account, '2027-01-08', { ...year, planId: 'gallery-advanced', occurredAt: '2027-01-02' });
    expect(await told(account)).toEqual([
      '2027-01-01 allotted 4 plan 2027-01-01..2027-01-31',
      '2027-01-02 allotted 4 plan 2027-01-02..2027-01-31',
    ]);
  });

  it('rule 19: whatever the order of arrival within the cycle, the balance and the plan end the same', async () => {
    const said = [
      { planId: 'gallery-basic', occurredAt: '2027-01-01' },
      { planId: 'gallery-advanced', occurredAt: '2027-01-03' },
      { planId: 'artist-premium', occurredAt: '2027-01-05' },
      { planId: 'artist-basic', occurredAt: '2027-01-07' },
    ];
    for (const order of permutations(said)) {
      const account = open();
      for (const one of order) await says(account, '2027-01-20', { ...year, ...one });
      expect(await account.view()).toMatchObject({ available: 8, plan: { id: 'gallery-advanced' }, nextPlan: { id: 'artist-basic' } });
      expect(await account.at('2027-01-31').view()).toMatchObject({ available: 1, plan: { id: 'artist-basic' } });
    }
  });

  it('rule 19: an upgrade told late counts, also where the same plan was announced for the next period before', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-20', { ...january, cancel: true, occurredAt: '2027-01-15' });
    await says(account, '2027-01-21', { ...february, planId: 'gallery-advanced', occurredAt: '2027-01-05' });
    await says(account, '2027-01-22', { ...january, planId: 'gallery-advanced', occurredAt: '2027-01-06' });
    expect((await told(account)).slice(1)).toEqual(['2027-01-22 allotted 4 plan 2027-01-22..2027-02-01']);
  });

  it('rule 19: a cycle that is over is never topped up', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-02-01', { ...january, planId: 'gallery-premium', occurredAt: '2027-01-15' });
    expect(await told(account)).toEqual(['2027-01-01 allotted 4 plan 2027-01-01..2027-02-01', '2027-02-01 expired 4: expired']);
  });

  it('rule 20: a downgrade in the same period counts from the next cycle', async () => {
    const account = open();
    await says(account, '2027-01-01', { ...year, planId: 'gallery-premium' });
    await says(account, '2027-01-10', { ...year, planId: 'artist-premium' });
    expect(await account.view()).toMatchObject({ available: 16, nextPlan: { id: 'artist-premium', creditsPerCycle: 2 } });
    await account.at('2027-01-31').settle();
    expect((await told(account)).at(-1)).toBe('2027-01-31 allotted 2 plan 2027-01-31..2027-03-02');
  });

  it.each(['2027-01-31T23:59:58Z', '2027-02-01', '2027-02-01T00:00:03Z'])(
    'rule 20: a downgrade at renewal that occurred at %s gives the new plan',
    async (occurredAt) => {
      const account = open();
      await says(account, '2027-01-01', { ...january, planId: 'gallery-premium' });
      await says(account, '2027-02-01T00:00:05Z', { ...february, planId: 'artist-basic', occurredAt });
      expect((await told(account)).at(-1)).toBe('2027-02-01 allotted 1 plan 2027-02-01..2027-03-01');
      expect(await account.view()).toMatchObject({ plan: { id: 'artist-basic' }, nextPlan: null });
    },
  );

  it('rule 20: a later start ends the running cycle there, and shows it as soon as it is announced', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-01-10', { from: '2027-01-20', to: '2027-02-20', planId: 'gallery-advanced' });
    expect(await account.view()).toMatchObject({
      nextRenewalAt: '2027-01-20T00:00:00.000Z',
      allotments: [{ expiresAt: '2027-01-20T00:00:00.000Z' }],
    });
    await account.at('2027-01-20').settle();
    expect((await told(account)).slice(1)).toEqual(['2027-01-20 expired 4: renewed', '2027-01-20 allotted 8 plan 2027-01-20..2027-02-20']);
  });

  it('rule 20: month to year keeps the running cycle and cuts the rest anew', async () => {
    const account = open();
    await says(account, '2027-01-01', january);
    await says(account, '2027-01-10', year);
    await account.at('2027-03-02').settle();
    expect((await told(account)).filter((text) => text.includes('allotted'))).toEqual([
      '2027-01-01 allotted 4 plan 2027-01-01..2027-02-01',
      '2027-02-01 allotted 4 plan 2027-02-01..2027-03-02',
      '2027-03-02 allotted 4 plan 2027-03-02..2027-04-01',
    ]);
  });

  it('rule 20: a period that is shortened ends its cycle with it, at the earliest when that is decided', async () => {
    const account = open();
    await says(account, '2027-01-01', year);
    await says(account, '2027-02-20', { ...year, to: '2027-02-15' });
    expect((await told(account)).at(-1)).toBe('2027-02-20 expired 4: expired');
  });
});

function permutations<T>(all: readonly T[]): T[][] {
  return all.length < 2
    ? [[...all]]
    : all.flatMap((one, n) => permutations([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]));
}
