import { InvalidCursorError } from '#event-sourcing';
import { AccountDriver } from '../../../../test/account/account.driver.js';
import { january, says } from '../../../../test/account/told.js';
import { GetLedger } from '../account/credits.queries.js';
import { GetLedgerHandler } from './credits.handlers.js';

async function ledger(videos: number) {
  const account = new AccountDriver();
  await says(account, '2027-01-01', { ...january, planId: 'gallery-premium' });
  for (let n = 0; n < videos; n++) {
    await account.create(`v${n}`);
    await account.started(`v${n}`);
  }
  const handler = new GetLedgerHandler(account.accounts);
  return { account, page: (limit: number, cursor?: string) => handler.execute(new GetLedger(account.accountId, limit, cursor)) };
}

describe('pages of the ledger (rule 26)', () => {
  it.each([1, 2, 3, 5, 8, 9, 100])('tell every line once, newest first, %i at a time, and end with a page that says so', async (limit) => {
    const { page } = await ledger(8);
    const whole = await page(100);
    expect(whole).toMatchObject({ nextCursor: null });
    expect(whole.items).toHaveLength(9);
    const items = [];
    for (let cursor: string | undefined; ; ) {
      const next = await page(limit, cursor);
      items.push(...next.items);
      if (next.nextCursor === null) break;
      expect(next.items).toHaveLength(limit);
      cursor = next.nextCursor;
    }
    expect(items).toEqual(whole.items);
  });

  it('are none for an account never heard of', async () => {
    const { account } = await ledger(0);
    const handler = new GetLedgerHandler(account.accounts);
    expect(await handler.execute(new GetLedger('nobody', 20, undefined))).toEqual({ items: [], nextCursor: null });
  });

  it('go on where they were while new lines come in front', async () => {
    const { account, page } = await ledger(4);
    const first = await page(2);
    const before = (await page(100)).items;
    await account.create('new');
    const rest = await page(100, first.nextCursor ?? '');
    expect([...first.items, ...rest.items]).toEqual(before);
  });

  it.each(['', 'v3', '!', 'djM', 'LTE', 'djAz', `${'9'.repeat(30)}`, 'djM=', 'djM\n'].map((cursor) => [cursor]))(
    'of a cursor %j: one of this list or refused',
    async (cursor) => {
      const { page } = await ledger(3);
      if (cursor === 'djM') expect((await page(100, cursor)).items.length).toBeGreaterThan(0);
      else await expect(page(100, cursor)).rejects.toThrow(InvalidCursorError);
    },
  );

  it('of a cursor beyond the stream begin with the newest line', async () => {
    const { page } = await ledger(2);
    const far = Buffer.from('v999999').toString('base64url');
    expect((await page(100, far)).items).toEqual((await page(100)).items);
  });
});
