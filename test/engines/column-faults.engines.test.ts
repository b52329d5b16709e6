import { randomUUID } from 'node:crypto';
import { type Client, expectStatus, type Problem } from '../e2e/client.js';
import { LivePage, openPage } from '../e2e/live-page.js';
import { picture } from '../e2e/pictures.js';
import { type Column, pause, startColumn } from './column/column.js';
import { insist } from './column/load.js';
import { type Told, table } from './column/told.js';
import { firstOfEach, OtherSystems } from './column/topics.js';
import { until } from './kit/until.js';

const WAIT_MS = 60_000;
/** A caller must not hang longer than this on an engine that is away. */
const BOUND_MS = 20_000;

describe('the servers column without one of its engines', () => {
  let column: Column;
  let one: Client;
  let two: Client;
  let others: OtherSystems;
  const told: Told[] = [];
  beforeAll(async () => {
    column = await startColumn({ workers: 1 });
    [one, two] = [column.client(0), column.client(1)];
    others = new OtherSystems(column.kafka.bootstrap);
  }, 180_000);
  afterAll(async () => {
    console.log(table(told));
    await column.stop();
  }, 60_000);

  /** What readiness tells of the first api. */
  async function readiness(): Promise<{ status: number; away: readonly string[] }> {
    const { status, body } = await one.as(undefined).get<{ away: string[] }>('/healthz/ready');
    return { status, away: body.away };
  }

  async function allRun(): Promise<void> {
    for (const each of [...column.apis, ...column.processors, ...column.workers]) {
      if (!each.running) throw new Error(`${each.role} on ${each.port} has ended: ${each.said().slice(-3_000)}`);
      await each.ready();
    }
  }

  it('event store: commands answer 503 with Retry-After in bounded time, reads go on, nothing is written twice, no message is parked', async () => {
    const { faults } = column.eventStore;
    if (faults === undefined) return; // a real server is not ours to stop
    const artworkId = await one.artwork('es', await picture());
    const { credits } = expectStatus(201, await one.grant('es', 2));
    await two.credits('es', credits.position);
    const page = await openPage(two, 'es');
    await faults.down();
    const key = randomUUID();
    const began = performance.now();
    const refused = await one.createVideo('es', artworkId, key);
    expect([refused.status, (refused.body as Problem).code]).toEqual([503, 'store-unavailable']);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    expect((await two.credits('es')).available).toBe(2);
    await until('the api says so', WAIT_MS, async () => ((await readiness()).status === 503 ? true : undefined));
    expect((await readiness()).away).toContain('event store');
    const data = { accountId: 'es-trial', occurredAt: new Date().toISOString() };
    await others.publish('billing.subscriptions', 'es-trial', 'billing.trial.started', data);
    await pause(8_000); // longer than a handler's tries would take

    await faults.up();
    const back = performance.now();
    const made = await insist([one, two], (client) => client.createVideo('es', artworkId, key), back + WAIT_MS);
    expect(made.status).toBe(201);
    const recoveryMs = Math.round(performance.now() - back);
    expect(expectStatus(201, await two.createVideo('es', artworkId, key)).video.videoId).toBe(made.body.video.videoId);
    await until('the open page shows it', WAIT_MS, async () => page.last?.available === 1 || undefined);
    await page.leave();
    await until('the trial is there', WAIT_MS, async () => (await one.credits('es-trial')).available === 1 || undefined);
    expect(await one.all('/v1/ops/parked')).toEqual([]);
    const consumed = (await one.ledger('es')).filter(({ type }) => type === 'credits.consumed');
    expect(consumed).toHaveLength(1);
    await allRun();
    told.push({ engine: 'event store away', faults: 1, commands: 3, lost: 0, doubled: consumed.length - 1, recoveryMs });
  }, 180_000);

  it('Kafka: commands and reads go on; jobs, facts and balances follow when it is back', async () => {
    const artworkId = await one.artwork('kafka', await picture());
    expectStatus(201, await one.grant('kafka', 2));
    await column.kafka.brokers[0]?.kill();
    const { video, credits } = expectStatus(201, await one.createVideo('kafka', artworkId));
    expect((await two.credits('kafka', credits.position)).available).toBe(1);
    const state = { accountId: 'kafka', occurredAt: new Date().toISOString() };
    expect((await two.billing('billing.trial.started', state)).status).toBe(202);
    await until('the api says so', WAIT_MS, async () => ((await readiness()).away.includes('message queue') ? true : undefined));
    expect((await readiness()).status).toBe(200);
    const parked = await one.billing('billing.subscription.exploded', state);
    expect([parked.status, (parked.body as Problem).code]).toEqual([503, 'store-unavailable']);

    await column.kafka.brokers[0]?.start();
    const back = performance.now();
    await until('the video is ready', WAIT_MS, async () => (await one.video(video.videoId)).status === 'ready' || undefined);
    const recoveryMs = Math.round(performance.now() - back);
    const mine = (await one.facts()).filter(({ data }) => data.accountId === 'kafka').map(({ id }) => id);
    await until('all facts are published', WAIT_MS, async () => {
      const read = firstOfEach(await others.all('credits.events')).filter(({ key }) => key === 'kafka');
      return JSON.stringify(read.map(({ headers }) => headers['ce_id'])) === JSON.stringify(mine) || undefined;
    });
    await allRun();
    told.push({ engine: 'Kafka killed', faults: 1, commands: 3, lost: 0, doubled: 0, recoveryMs });
  }, 180_000);

  it('PostgreSQL: commands go on, reads answer 503, read models catch up by themselves', async () => {
    expectStatus(201, await one.grant('pg', 1));
    const page = await openPage(two, 'pg');
    await column.postgres.kill();
    expectStatus(201, await one.grant('pg', 1));
    const began = performance.now();
    const refused = await two.get('/v1/accounts/pg/credits');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    const noPage = await LivePage.open(two, 'pg');
    expect(noPage instanceof LivePage ? 'a stream' : [noPage.status, noPage.problem.code]).toEqual([503, 'store-unavailable']);
    await until('the api says so', WAIT_MS, async () => ((await readiness()).away.includes('read models') ? true : undefined));
    expect((await readiness()).status).toBe(200);

    await column.postgres.start();
    const back = performance.now();
    await until('both grants show', WAIT_MS, async () => (await two.credits('pg')).available === 2 || undefined);
    await until('the page that stayed open shows them', WAIT_MS, async () => page.last?.available === 2 || undefined);
    await page.leave();
    const recoveryMs = Math.round(performance.now() - back);
    await allRun();
    told.push({ engine: 'PostgreSQL killed', faults: 1, commands: 2, lost: 0, doubled: 0, recoveryMs });
  }, 180_000);

  it('object store: pictures answer 503, the rest goes on', async () => {
    await column.s3.kill();
    const form = new FormData();
    form.set('accountId', 's3');
    form.set('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), 'artwork.png');
    const began = performance.now();
    expect((await one.ask('POST', '/v1/artworks', { body: form })).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    const { credits } = expectStatus(201, await one.grant('s3', 1));
    expect((await two.credits('s3', credits.position)).available).toBe(1);

    await column.s3.start();
    const back = performance.now();
    await until('a picture is taken', WAIT_MS, async () => one.artwork('s3', await picture()));
    await allRun();
    told.push({
      engine: 'object store killed',
      faults: 1,
      commands: 2,
      lost: 0,
      doubled: 0,
      recoveryMs: Math.round(performance.now() - back),
    });
  }, 120_000);

  it('a processor killed: the other does all of its work within the lease and a little', async () => {
    let longest = 0;
    for (const [n, processor] of column.processors.entries()) {
      await processor.kill();
      const began = performance.now();
      const artworkId = await one.artwork(`killed-${n}`, await picture());
      const { position } = expectStatus(201, await one.grant(`killed-${n}`, 1)).credits;
      const { video } = expectStatus(201, await one.createVideo(`killed-${n}`, artworkId));
      await until(
        'reads show it',
        WAIT_MS,
        async () => (await two.get(`/v1/accounts/killed-${n}/credits?after=${position}`)).status === 200 || undefined,
      );
      // The lease has run out, and the other has noticed.
      longest = Math.max(longest, performance.now() - began);
      await until('the video is ready', WAIT_MS, async () => (await one.video(video.videoId)).status === 'ready' || undefined);
      await processor.start();
    }
    expect(longest).toBeLessThan(25_000);
    told.push({ engine: 'processor killed', faults: 2, commands: 4, lost: 0, doubled: 0, recoveryMs: Math.round(longest) });
  }, 180_000);

  it('a processor frozen past its lease and thawed does no harm', async () => {
    const [frozen] = column.processors;
    frozen?.freeze();
    const began = performance.now();
    for (let n = 0; n < 10; n++) expectStatus(201, await one.grant('frozen', 1));
    await until('reads show it', WAIT_MS, async () => (await two.credits('frozen')).available === 10 || undefined);
    const recoveryMs = Math.round(performance.now() - began);
    await pause(Math.max(0, 15_000 - recoveryMs));
    frozen?.thaw();
    for (let n = 0; n < 10; n++) expectStatus(201, await one.grant('frozen', 1));
    await until('reads show it', WAIT_MS, async () => (await two.credits('frozen')).available === 20 || undefined);
    const mine = (await one.facts()).filter(({ data }) => data.accountId === 'frozen').map(({ id }) => id);
    await until('all facts are published, in order', WAIT_MS, async () => {
      const read = firstOfEach(await others.all('credits.events')).filter(({ key }) => key === 'frozen');
      return JSON.stringify(read.map(({ headers }) => headers['ce_id'])) === JSON.stringify(mine) || undefined;
    });
    await allRun();
    expect(await one.post('/v1/ops/verify', {})).toMatchObject({ status: 200, body: { ok: true, problems: [] } });
    told.push({ engine: 'processor frozen', faults: 1, commands: 20, lost: 0, doubled: 0, recoveryMs });
  }, 180_000);
});
