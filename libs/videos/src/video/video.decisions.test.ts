import { AccountDriver } from '../../../../test/account/account.driver.js';
import { bills, february, january, says, told } from '../../../../test/account/told.js';

const open = (goodwill = true) => new AccountDriver(undefined, { goodwill, lowCredits: 1 });
const types = async (account: AccountDriver, from = 0) => (await account.events()).slice(from).map(({ type }) => type);

async function withSet(planId = 'gallery-basic', goodwill = true): Promise<AccountDriver> {
  const account = open(goodwill);
  await says(account, '2027-01-01', { ...january, planId });
  return account;
}

describe('using credits', () => {
  it('rule 3: one video uses exactly one credit, in the append that approves it', async () => {
    const account = await withSet();
    expect((await account.create('v1')).kind).toBe('accepted');
    const [approved, consumed] = (await account.events()).slice(-2);
    expect([approved?.type, consumed?.type]).toEqual(['VideoApproved', 'CreditConsumed']);
    expect(approved?.metadata.more).toBe(true);
    expect(consumed?.data).toMatchObject({ credits: 1, balanceAfter: 3, videoId: account.videoId('v1') });
  });

  it('rule 4: a delivered video stays ready when credits and subscription are gone, and nothing about it moves a credit', async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    await account.completed('v1');
    await says(account, '2027-01-05', { ...january, status: 'ended' });
    const before = await told(account);
    expect(await account.at('2028-01-01').status('v1')).toBe('ready');
    expect(await told(account)).toEqual(before);
  });

  it('rule 5: without a usable credit it is refused with the renewal date, and nothing is written, not even what time has brought', async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    expect(await account.create('v2')).toMatchObject({
      kind: 'rejected',
      refusal: { code: 'insufficient-credits', available: 0, nextRenewalAt: '2027-02-01T00:00:00.000Z' },
    });
    const version = await account.version();
    expect(await account.at('2027-03-01').create('v3')).toMatchObject({ kind: 'rejected', refusal: { nextRenewalAt: null } });
    expect(await account.version()).toBe(version);
  });

  it('rule 5: what is not settled yet is not spendable either', async () => {
    const account = await withSet();
    expect(await account.at('2027-02-01').create('v1')).toMatchObject({ kind: 'rejected' });
    expect(await types(account)).toEqual(['SubscriptionRecorded', 'CreditsAllotted']);
  });

  it('rule 6: of 64 at once on 8 credits exactly 8 succeed', async () => {
    const account = await withSet('gallery-advanced');
    const outcomes = await Promise.all(Array.from({ length: 64 }, (_, n) => account.create(`v${n}`)));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(8);
    expect(await account.view()).toMatchObject({ available: 0, inProgress: 8 });
  });

  it('rule 7: what expires first goes first; among equals plan, purchase, goodwill, then the oldest', async () => {
    const account = open();
    const expiresAt = Date.parse('2027-02-01T00:00:00Z');
    await account.grant('endless', { source: 'goodwill' });
    await account.grant('younger gift', { expiresAt });
    await account.grant('bought', { expiresAt, source: 'purchase' });
    await account.grant('older gift is second', { expiresAt });
    await account.grant('soonest', { expiresAt: expiresAt - 1 });
    await says(account, '2027-01-01', { ...january, planId: 'artist-basic' });
    for (const key of ['1', '2', '3', '4', '5', '6']) await account.create(key);
    const ids = (await account.events()).flatMap(({ type, data }) => (type === 'CreditsAllotted' ? [data['allotmentId']] : []));
    const used = (await account.events()).flatMap(({ type, data }) =>
      type === 'CreditConsumed' ? [ids.indexOf(data['allotmentId'])] : [],
    );
    expect(used).toEqual([4, 5, 2, 1, 3, 0]);
  });

  it('rule 8: the same key answers the same for ever, other content is refused, a refusal is not remembered', async () => {
    const account = await withSet('artist-basic');
    const first = await account.create('v1');
    const again = await account.at('2028-01-01').create('v1');
    expect(again.kind).toBe('replayed');
    expect('events' in again && 'events' in first && again.events.map(({ id }) => id)).toEqual(
      'events' in first && first.events.map(({ id }) => id),
    );
    expect((await account.create('v1', { roomId: 'attic', artworkId: 'artwork-1', title: null })).kind).toBe('reused');
    expect((await account.create('v2')).kind).toBe('rejected');
    await account.grant('g');
    expect((await account.create('v2')).kind).toBe('accepted');
  });

  it('low and exhausted are stored with the consumption that reaches them', async () => {
    const account = await withSet('artist-premium');
    await account.create('v1');
    await account.create('v2');
    expect(await types(account, 2)).toEqual([
      'VideoApproved',
      'CreditConsumed',
      'CreditsLow',
      'VideoApproved',
      'CreditConsumed',
      'CreditsExhausted',
    ]);
  });
});

