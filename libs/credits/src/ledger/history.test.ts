import fc from 'fast-check';
import { AccountDriver } from '../../../../test/account/account.driver.js';
import { bills, january, says, year } from '../../../../test/account/told.js';
import { rawHistories } from '../../../../test/model/arbitraries.js';
import { RealAccount } from '../../../../test/model/real-account.js';
import { tellHistory } from '../../../../test/model/tell-history.js';
import { creditFact } from '../publishing/credit-facts.js';

async function busy(): Promise<AccountDriver> {
  const account = new AccountDriver();
  await bills(account, '2027-01-01', 'trial.started');
  await says(account, '2027-01-02', { ...year, from: '2027-01-02', planId: 'artist-premium' });
  await account.create('v1');
  await account.grant('g', { credits: 2, actor: 'ann' });
  await account.create('v2');
  await account.failed('v2');
  await account.at('2027-02-10').settle();
  await account.revoke((await account.view()).allotments.find(({ source }) => source === 'goodwill')?.id ?? '');
  return account;
}

const SIGN = {
  'credits.allotted': 1,
  'credits.consumed': -1,
  'credits.returned': 1,
  'credits.expired': -1,
  'credits.revoked': -1,
} as const;

/** Everything that must hold of an account's lines and facts, whatever happened. */
async function holds(account: AccountDriver): Promise<void> {
  const now = await account.view();
  await account.settle();
  const lines = await account.ledger();
  let balance = 0;
  for (const line of lines) {
    balance += line.credits;
    expect(line.balanceAfter).toBe(balance);
    expect(balance).toBeGreaterThanOrEqual(0);
  }
  expect(balance).toBe(now.available + now.upcoming);
  const left = new Map<unknown, number>();
  const quantity = new Map<unknown, number>();
  for (const event of await account.events()) {
    const { type, data } = creditFact(event) ?? {};
    const sign = SIGN[type as keyof typeof SIGN];
    if (sign === undefined) continue;
    const { allotmentId, credits } = data as { allotmentId: string; credits: number };
    expect(credits).toBeGreaterThan(0);
    const remaining = (left.get(allotmentId) ?? 0) + sign * credits;
    if (type === 'credits.allotted') expect(quantity.has(allotmentId)).toBe(false);
    if (type === 'credits.allotted') quantity.set(allotmentId, credits);
    expect(remaining).toBeGreaterThanOrEqual(0);
    expect(remaining).toBeLessThanOrEqual(quantity.get(allotmentId) ?? -1);
    left.set(allotmentId, remaining);
  }
  const shown = new Map<unknown, number>(now.allotments.map(({ id, remaining }) => [id, remaining]));
  for (const [id, remaining] of left) expect([id, remaining]).toEqual([id, shown.get(id) ?? 0]);
}

describe('the ledger', () => {
  it('rule 26: says of every credit which allotment, given by whom and why, used by what, and the balance after', async () => {
    const account = await busy();
    const lines = (await account.ledger()).map(({ type, credits, balanceAfter, source, reason, actor }) => [
      type,
      credits,
      balanceAfter,
      source,
      reason,
      actor,
    ]);
    expect(lines).toEqual([
      ['credits.allotted', 1, 1, 'trial', 'trial', null],
      ['credits.expired', -1, 0, null, 'trial-over', null],
      ['credits.allotted', 2, 2, 'plan', 'plan cycle', null],
      ['credits.consumed', -1, 1, null, null, null],
      ['credits.allotted', 2, 3, 'goodwill', 'sorry', 'ann'],
      ['credits.consumed', -1, 2, null, null, null],
      ['credits.returned', 1, 3, null, null, null],
      ['credits.expired', -1, 2, null, 'renewed', null],
      ['credits.allotted', 2, 4, 'plan', 'plan cycle', null],
      ['credits.revoked', -2, 2, null, 'mistake', 'ann'],
    ]);
    const used = (await account.ledger())[3];
    expect(used).toMatchObject({ videoId: account.videoId('v1'), cause: 'request:CreateVideo:v1', at: '2027-01-02T00:00:00.000Z' });
    expect(Object.keys(used ?? {}).sort()).toEqual(
      [
        'actor',
        'allotmentId',
        'at',
        'balanceAfter',
        'cause',
        'credits',
        'id',
        'reason',
        'recordedAt',
        'source',
        'text',
        'type',
        'videoId',
      ].sort(),
    );
  });

  it('rule 26: the balance at a past instant is what was shown then, whatever has arrived since', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2027-01-20').create('v1');
    const then = await account.at('2027-02-05').view();
    await says(account, '2027-02-20', { ...year, status: 'ended', occurredAt: '2027-01-10' });
    expect(await account.at('2027-03-15').view('2027-02-05')).toEqual({ ...then, inProgress: null, position: expect.any(String) });
  });

  it('rule 26: I1 and I2: line by line the credits make the balance, and per allotment what remains, in whatever history', async () => {
    await holds(await busy());
    const histories = fc.asyncProperty(rawHistories(25), async (raw) => {
      const { plans, steps } = tellHistory(raw);
      const account = new RealAccount(plans);
      for (const step of steps) await account.apply(step);
      await holds(account.driver);
    });
    await fc.assert(histories, { numRuns: 60, seed: 26 });
  });
});

describe('published facts', () => {
  it('have the id of their event, the account, what moved, when and why', async () => {
    const account = await busy();
    const events = await account.events();
    const facts = events.flatMap((event) => creditFact(event) ?? []);
    const byType = new Map(facts.map((fact) => [fact.type, fact]));
    const members = (type: string) => Object.keys(byType.get(type)?.data as object);
    const always = ['accountId', 'allotmentId', 'credits', 'at', 'cause'];
    expect(members('credits.allotted')).toEqual(expect.arrayContaining([...always, 'source', 'validFrom', 'expiresAt', 'reason', 'actor']));
    expect(members('credits.consumed')).toEqual(expect.arrayContaining([...always, 'videoId']));
    expect(members('credits.returned')).toEqual(expect.arrayContaining([...always, 'videoId']));
    expect(members('credits.expired')).toEqual(expect.arrayContaining(always));
    expect(members('credits.revoked')).toEqual(expect.arrayContaining([...always, 'reason', 'actor']));
    for (const fact of facts) {
      expect(fact).toMatchObject({ specversion: '1.0', source: '/video-credits', subject: 'a-1', data: { accountId: 'a-1' } });
      expect(events.filter(({ id }) => id === fact.id)).toHaveLength(1);
    }
  });

  it('low and exhausted say what is left and when more comes', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', { ...january, planId: 'artist-premium' });
    await account.create('v1');
    await account.create('v2');
    const levels = (await account.events()).flatMap((event) => {
      const fact = creditFact(event);
      return fact && ['credits.low', 'credits.exhausted'].includes(fact.type) ? [[fact.type, fact.data]] : [];
    });
    const rest = { accountId: 'a-1', nextRenewalAt: '2027-02-01T00:00:00.000Z', at: '2027-01-01T00:00:00.000Z' };
    expect(levels).toEqual([
      ['credits.low', { ...rest, available: 1, cause: 'request:CreateVideo:v1' }],
      ['credits.exhausted', { ...rest, available: 0, cause: 'request:CreateVideo:v2' }],
    ]);
  });
});
