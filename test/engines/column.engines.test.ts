import { type Column, startColumn } from './column/column.js';

describe('the servers column', () => {
  let column: Column;
  beforeAll(async () => void (column = await startColumn()), 180_000);
  afterAll(() => column.stop(), 60_000);

  it('gives a trial its credit, and both apis show it at once', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    const event = {
      specversion: '1.0',
      id: 'trial-1',
      source: '/billing',
      type: 'billing.trial.started',
      data: { accountId: 'a-1', occurredAt: new Date().toISOString() },
    };
    const told = await one.post<{ position: string }>('/v1/billing-events', event);
    expect(told.status).toBe(202);
    expect(await two.credits('a-1', told.body.position)).toMatchObject({ available: 1, status: 'trial' });
  });
});
