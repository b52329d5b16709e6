import { randomUUID } from 'node:crypto';
import { expectStatus } from '../e2e/client.js';
import { picture } from '../e2e/pictures.js';
import { type Column, startColumn } from './column/column.js';
import { GrantLoad, insist } from './column/load.js';
import { type Told, table } from './column/told.js';
import { firstOfEach, OtherSystems } from './column/topics.js';
import { until } from './kit/until.js';

const WAIT_MS = 60_000;
/** A process that is asked to end does so within this, whatever is away. */
const STOP_MS = 9_500;
const ACCOUNTS = 6;
const CREDITS = 8;
const SPENDERS = 24;

describe('a rolling restart of the servers column under load', () => {
  let column: Column;
  const told: Told[] = [];
  beforeAll(async () => void (column = await startColumn()), 180_000);
  afterAll(async () => {
    console.log(table(told));
    await column.stop();
  }, 60_000);

  it('loses and doubles nothing: every process is ended by SIGTERM and started again, one after the other', async () => {
    const clients = [column.client(0), column.client(1)];
    const [one, two] = [column.client(0), column.client(1)];
    const others = new OtherSystems(column.kafka.bootstrap);
    const artworkId = await one.artwork('spender', await picture());
    expectStatus(201, await one.grant('spender', CREDITS));

    const load = new GrantLoad(clients, ACCOUNTS, WAIT_MS);
    const spent = Array.from({ length: SPENDERS }, async () => {
      const key = randomUUID();
      return insist(clients, (client) => client.createVideo('spender', artworkId, key), performance.now() + WAIT_MS);
    });
    const processes = [...column.apis, ...column.processors, ...column.workers];
    let longestStop = 0;
    for (const [n, each] of processes.entries()) {
      const trial = { accountId: `trial-${n}`, occurredAt: new Date().toISOString() };
      await others.publish('billing.subscriptions', `trial-${n}`, 'billing.trial.started', trial);
      const began = performance.now();
      await each.stop();
      longestStop = Math.max(longestStop, performance.now() - began);
      await each.start();
    }
    expect(longestStop).toBeLessThan(STOP_MS);
    const acknowledged = await load.stop();
    const orders = await Promise.all(spent);

    expect(orders.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(CREDITS).fill(201),
      ...Array<number>(SPENDERS - CREDITS).fill(402),
    ]);
    let granted = 0;
    let [lost, doubled] = [0, 0];
    for (const [accountId, count] of acknowledged) {
      const given = (await two.ledger(accountId)).filter(({ type }) => type === 'credits.allotted').length;
      granted += count;
      lost += Math.max(0, count - given);
      doubled += Math.max(0, given - count);
    }
    expect([lost, doubled]).toEqual([0, 0]);
    expect(granted).toBeGreaterThan(100);
    for (const n of processes.keys())
      await until(`trial ${n}`, WAIT_MS, async () => (await one.credits(`trial-${n}`)).available === 1 || undefined);
    const made = orders.flatMap(({ status, body }) => (status === 201 ? [body.video.videoId] : []));
    for (const videoId of made)
      await until('its video is ready', 120_000, async () => (await one.video(videoId)).status === 'ready' || undefined);

    const pulled = await one.facts();
    await until('the topic has every fact, each account in its order', WAIT_MS, async () => {
      const read = firstOfEach(await others.all('credits.events'));
      const orderOf = (facts: readonly (readonly [string, string])[]): string =>
        JSON.stringify([...facts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
      const onTopic = orderOf(read.map(({ key, headers }) => [key, headers['ce_id'] ?? '']));
      return onTopic === orderOf(pulled.map(({ id, data }) => [data.accountId, id])) || undefined;
    });
    expect(await two.all('/v1/ops/parked')).toEqual([]);
    expect(await one.post('/v1/ops/verify', {})).toMatchObject({ status: 200, body: { ok: true, problems: [] } });
    told.push({
      engine: 'rolling restart',
      faults: processes.length,
      commands: granted + SPENDERS + processes.length,
      lost,
      doubled,
      recoveryMs: Math.round(longestStop),
    });
  }, 300_000);

  it('ends in bounded time also while Kafka, or PostgreSQL, is away, and begins again when it is back', async () => {
    for (const engine of [column.kafka.brokers[0], column.postgres]) {
      if (engine === undefined) throw new Error('there is no broker');
      await engine.kill();
      const ending = [column.apis[0], column.processors[0]];
      let longest = 0;
      for (const each of ending) {
        const began = performance.now();
        await each?.stop();
        longest = Math.max(longest, performance.now() - began);
      }
      expect(longest).toBeLessThan(STOP_MS);
      for (const each of ending) each?.begin();
      await engine.start();
      for (const each of ending) await each?.ready();
      told.push({ engine: 'stopped without an engine', faults: 1, commands: 0, lost: 0, doubled: 0, recoveryMs: Math.round(longest) });
    }
  }, 180_000);
});
