import { AccountDriver } from './account.driver.js';
import { ProcessorDriver } from './processor.driver.js';
import { bills, february, january, says, told, year } from './told.js';

const premium = { ...january, planId: 'artist-premium' };
const bought = (credits: number, paymentId = 'p-1') => ({ credits, paymentId });

/** What others shipped, each as it would have to show here; the numbers are those of the list these were taken from. */
describe('what went wrong elsewhere', () => {
  it('rule 15 (shipped bugs 1 and 2): a purchase sent twice, at once and days later, counts once', async () => {
    const account = new AccountDriver();
    await Promise.all([1, 2, 3].map(() => bills(account, '2027-01-01', 'credits.purchased', bought(3))));
    await bills(account, '2027-01-09', 'credits.purchased', bought(3));
    expect((await account.view()).available).toBe(3);
  });

  it('rule 6 (shipped bugs 3 and 7): two processes that lose every other race each get all their commands through, once', async () => {
    const one = await ProcessorDriver.start();
    const other = await ProcessorDriver.start(one.world);
    await one.bill('a-1', { planId: 'gallery-premium' });
    await Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? one : other).create('a-1', `v${n}`)));
    await Promise.all([one.shown(), other.shown()]);
    expect(await one.available('a-1')).toBe(0);
    expect((await one.world.types('a-1')).filter((type) => type === 'CreditConsumed')).toHaveLength(16);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('rule 12 (shipped bug 4): at the very instant of a reset there is one set, neither two nor none', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    await account.at('2027-01-31').settle();
    await says(account, '2027-01-31', { ...year, planId: 'gallery-basic' });
    expect((await told(account)).filter((line) => line.includes('allotted'))).toHaveLength(2);
    expect((await account.view()).available).toBe(4);
  });

  it('rule 16 (shipped bug 5): a negative purchase is parked and its refund mints nothing', async () => {
    const account = new AccountDriver();
    expect(await bills(account, '2027-01-01', 'credits.purchased', bought(-5))).toBe('parked');
    await bills(account, '2027-01-02', 'payment.refunded', { paymentId: 'p-1' });
    expect((await account.view()).available).toBe(0);
  });

  it('rule 13 (shipped bug 6): nobody has swept, still what has expired cannot be spent, and what was bought stays', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', january);
    await bills(account, '2027-01-02', 'credits.purchased', bought(1));
    account.at('2027-02-01');
    expect((await account.create('v1')).kind).toBe('accepted');
    expect((await account.create('v2')).kind).toBe('rejected');
  });

  it('rule 31 (shipped bug 8): a refused key may be tried again, and a duplicate releases nothing', async () => {
    const account = new AccountDriver();
    expect((await account.at('2027-01-01').create('v1')).kind).toBe('rejected');
    await says(account, '2027-01-02', premium);
    expect((await account.create('v1')).kind).toBe('accepted');
    expect((await account.create('v1', { roomId: 'other', artworkId: 'a', title: null })).kind).toBe('reused');
    expect((await account.view()).available).toBe(1);
  });

  it('rule 29 (shipped bug 9): failure, silence and cancel at once give one credit back', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', premium);
    await account.create('v1');
    await Promise.all([account.failed('v1'), account.cancel('v1'), account.failed('v1'), account.silent('v1'), account.cancel('v1')]);
    expect((await account.view()).available).toBe(2);
  });

  it('rule 19 (shipped bug 10): down and up again, three times, mints nothing', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', january);
    for (const day of ['03', '05', '07']) {
      await says(account, `2027-01-${day}`, { ...january, planId: 'artist-basic' });
      await says(account, `2027-01-${day}T12:00:00.000Z`, january);
    }
    expect((await account.view()).available).toBe(4);
  });

  it('rule 15 (shipped bug 11): an update that changes something else resets no credits', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', january);
    await account.create('v1');
    for (const cancel of [true, false]) await says(account, '2027-01-10', { ...january, cancel }, 'plan-changed');
    expect((await account.view()).available).toBe(3);
  });

  it('rule 10 (shipped bug 12): who began on 1 February has a set in March', async () => {
    const account = new AccountDriver();
    await says(account, '2027-02-01', february);
    await says(account, '2027-03-01', { from: '2027-03-01', to: '2027-04-01' });
    await account.at('2027-03-01').settle();
    expect((await told(account)).filter((line) => line.startsWith('2027-03-01 allotted'))).toHaveLength(1);
  });

  it('rule 29 (shipped bug 14): a credit that comes back after the reset does not live in the new set', async () => {
    const account = new AccountDriver(undefined, { goodwill: false, lowCredits: 1 });
    await says(account, '2027-01-01', { ...year, planId: 'artist-premium' });
    await account.create('v1');
    await account.at('2027-02-05').failed('v1');
    expect((await account.view()).available).toBe(2);
  });

  it('rule 11 (shipped bug 16): a use and the reset at the same instant both count', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    account.at('2027-01-31');
    await Promise.all([account.settle(), account.create('v1'), account.settle(), account.create('v2')]);
    expect(await account.view()).toMatchObject({ available: 2, usedThisCycle: 2 });
  });

  it('rule 15 (shipped bug 17): an update that comes before the start leaves nothing stuck', async () => {
    const account = new AccountDriver();
    const changed = { ...january, planId: 'gallery-advanced', occurredAt: '2027-01-02' };
    await says(account, '2027-01-03', changed, 'plan-changed');
    await says(account, '2027-01-03', { ...january, occurredAt: '2027-01-01' }, 'started');
    expect(await account.view()).toMatchObject({ status: 'active', available: 8, plan: { id: 'gallery-advanced' } });
  });

  it('rule 14 (shipped bug 18): with a yearly bill the renewal shown is that of the next cycle', async () => {
    const account = new AccountDriver();
    await says(account, '2027-01-01', year);
    expect((await account.view()).nextRenewalAt).toBe('2027-01-31T00:00:00.000Z');
  });
});
