import { randomUUID } from 'node:crypto';
import { bill, subscription, type Subscription } from './billing.js';
import { expectStatus, type Client } from './client.js';
import { freshFolder, Service } from './service-under-test.js';
import { expectCredits, expectLedger, members } from './shapes.js';

const START = '2027-03-01T10:00:00.000Z';
const END = '2027-03-31T10:00:00.000Z';
const NEXT_END = '2027-04-30T10:00:00.000Z';
const at = (day: string): string => `2027-03-${day}T12:00:00.000Z`;

interface Parked {
  readonly id: string;
  readonly reason: string;
  readonly topic: string;
}

describe('Billing events from outside', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  beforeAll(async () => {
    service = await Service.start(folder);
    client = service.client;
    await client.clock({ now: at('20') });
  });
  afterAll(async () => {
    await service.finish();
  });

  it('come in any order, each several times, and end in the same place (rules 15, 19, 20)', async () => {
    const story: Partial<Subscription>[] = [
      { planId: 'artist-premium', occurredAt: START },
      { planId: 'gallery-basic', occurredAt: at('05') },
      { planId: 'gallery-advanced', occurredAt: at('09') },
      { planId: 'gallery-basic', periodStart: END, periodEnd: NEXT_END, occurredAt: at('19') },
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 0, 3, 1, 2],
      [0, 0, 1, 1, 2, 2, 3, 3],
    ];
    const ends = [];
    for (const [n, order] of orders.entries()) {
      const accountId = `order-${n}`;
      for (const step of order)
        await bill(client, 'billing.subscription.renewed', subscription(accountId, 'artist-premium', START, END, story[step]));
      const before = (await client.ledger(accountId)).length;
      for (const step of order)
        await bill(client, 'billing.subscription.renewed', subscription(accountId, 'artist-premium', START, END, story[step]));
      const lines = await client.ledger(accountId);
      expect(lines).toHaveLength(before);
      expectLedger(lines);
      const credits = await client.credits(accountId);
      expectCredits(credits);
      ends.push({
        available: credits.available,
        status: credits.status,
        cycle: credits.cycle,
        plan: credits.plan,
        nextRenewalAt: credits.nextRenewalAt,
      });
    }
    expect(ends[0]).toMatchObject({ available: 8, status: 'active', cycle: { start: START, end: END }, nextRenewalAt: END });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('a repeat under another event id is done already, and answers where the account stands', async () => {
    const state = subscription('repeat', 'gallery-basic', START, END);
    const first = expectStatus(202, await client.billing('billing.subscription.started', { ...state }));
    expect(members(first)).toEqual(['position']);
    const second = expectStatus(202, await client.billing('billing.subscription.renewed', { ...state }));
    expect(second).toEqual(first);
    const id = randomUUID();
    const purchase = { accountId: 'repeat', credits: 3, paymentId: 'p-1', occurredAt: at('10') };
    for (let times = 0; times < 3; times++) expectStatus(202, await client.billing('billing.credits.purchased', purchase, id));
    expectStatus(202, await client.billing('billing.credits.purchased', purchase));
    expect((await client.credits('repeat')).available).toBe(7);
    const refund = { accountId: 'repeat', paymentId: 'p-1', occurredAt: at('11') };
    for (let times = 0; times < 2; times++) expectStatus(202, await client.billing('billing.payment.refunded', refund));
    expect((await client.credits('repeat')).available).toBe(4);
  });

  it('cancelling, ending, failing and coming back show in the account (rules 17, 21, 22)', async () => {
    const accountId = 'life';
    const state = (more: Partial<Subscription>) => subscription(accountId, 'gallery-basic', START, END, more);
    await bill(client, 'billing.subscription.started', state({}));
    expect(await bill(client, 'billing.subscription.cancelled', state({ cancelAtPeriodEnd: true, occurredAt: at('10') }))).toMatchObject({
      available: 4,
      endsAt: END,
      nextRenewalAt: null,
    });
    expect(await bill(client, 'billing.subscription.reactivated', state({ occurredAt: at('11') }))).toMatchObject({
      available: 4,
      endsAt: null,
      nextRenewalAt: END,
    });
    const failed = expectStatus(
      202,
      await client.billing('billing.payment.failed', { accountId, subscriptionId: 's-1', periodStart: START, occurredAt: at('12') }),
    );
    expect(await client.credits(accountId, failed.position)).toMatchObject({ status: 'past-due', available: 4, nextRenewalAt: null });
    expect(await bill(client, 'billing.subscription.renewed', state({ occurredAt: at('13') }))).toMatchObject({
      status: 'active',
      available: 4,
    });
    expect(await bill(client, 'billing.subscription.ended', state({ status: 'ended', occurredAt: at('14') }))).toMatchObject({
      status: 'ended',
      available: 0,
    });
    expect((await client.ledger(accountId))[0]).toMatchObject({ type: 'credits.expired', credits: -4, reason: 'ended' });
  });

  it.each([
    ['an unknown plan', 'billing.subscription.started', { planId: 'platinum' }],
    ['an unknown type', 'billing.subscription.exploded', {}],
    ['an unknown status', 'billing.subscription.renewed', { status: 'confused' }],
    ['an unknown interval', 'billing.subscription.renewed', { interval: 'fortnight' }],
    ['an end before the start', 'billing.subscription.renewed', { periodEnd: '2027-02-01T00:00:00Z' }],
    ['a period under 14 days', 'billing.subscription.renewed', { periodEnd: '2027-03-14T10:00:00Z' }],
    ['a period over ten years', 'billing.subscription.renewed', { periodEnd: '2037-03-02T10:00:00Z' }],
    ['no instant', 'billing.subscription.renewed', { periodStart: 'yesterday' }],
    ['a bad id', 'billing.subscription.renewed', { subscriptionId: 'two words' }],
    ['a missing member', 'billing.subscription.renewed', { occurredAt: undefined }],
  ])('%s is parked with its reason and moves nothing, and the next event counts (rule 16)', async (what, type, wrong) => {
    const accountId = `parked-${what.replaceAll(' ', '-')}`;
    const data = { ...subscription(accountId, 'gallery-basic', START, END), ...wrong };
    const answered = await client.billing(type, data);
    expect(answered.status).toBe(422);
    expect(answered.body).toMatchObject({ code: 'parked', status: 422 });
    expect(answered.body.reason ?? answered.body.detail).toEqual(expect.stringMatching(/\w+/));
    expect(await client.ledger(accountId)).toEqual([]);
    expect(await bill(client, 'billing.subscription.started', subscription(accountId, 'gallery-basic', START, END))).toMatchObject({
      available: 4,
    });
  });

  it('what was parked is listed for operators, and may be replayed or discarded', async () => {
    for (const body of ['{"specversion":"1.0"}', '[]', '{"specversion":"0.3","id":"1","source":"/b","type":"t","data":{}}']) {
      const answered = await client.post('/v1/billing-events', body, { headers: { 'content-type': 'application/cloudevents+json' } });
      expect([body, answered.status, answered.body.code]).toEqual([body, 400, 'not-a-cloud-event']);
    }
    const parked = await client.all<Parked>('/v1/ops/parked', 3);
    expect(parked.length).toBeGreaterThanOrEqual(10);
    expect(members(parked[0] as Parked)).toEqual(['body', 'group', 'headers', 'id', 'key', 'parkedAt', 'reason', 'topic']);
    expect(new Set(parked.map(({ topic }) => topic))).toEqual(new Set(['billing.subscriptions']));
    const [one, two] = parked as [Parked, Parked];
    expect((await client.post(`/v1/ops/parked/${one.id}/discard`)).status).toBe(200);
    expect((await client.post(`/v1/ops/parked/${one.id}/discard`)).status).toBe(404);
    expect((await client.post(`/v1/ops/parked/${two.id}/replay`)).status).toBe(200);
    expect((await client.post('/v1/ops/parked/none/replay')).status).toBe(404);
    const deadline = performance.now() + 5_000;
    // Nothing about it has changed, so it is parked again: once, and under its reason.
    let left = await client.all<Parked>('/v1/ops/parked');
    while (left.length !== parked.length - 1 && performance.now() < deadline) left = await client.all<Parked>('/v1/ops/parked');
    expect(left.length).toBe(parked.length - 1);
    expect(left.map(({ id }) => id)).not.toContain(one.id);
    expect(left.map(({ reason }) => reason)).toContain(two.reason);
  });
});
