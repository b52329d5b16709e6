import type { AccountSummary, Page, RefusalList } from '#contracts';
import { bill, subscription } from './billing.js';
import { type Client, expectStatus } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';
import { members } from './shapes.js';
import { OutsideWorker } from './worker.js';

const START = '2027-01-31T10:00:00.000Z';
const END = '2027-03-02T10:00:00.000Z';
/** More than serve side by side in any of these tests. */
const MOST_PROCESSES = 8;
const SUMMARY = ['accountId', 'available', 'endsAt', 'failedRenders', 'inProgress', 'lastActivityAt', 'nextRenewalAt', 'plan', 'status'];

describe('What support looks for: accounts, troubles, refusals', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  const list = async (query = ''): Promise<Page<AccountSummary>> =>
    expectStatus(200, await client.get<Page<AccountSummary>>(`/v1/accounts${query}`));
  const ids = async (query = ''): Promise<string[]> => (await list(query)).items.map(({ accountId }) => accountId);

  beforeAll(async () => {
    service = await Service.start(folder);
    client = service.client;
    await client.clock({ now: START });
    for (const accountId of ['s-3', 's-1', 's-2', 't-1']) {
      await bill(client, 'billing.subscription.started', subscription(accountId, 'gallery-basic', START, END));
      await client.clock({ advance: 'PT1M' });
    }
  });
  afterAll(async () => {
    await service.finish();
  });

  it('lists every account, the newest activity first, to the letter', async () => {
    const { items, nextCursor } = await list();
    expect(nextCursor).toBeNull();
    expect(items.map(({ accountId }) => accountId)).toEqual(['t-1', 's-2', 's-1', 's-3']);
    for (const item of items) expect(members(item)).toEqual(SUMMARY);
    expect(items[3]).toMatchObject({ status: 'active', available: 4, inProgress: 0, nextRenewalAt: END, lastActivityAt: START });
    await client.grant('s-3', 2);
    expect((await list('?limit=1')).items).toMatchObject([{ accountId: 's-3', available: 6 }]);
  });

  it('finds by the beginning of an id, in order, in pages', async () => {
    expect(await ids('?query=s-')).toEqual(['s-1', 's-2', 's-3']);
    expect(await ids('?query=S-')).toEqual([]);
    const first = await list('?query=s-&limit=2');
    expect(first.items.map(({ accountId }) => accountId)).toEqual(['s-1', 's-2']);
    expect(await ids(`?query=s-&limit=2&cursor=${first.nextCursor}`)).toEqual(['s-3']);
    for (const query of ['query=a%20b', 'query=', 'trouble=all', 'limit=0', 'limit=101', 'cursor=bad', 'query=s&trouble=past-due'])
      expect([query, (await client.get(`/v1/accounts?${query}`)).status]).toEqual([query, 400]);
  });

  it('names those in trouble: failed renders, past due, waiting for a renewal', async () => {
    const worker = new OutsideWorker(client);
    const artworkId = await client.artwork('s-1', await picture());
    expectStatus(201, await client.createVideo('s-1', artworkId));
    const job = await worker.job();
    expectStatus(202, await worker.report('failed', job, { reason: 'broken picture', retryable: false }));
    expect((await list('?trouble=failed-renders')).items).toMatchObject([{ accountId: 's-1', failedRenders: 1, available: 4 }]);

    expect(await ids('?trouble=past-due')).toEqual([]);
    const failed = { accountId: 's-2', subscriptionId: 's-1', periodStart: START, occurredAt: '2027-02-01T10:00:00Z' };
    expectStatus(202, await client.billing('billing.payment.failed', failed));
    expect((await list('?trouble=past-due')).items).toMatchObject([{ accountId: 's-2', status: 'past-due' }]);

    expect(await ids('?trouble=renewal-pending')).toEqual([]);
    await client.clock({ now: END });
    expect((await ids('?trouble=renewal-pending')).sort()).toEqual(['s-1', 's-3', 't-1']);
    expect(await ids('?trouble=past-due')).toEqual(['s-2']);
    const renewed = subscription('t-1', 'gallery-basic', END, '2027-04-01T10:00:00.000Z');
    await bill(client, 'billing.subscription.renewed', renewed);
    expect((await ids('?trouble=renewal-pending')).sort()).toEqual(['s-1', 's-3']);
  });

  /** What a process that has refused something says; of several each knows its own, and they are asked in turn. */
  const knowing = async (accountId: string): Promise<RefusalList> => {
    let told: RefusalList = { items: [], since: '' };
    for (let asked = 0; asked < MOST_PROCESSES && told.items.length === 0; asked++)
      told = expectStatus(200, await client.get<RefusalList>(`/v1/accounts/${accountId}/refusals`));
    return told;
  };

  it('says why the last commands were refused, as long as the process lives', async () => {
    const artworkId = await client.artwork('s-2', await picture());
    const refusal = await client.createVideo('s-2', artworkId);
    expect(refusal.status).toBe(402);
    const told = await knowing('s-2');
    expect(members(told)).toEqual(['items', 'since']);
    expect(told.items).toEqual([
      {
        at: END,
        command: 'CreateVideo',
        code: 'insufficient-credits',
        title: expect.any(String),
        detail: refusal.body.detail ?? null,
        actor: 'staff',
      },
    ]);
    expect(expectStatus(200, await client.get<RefusalList>('/v1/accounts/s-1/refusals')).items).toEqual([]);
  });
});
