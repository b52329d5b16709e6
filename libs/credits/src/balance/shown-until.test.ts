import { AccountDriver, ms } from '../../../../test/account/account.driver.js';
import { bills, february, january, says, year } from '../../../../test/account/told.js';

const HOUR_MS = 3_600_000;
const END = ms('2027-05-01');

/** Lives that change by time alone after what is told here, and how often what is shown becomes another until May. */
const lives: readonly (readonly [name: string, changes: number, tell: (account: AccountDriver) => Promise<unknown>])[] = [
  ['nobody', 0, async (account) => account.at('2027-01-01')],
  ['a month that nobody renews', 1, (account) => says(account, '2027-01-01', january)],
  ['a month that ends', 1, (account) => says(account, '2027-01-01', { ...january, cancel: true })],
  ['a year in cycles', 4, (account) => says(account, '2027-01-01', year)],
  [
    'a renewal told ahead',
    2,
    async (account) => {
      await says(account, '2027-01-01', january);
      await says(account, '2027-01-20', february);
    },
  ],
  ['a subscription told before it begins', 2, (account) => says(account, '2027-01-01', february)],
  [
    'another plan from the next period on',
    2,
    async (account) => {
      await says(account, '2027-01-01', { ...january, planId: 'gallery-premium' });
      await says(account, '2027-01-20', { ...february, planId: 'artist-basic' });
    },
  ],
  [
    'a payment that failed',
    1,
    async (account) => {
      await says(account, '2027-01-01', january);
      await bills(account, '2027-01-02', 'payment.failed', { subscriptionId: 's-1', periodStart: '2027-01-01T00:00:00.000Z' });
    },
  ],
  [
    'a pause',
    1,
    (account) => says(account, '2027-01-01', january).then(() => says(account, '2027-01-02', { ...january, status: 'paused' }, 'paused')),
  ],
  ['a trial', 1, (account) => bills(account, '2027-01-01', 'trial.started', { trialEndsAt: '2027-01-15T00:00:00.000Z' })],
  ['a subscription on trial', 1, (account) => says(account, '2027-01-01', { ...january, status: 'trialing' }, 'started')],
  [
    'a trial whose credit is used',
    1,
    async (account) => {
      await bills(account, '2027-01-01', 'trial.started', { trialEndsAt: '2027-01-15T00:00:00.000Z' });
      await account.create('v');
      await account.started('v');
      await account.completed('v');
    },
  ],
  [
    'a grant that begins later and ends',
    2,
    (account) => account.at('2027-01-01').grant('g', { validFrom: ms('2027-01-10'), expiresAt: ms('2027-01-20') }),
  ],
];

describe('until when the credits object holds', () => {
  it.each(lives)('for %s: not a moment longer than it is true', async (_name, changes, tell) => {
    const account = new AccountDriver();
    await tell(account);
    let seen = 0;
    for (let at: number | null = account.now; at !== null && at < END; ) {
      const { credits, until } = await account.at(at).viewUntilChange();
      expect(credits).toEqual(await account.view());
      const holdsTo: number = Math.min(until ?? END, END);
      expect(holdsTo).toBeGreaterThan(at);
      for (let later = at; later < holdsTo; later += 7 * HOUR_MS) expect(await account.at(later).view()).toEqual(credits);
      expect(await account.at(holdsTo - 1).view()).toEqual(credits);
      if (until !== null && JSON.stringify(await account.at(until).view()) !== JSON.stringify(credits)) seen += 1;
      at = until;
    }
    expect(seen).toBe(changes);
  });
});
