import { freshFolder, removeFolder, Service } from '../e2e/service.js';
import { type Column, startColumn } from './column/column.js';
import { liveAYear } from './column/scenario.js';
import { firstOfEach, OtherSystems } from './column/topics.js';
import { until } from './kit/until.js';

const WAIT_MS = 60_000;

describe('one year on both columns', () => {
  const folder = freshFolder();
  let service: Service;
  let column: Column;
  beforeAll(async () => {
    [service, column] = await Promise.all([Service.start(folder), startColumn({ workers: 0 })]);
  }, 180_000);
  afterAll(async () => {
    await service.stop();
    await column.stop();
    removeFolder(folder);
  }, 60_000);

  it('ends in the same balances, ledgers and facts, ids included', async () => {
    const embedded = await liveAYear(service.client);
    const servers = await liveAYear(column.client(0));
    expect(servers).toEqual(embedded);
    // It was a year in which something happened.
    expect(embedded['yearly']?.facts.filter(({ type }) => type === 'credits.allotted')).toHaveLength(12);
    expect(Object.values(embedded).every(({ ledger }) => ledger.length > 0)).toBe(true);

    const others = new OtherSystems(column.kafka.bootstrap);
    for (const [accountId, { facts }] of Object.entries(embedded)) {
      await until(`the facts of ${accountId} are on the topic`, WAIT_MS, async () => {
        const read = firstOfEach(await others.all('credits.events')).filter(({ key }) => key === accountId);
        const onTopic = read.map(({ headers, value }) => [headers['ce_id'], headers['ce_type'], JSON.parse(value) as unknown]);
        return JSON.stringify(onTopic) === JSON.stringify(facts.map(({ id, type, data }) => [id, type, data])) || undefined;
      });
    }
    for (const client of [service.client, column.client(1)])
      expect(await client.post('/v1/ops/verify', {})).toMatchObject({ status: 200, body: { ok: true, problems: [] } });
  }, 240_000);
});
