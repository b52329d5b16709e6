import { AccountDriver } from '../../../../test/account/account.driver.js';
import { bills, told } from '../../../../test/account/told.js';

const at = (text: string): number => Date.parse(text);

async function granted(account: AccountDriver, key: string, more = {}): Promise<string> {
  const answer = await account.grant(key, more);
  if (answer.kind !== 'done') throw new Error(`${key} was refused`);
  return answer.value.allotment.id;
}

describe('grants', () => {
  it('rule 25: gives what support says, with reason, actor and the name of the key', async () => {
    const account = new AccountDriver();
    const answer = await account.grant('g', { credits: 3, source: 'purchase', actor: 'ann', ticket: 'T-1', expiresAt: at('2027-06-01') });
    expect(answer).toMatchObject({
      kind: 'done',
      replayed: false,
      value: {
        allotment: { source: 'purchase', quantity: 3, remaining: 3, expiresAt: '2027-06-01T00:00:00.000Z' },
        credits: { available: 3 },
      },
    });
    expect((await account.events())[0]).toMatchObject({
      data: { reason: 'sorry', actor: 'ann', ticket: 'T-1' },
      metadata: { keyName: 'desk' },
    });
  });

  it('rule 25: a set not yet valid is upcoming, and a validFrom in the past means now', async () => {
    const account = new AccountDriver();
    await account.grant('later', { credits: 5, validFrom: at('2027-01-10') });
    await account.grant('past', { validFrom: at('2026-01-01') });
    expect(await account.view()).toMatchObject({ available: 1, upcoming: 5 });
    expect(await account.at(at('2027-01-10') - 1).view()).toMatchObject({ available: 1, upcoming: 5 });
    expect(await account.at('2027-01-10').view()).toMatchObject({ available: 6, upcoming: 0 });
    expect(await told(account)).toEqual(['2027-01-01 allotted 5 goodwill 2027-01-10..', '2027-01-01 allotted 1 goodwill 2027-01-01..']);
  });

  it.each([
    ['an end at this very instant', { expiresAt: at('2027-01-01') }],
    ['a start after its end', { validFrom: at('2027-03-01'), expiresAt: at('2027-02-01') }],
  ])('rule 25: %s is refused, and nothing is written', async (_what, wrong) => {
    const account = new AccountDriver();
    expect(await account.grant('g', wrong)).toMatchObject({ kind: 'refused', refusal: { code: 'invalid-grant' } });
    expect(await account.version()).toBe(-1);
  });

  it('rule 8: the same key answers what it answered then, other content is refused', async () => {
    const account = new AccountDriver();
    const first = await account.grant('g', { credits: 2 });
    await account.create('v1');
    const again = await account.at('2027-05-01').grant('g', { credits: 2 });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await account.grant('g', { credits: 3 })).toMatchObject({ kind: 'refused', refusal: { code: 'idempotency-key-reused' } });
    expect(await told(account)).toHaveLength(2);
  });

  it('rule 8: ten times at once it is given once', async () => {
    const account = new AccountDriver();
    const answers = await Promise.all(Array.from({ length: 10 }, () => account.grant('g')));
    expect(answers.filter((answer) => answer.kind === 'done' && !answer.replayed)).toHaveLength(1);
    expect(await account.view()).toMatchObject({ available: 1 });
  });
});

describe('revocations', () => {
  it('rule 25: ends the unspent rest, and repeated answers the same, with or without a key', async () => {
    const account = new AccountDriver();
    const id = await granted(account, 'g', { credits: 3 });
    await account.create('v1');
    const first = await account.at('2027-01-02').revoke(id);
    expect(first).toMatchObject({ kind: 'done', value: { allotment: { quantity: 3, remaining: 0 }, credits: { available: 0 } } });
    await account.at('2027-01-03').grant('more');
    expect(await account.revoke(id)).toEqual({ ...first, replayed: true });
    expect(await account.revoke(id, 'k')).toEqual({ ...first, replayed: true });
    expect((await told(account)).filter((text) => text.includes('revoked'))).toEqual(['2027-01-02 revoked 2: mistake']);
  });

  it('rule 8: with a key, the same key answers the same', async () => {
    const account = new AccountDriver();
    const id = await granted(account, 'g', { credits: 3 });
    const first = await account.revoke(id, 'k');
    expect(await account.at('2027-02-02').revoke(id, 'k')).toEqual({ ...first, replayed: true });
    const other = await granted(account, 'other');
    expect(await account.revoke(other, 'k')).toMatchObject({ kind: 'refused', refusal: { code: 'idempotency-key-reused' } });
  });

  it('rule 25: one used up, expired or taken by a refund is refused, an unknown one is unknown', async () => {
    const account = new AccountDriver();
    const used = await granted(account, 'used');
    await account.create('v1');
    const expired = await granted(account, 'expired', { expiresAt: at('2027-01-05') });
    await bills(account, '2027-01-01', 'credits.purchased', { paymentId: 'p', credits: 2 });
    const bought = (await account.view()).allotments.find(({ source }) => source === 'purchase')?.id ?? '';
    await bills(account, '2027-01-02', 'payment.refunded', { paymentId: 'p' });
    account.at('2027-01-05');
    for (const id of [used, expired, bought]) {
      expect(await account.revoke(id)).toMatchObject({ kind: 'refused', refusal: { code: 'nothing-to-revoke' } });
    }
    expect(await account.revoke('no-such')).toMatchObject({ kind: 'refused', refusal: { code: 'unknown-allotment' } });
  });
});