describe('renders', () => {
  it('rule 27: a report of start is stored once per attempt', async () => {
    const account = await withSet();
    await account.create('v1');
    await account.started('v1');
    expect((await account.started('v1')).kind).toBe('accepted');
    expect(await types(account, 4)).toEqual(['RenderStarted']);
    expect(await account.started('v1', 2)).toMatchObject({ kind: 'rejected', refusal: { code: 'unknown-video' } });
  });

  it('rule 28: three attempts failed or silent are the end; a job nobody took and older attempts say nothing', async () => {
    const account = await withSet();
    await account.create('v1');
    await account.silent('v1');
    await account.started('v1');
    await account.silent('v1', 1);
    await account.failed('v1', 1, false);
    await account.failed('v1', 2, true);
    await account.started('v1', 3);
    await account.silent('v1', 3);
    expect(await types(account, 4)).toEqual([
      'RenderStarted',
      'RenderLeaseLost',
      'RenderAttemptFailed',
      'RenderStarted',
      'VideoFailed',
      'CreditReturned',
    ]);
  });

  it('rule 28: a success is taken from any attempt, once, and from failed it uses a credit again', async () => {
    const account = await withSet();
    await account.create('v1');
    await account.failed('v1');
    await account.completed('v1');
    await account.completed('v1');
    expect(await types(account, 4)).toEqual(['VideoFailed', 'CreditReturned', 'CreditConsumed', 'VideoCompleted']);
    expect(await account.status('v1')).toBe('ready');
    expect(await account.view()).toMatchObject({ available: 3, usedThisCycle: 1, inProgress: 0 });
  });

  it('rule 28: a late success without a credit is the loss of the house', async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    await account.failed('v1');
    await account.create('v2');
    await account.completed('v1');
    expect((await account.events()).at(-1)).toMatchObject({ type: 'VideoCompleted', data: { allotmentId: null } });
    expect(await account.view()).toMatchObject({ available: 0, inProgress: 1 });
  });

  it('rule 29: the credit of a failed video goes back to its own allotment, at most once', async () => {
    const account = await withSet();
    await account.grant('g', { expiresAt: Date.parse('2027-01-10T00:00:00Z') });
    await account.create('v1');
    await account.failed('v1');
    await account.failed('v1');
    expect((await told(account)).slice(2)).toEqual(['2027-01-01 used 1', '2027-01-01 returned 1']);
    const moved = (await account.events()).flatMap(({ data }) =>
      data['videoId'] !== undefined && data['allotmentId'] ? [data['allotmentId']] : [],
    );
    expect(new Set(moved).size).toBe(1);
  });

  it.each([
    ['expired', async (account: AccountDriver) => account.at('2027-02-10'), '2027-02-10..2027-03-12', 'expired'],
    [
      'ended',
      async (account: AccountDriver) => says(account, '2027-01-20', { ...january, status: 'ended' }),
      '2027-01-20..2027-02-19',
      'ended',
    ],
  ])(
    'rule 29: from an allotment that has %s it ends at once, with one goodwill credit for thirty days',
    async (_what, then, lives, reason) => {
      const account = await withSet('artist-basic');
      await account.create('v1');
      await then(account);
      await account.failed('v1');
      await account.failed('v1');
      const [today] = lives.split('..');
      expect((await told(account)).slice(2)).toEqual([
        `${today} returned 1`,
        `${today} expired 1: ${reason}`,
        `${today} allotted 1 goodwill ${lives}`,
      ]);
      expect(await account.view()).toMatchObject({ available: 1, upcoming: 0 });
    },
  );

  it('rule 29: with a cycle running the goodwill lives to its end; switched off there is none', async () => {
    for (const goodwill of [true, false]) {
      const account = await withSet('artist-basic', goodwill);
      await account.create('v1');
      await says(account, '2027-02-01', { ...february, planId: 'artist-basic' });
      await account.at('2027-02-05').failed('v1');
      const given = (await told(account)).filter((text) => text.includes('goodwill'));
      expect(given).toEqual(goodwill ? ['2027-02-05 allotted 1 goodwill 2027-02-05..2027-03-01'] : []);
    }
  });

  it('rule 29: from a revoked allotment the credit is revoked with it, without goodwill', async () => {
    const account = open();
    await bills(account, '2027-01-01', 'credits.purchased', { paymentId: 'p', credits: 2 });
    await account.create('v1');
    await bills(account, '2027-01-02', 'payment.refunded', { paymentId: 'p' });
    await account.failed('v1');
    expect((await told(account)).slice(2)).toEqual([
      '2027-01-02 revoked 1: payment refunded',
      '2027-01-02 returned 1',
      '2027-01-02 revoked 1: returned after its allotment was revoked',
    ]);
  });

  it('rule 29: a credit that comes back after the refund of its period or purchase is revoked, also when all of them were in use', async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    await bills(account, '2027-01-02', 'payment.refunded', { subscriptionId: 's-1', periodStart: '2027-01-01T00:00:00Z' });
    await bills(account, '2027-01-02', 'credits.purchased', { paymentId: 'p', credits: 1 });
    await account.create('v2');
    await bills(account, '2027-01-03', 'payment.refunded', { paymentId: 'p' });
    await account.failed('v1');
    await account.failed('v2');
    expect((await told(account)).slice(4)).toEqual([
      '2027-01-03 returned 1',
      '2027-01-03 revoked 1: returned after its allotment was revoked',
      '2027-01-03 returned 1',
      '2027-01-03 revoked 1: returned after its allotment was revoked',
    ]);
    expect(await account.view()).toMatchObject({ available: 0 });
  });

  it('rule 30: cancelled before a worker began the credit is back, never with goodwill, and it stays cancelled', async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    await account.at('2027-02-10').cancel('v1');
    expect((await account.cancel('v1')).kind).toBe('replayed');
    expect(await account.completed('v1')).toMatchObject({ kind: 'rejected', refusal: { code: 'over' } });
    expect(await account.failed('v1')).toMatchObject({ kind: 'rejected', refusal: { code: 'over' } });
    expect((await told(account)).slice(2)).toEqual(['2027-02-10 returned 1', '2027-02-10 expired 1: expired']);
    expect(await account.status('v1')).toBe('cancelled');
  });

  it('rule 30: once started, also by an attempt that failed, it is used', async () => {
    const account = await withSet();
    for (const key of ['started', 'failed', 'ready']) await account.create(key);
    await account.started('started');
    await account.failed('failed', 1, true);
    await account.completed('ready');
    for (const key of ['started', 'failed', 'ready'])
      expect(await account.cancel(key)).toMatchObject({ kind: 'rejected', refusal: { code: 'already-started' } });
    expect(await account.cancel('never')).toMatchObject({ kind: 'rejected', refusal: { code: 'unknown-video' } });
  });

  it("rule 31: a refused duplicate releases nothing of the original's", async () => {
    const account = await withSet('artist-basic');
    await account.create('v1');
    await account.create('v1', { roomId: 'attic', artworkId: 'artwork-1', title: null });
    await account.create('v2');
    expect(await account.view()).toMatchObject({ available: 0, inProgress: 1 });
    expect(await told(account)).toHaveLength(2);
  });
});
