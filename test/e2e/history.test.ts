import type { CreditsView, LedgerLine } from '#contracts';
import { bill, subscription } from './billing.js';
import { expectStatus, type Client } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';
import { expectCredits, expectLedger, members } from './shapes.js';
import { OutsideWorker } from './worker.js';

const START = '2027-01-31T10:00:00.000Z';
const END = '2027-03-02T10:00:00.000Z';
const SIGNS: Readonly<Record<string, number>> = {
  'credits.allotted': 1,
  'credits.returned': 1,
  'credits.consumed': -1,
  'credits.expired': -1,
  'credits.revoked': -1,
};

describe('What has been, seen from outside (rules 13, 26)', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  const shown: { readonly at: string; readonly credits: CreditsView }[] = [];
  const path = '/v1/accounts/h-1/credits';

  beforeAll(async () => {
    service = await Service.start(folder);
    client = service.client;
    await client.clock({ now: START });
    const look = async (): Promise<void> => {
      shown.push({ at: (await client.get<{ now: string }>('/v1/test-clock')).body.now, credits: await client.credits('h-1') });
      await client.clock({ advance: 'PT1H' });
    };
    const worker = new OutsideWorker(client);
    const artworkId = await client.artwork('h-1', await picture());
    await look();
    await bill(client, 'billing.subscription.started', subscription('h-1', 'gallery-basic', START, END));
    await look();
    await client.createVideo('h-1', artworkId);
    const made = expectStatus(201, await client.createVideo('h-1', artworkId));
    await look();
    expectStatus(200, await client.post(`/v1/videos/${made.video.videoId}/cancel`));
    await look();
    const soon = expectStatus(
      201,
      await client.grant('h-1', 2, { source: 'goodwill', validFrom: '2027-02-10T00:00:00Z', expiresAt: '2027-02-20T00:00:00Z' }),
    );
    expect(soon.credits).toMatchObject({ available: 3, upcoming: 2 });
    await look();
    const bought = expectStatus(201, await client.grant('h-1', 3, { actor: 'mia', reason: 'bought five, two were lost' }));
    await look();
    expectStatus(
      200,
      await client.post(`/v1/accounts/h-1/allotments/${bought.allotment.id}/revoke`, { reason: 'charged back', actor: 'mia' }),
    );
    await look();
    await client.clock({ now: '2027-02-10T00:00:00.000Z' });
    await look();
    await client.clock({ now: END });
    await look();
    await worker.deliverAll();
  });
  afterAll(async () => {
    await service.finish();
  });

  it('the ledger tells every credit, newest first, page by page', async () => {
    const lines = await client.ledger('h-1');
    expectLedger(lines);
    expect(await client.ledger('h-1', 1)).toEqual(lines);
    expect(await client.ledger('h-1', 3)).toEqual(lines);
    expect(lines.map(({ type, credits, balanceAfter }) => [type, credits, balanceAfter]).reverse()).toEqual([
      ['credits.allotted', 4, 4],
      ['credits.consumed', -1, 3],
      ['credits.consumed', -1, 2],
      ['credits.returned', 1, 3],
      ['credits.allotted', 2, 5],
      ['credits.allotted', 3, 8],
      ['credits.revoked', -3, 5],
      ['credits.expired', -2, 3],
      ['credits.expired', -3, 0],
    ]);
    const revoked = lines.find(({ type }) => type === 'credits.revoked') as LedgerLine;
    expect(revoked).toMatchObject({ actor: 'mia', reason: 'charged back', videoId: null });
    expect(lines[1]).toMatchObject({ at: '2027-02-20T00:00:00.000Z', allotmentId: expect.any(String) });
    const empty = await client.get<{ items: unknown[]; nextCursor: null }>('/v1/accounts/nobody/ledger');
    expect(empty.body).toEqual({ items: [], nextCursor: null });
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=bad'])
      expect([query, (await client.get(`/v1/accounts/h-1/ledger?${query}`)).status]).toEqual([query, 400]);
  });

  it('a past instant shows what was shown then', async () => {
    for (const { at, credits } of shown) {
      const past = expectStatus(200, await client.get<CreditsView>(`${path}?at=${at}`));
      expectCredits(past);
      expect({ ...past, inProgress: 0, position: '' }).toEqual({ ...credits, inProgress: 0, position: '' });
      expect(past.inProgress).toBeNull();
    }
    expect((await client.get(`${path}?at=2030-01-01T00:00:00Z`)).status).toBe(400);
    expect((await client.get(`${path}?at=yesterday`)).status).toBe(400);
  });

  it('an ETag stands for the object and answers 304 until something changes', async () => {
    const first = await client.get<CreditsView>(path);
    const etag = first.headers.get('etag') as string;
    const headers = { 'if-none-match': etag };
    const same = await client.get<string>(path, { headers });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, '', etag]);
    await client.grant('h-1', 1);
    const changed = await client.get<CreditsView>(path, { headers });
    expect([changed.status, changed.body.available]).toEqual([200, first.body.available + 1]);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('a read after a position has it; a foreign one is 400', async () => {
    for (let times = 0; times < 10; times++) {
      const { credits } = expectStatus(201, await client.grant('h-2', 1));
      expect((await client.credits('h-2', credits.position)).available).toBe(times + 1);
      expect((await client.credits('h-2')).position).toBe(credits.position);
    }
    for (const position of ['nonsense', Buffer.from('another-log:5').toString('base64url')]) {
      const answered = await client.get(`${path}?after=${position}`);
      expect([answered.status, answered.body.code]).toEqual([400, 'invalid-position']);
    }
  });

  it('analytics rebuilds every balance from the facts alone, in pages of any size', async () => {
    const facts = await client.facts(100);
    for (const limit of [1, 7]) expect(await client.facts(limit)).toEqual(facts);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
    const balances = new Map<string, number>();
    const remaining = new Map<string, number>();
    for (const { specversion, type, data } of facts) {
      expect(specversion).toBe('1.0');
      expect(type).toMatch(/^credits\.[a-z-]+$/);
      if (type === 'credits.low' || type === 'credits.exhausted') {
        expect(members(data)).toEqual(['accountId', 'at', 'available', 'nextRenewalAt']);
        continue;
      }
      const sign = SIGNS[type];
      if (sign === undefined) throw new Error(`a fact of unknown type ${type}`);
      const credits = data.credits as number;
      expect(credits).toBeGreaterThan(0);
      const extra =
        type === 'credits.allotted'
          ? ['actor', 'expiresAt', 'reason', 'source', 'validFrom']
          : ['credits.consumed', 'credits.returned'].includes(type)
            ? ['videoId']
            : [];
      expect(members(data)).toEqual(expect.arrayContaining(['accountId', 'allotmentId', 'at', 'cause', 'credits', ...extra]));
      const name = `${data.accountId} ${data.allotmentId}`;
      remaining.set(name, (remaining.get(name) ?? 0) + sign * credits);
      expect(remaining.get(name)).toBeGreaterThanOrEqual(0);
      balances.set(data.accountId, (balances.get(data.accountId) ?? 0) + sign * credits);
    }
    expect([...balances.keys()].sort()).toEqual(['h-1', 'h-2']);
    for (const [accountId, balance] of balances) {
      const { available, upcoming, allotments } = await client.credits(accountId);
      expect(available + upcoming).toBe(balance);
      for (const { id, remaining: left } of allotments) expect(remaining.get(`${accountId} ${id}`)).toBe(left);
      const moves = (await client.ledger(accountId)).map(({ id }) => id).reverse();
      expect(facts.filter(({ type, data }) => data.accountId === accountId && type in SIGNS).map(({ id }) => id)).toEqual(moves);
    }
  });

  it('analytics that waits is answered when something happens', async () => {
    const read = (after: string, waitMs: number) =>
      client.get<{ items: { type: string }[]; next: string }>(`/v1/events?limit=100&after=${encodeURIComponent(after)}&waitMs=${waitMs}`);
    let page = await client.get<{ items: unknown[]; next: string }>('/v1/events?limit=100');
    while (page.body.items.length > 0) page = await read(page.body.next, 0);
    const { next } = page.body;
    const began = performance.now();
    const waiting = read(next, 20_000);
    await client.grant('h-3', 1);
    expect((await waiting).body.items.map(({ type }) => type)).toEqual(['credits.allotted']);
    expect(performance.now() - began).toBeLessThan(10_000);
    for (const query of ['limit=0', 'limit=1001x', 'waitMs=30001', 'after=bad'])
      expect([query, (await client.get(`/v1/events?${query}`)).status]).toEqual([query, 400]);
  });
});
