import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bill, plansAndCredits, subscription } from './billing.js';
import { expectStatus } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';
import { expectCredits, expectLedger } from './shapes.js';

const START = '2027-01-31T10:00:00.000Z';
const plans = (cycle: string) => ({
  version: 1,
  plans: [
    { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle: 4, cycle },
    { id: 'trial', name: 'Trial', creditsInTotal: 1 },
  ],
});

describe('Cycles, by the test clock', () => {
  const services: Service[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.finish();
  });

  async function startAt(now: string, file?: object): Promise<Service> {
    const folder = freshFolder();
    const path = join(folder, 'plans.json');
    if (file) writeFileSync(path, JSON.stringify(file));
    const service = await Service.start(folder, file ? { PLANS_FILE: path } : {});
    services.push(service);
    expect(await service.client.clock({ now })).toBe(now);
    return service;
  }

  it('every plan renews to its own number of credits and what is left expires (rules 1, 10, 11)', async () => {
    const { client } = await startAt(START);
    for (const [planId, credits] of Object.entries(plansAndCredits)) {
      const first = await bill(client, 'billing.subscription.started', subscription(planId, planId, START, '2027-02-28T10:00:00.000Z'));
      expectCredits(first);
      expect(first).toMatchObject({ status: 'active', available: credits, plan: { id: planId, creditsPerCycle: credits } });
      expect(first.cycle).toEqual({ start: START, end: '2027-02-28T10:00:00.000Z' });
      expect(first.nextRenewalAt).toBe('2027-02-28T10:00:00.000Z');
      const made = expectStatus(201, await client.createVideo(planId, await client.artwork(planId, await picture())));
      expect(made.credits).toMatchObject({ available: credits - 1, usedThisCycle: 1 });
      await bill(
        client,
        'billing.subscription.renewed',
        subscription(planId, planId, '2027-02-28T10:00:00.000Z', '2027-03-31T10:00:00.000Z', { occurredAt: '2027-01-31T11:00:00.000Z' }),
      );
    }
    await client.clock({ now: '2027-02-28T09:59:59.999Z' });
    expect(await client.credits('gallery-basic')).toMatchObject({ available: 3, usedThisCycle: 1 });
    await client.clock({ now: '2027-02-28T10:00:00.000Z' });
    for (const [planId, credits] of Object.entries(plansAndCredits)) {
      const renewed = await client.credits(planId);
      expect(renewed).toMatchObject({ available: credits, usedThisCycle: 0, status: 'active' });
      expect(renewed.allotments).toHaveLength(1);
      const lines = await client.ledger(planId);
      expectLedger(lines);
      const told = lines.map(({ type, credits: change, balanceAfter }) => [type, change, balanceAfter]);
      const left = credits - 1;
      expect(told.filter(([type]) => ['credits.allotted', 'credits.consumed', 'credits.expired'].includes(type as string))).toEqual([
        ['credits.allotted', credits, credits],
        ...(left > 0 ? [['credits.expired', -left, 0]] : []),
        ['credits.consumed', -1, left],
        ['credits.allotted', credits, credits],
      ]);
      expect(lines.find(({ type }) => type === 'credits.allotted')?.at).toBe('2027-02-28T10:00:00.000Z');
    }
    await client.clock({ now: '2027-04-15T00:00:00.000Z' });
    expect(await client.credits('gallery-basic')).toMatchObject({ status: 'renewal-pending', available: 0, nextRenewalAt: null });
  });

  it.each([
    ['P1M', (n: number) => new Date(Date.UTC(2027, n + 1, 0, 10)).toISOString()],
    ['P30D', (n: number) => new Date(Date.parse(START) + n * 30 * 86_400_000).toISOString()],
  ])('a yearly plan from a month end gets twelve sets by %s (rules 9, 10, 14)', async (cycle, nth) => {
    const { client } = await startAt(START, plans(cycle));
    const end = '2028-01-31T10:00:00.000Z';
    await bill(client, 'billing.subscription.started', subscription('y', 'gallery-basic', START, end));
    for (let n = 1; n < 12; n++) {
      expect(await client.credits('y')).toMatchObject({ available: 4, cycle: { start: nth(n - 1), end: nth(n) }, nextRenewalAt: nth(n) });
      await client.clock({ now: nth(n) });
    }
    expect(await client.credits('y')).toMatchObject({ available: 4, cycle: { start: nth(11), end }, nextRenewalAt: end });
    await client.clock({ now: end });
    expect(await client.credits('y')).toMatchObject({ available: 0, status: 'renewal-pending' });
    const sets = (await client.ledger('y')).filter(({ type }) => type === 'credits.allotted');
    expect(sets.map(({ at }) => at).reverse()).toEqual(Array.from({ length: 12 }, (_, n) => nth(n)));
  });

  it('months of downtime are caught up in order, each set dated at its own instant (rule 13)', async () => {
    const service = await startAt(START);
    const { client } = service;
    await bill(client, 'billing.subscription.started', subscription('slept', 'gallery-premium', START, '2028-01-31T10:00:00.000Z'));
    expect(await client.clock({ advance: 'P95D' })).toBe('2027-05-06T10:00:00.000Z');
    const lines = await client.ledger('slept');
    expectLedger(lines);
    expect(lines.map(({ type, at }) => [type, at]).reverse()).toEqual([
      ['credits.allotted', START],
      ...['2027-03-02', '2027-04-01', '2027-05-01'].flatMap((day) => [
        ['credits.expired', `${day}T10:00:00.000Z`],
        ['credits.allotted', `${day}T10:00:00.000Z`],
      ]),
    ]);
    const past = await client.get<{ available: number; inProgress: null; cycle: object }>(
      `/v1/accounts/slept/credits?at=2027-03-02T10:00:00Z`,
    );
    expect(past.status).toBe(200);
    expect(past.body).toMatchObject({ inProgress: null });
    const back = await client.post('/v1/test-clock', { now: START });
    expect([back.status, back.body.code]).toEqual([409, 'clock-cannot-go-back']);
    expect(await client.credits('slept')).toMatchObject({ available: 16, cycle: { start: '2027-05-01T10:00:00.000Z' } });

    // The instant is kept in the folder: it holds after a restart, and only in sandbox mode may such a folder start.
    await service.kill();
    const refused = await Service.refused(service.folder, { SANDBOX: 'false' });
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain('SANDBOX');
    const again = await Service.start(service.folder);
    services.splice(services.indexOf(service), 1, again);
    expect((await again.client.get<{ now: string }>('/v1/test-clock')).body).toEqual({ now: '2027-05-06T10:00:00.000Z' });
    expect(await again.client.credits('slept')).toMatchObject({ available: 16 });
  });
});
