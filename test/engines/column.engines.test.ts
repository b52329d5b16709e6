import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreditsView } from '#contracts';
import { S3Files } from '#files/s3';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expectStatus, type Problem } from '../e2e/client.js';
import { picture } from '../e2e/pictures.js';
import { OutsideWorker } from '../e2e/worker.js';
import { type Column, startColumn } from './column/column.js';
import { firstOfEach, OtherSystems } from './column/topics.js';
import { until } from './kit/until.js';

const WAIT_MS = 30_000;

/** A subscription that billing says is paid from now on for a month. */
function paidNow(accountId: string, planId = 'gallery-basic') {
  const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const about = { accountId, subscriptionId: 's-1', planId, interval: 'month', status: 'active', cancelAtPeriodEnd: false };
  return { ...about, periodStart: at(0), periodEnd: at(30), occurredAt: at(0) };
}

describe('the servers column', () => {
  let column: Column;
  let others: OtherSystems;
  beforeAll(async () => {
    column = await startColumn();
    others = new OtherSystems(column.kafka.bootstrap);
  }, 180_000);
  afterAll(() => column.stop(), 60_000);

  it('takes a billing event on Kafka, an order over HTTP, renders, and tells what happened on its topics', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    await others.publish('billing.subscriptions', 'gallery-1', 'billing.subscription.started', paidNow('gallery-1'));
    await until('the plan is there', WAIT_MS, async () => (await two.credits('gallery-1')).available === 4 || undefined);

    const artworkId = await one.artwork('gallery-1', await picture(400, 300));
    const { video, credits } = expectStatus(201, await two.createVideo('gallery-1', artworkId));
    expect(await one.credits('gallery-1', credits.position)).toMatchObject({ available: 3, inProgress: 1 });
    await until('the video is ready', 90_000, async () => (await one.video(video.videoId)).status === 'ready' || undefined);

    const download = await two.send('GET', `/v1/videos/${video.videoId}/download`, { headers: { range: 'bytes=0-99' } });
    expect([download.status, download.headers.get('content-type')]).toEqual([206, 'video/mp4']);
    expect(Buffer.from(await download.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
    expect(await inObjectStore(column)).toEqual([expect.stringMatching(/^artworks\//), expect.stringMatching(/^videos\/.+\.mp4$/)]);

    const [job, ...more] = await others.all('videos.render-jobs');
    expect([job?.key, job?.headers['ce_type'], more]).toEqual(['gallery-1', 'videos.render.approved', []]);
    valid('videos.render-jobs', job?.headers['ce_type'], job?.value);

    const facts = await until('the facts are published', WAIT_MS, async () => {
      const read = firstOfEach(await others.all('credits.events'));
      return read.length >= 2 ? read : undefined;
    });
    expect(facts.map(({ key, headers }) => [key, headers['ce_type']])).toEqual([
      ['gallery-1', 'credits.allotted'],
      ['gallery-1', 'credits.consumed'],
    ]);
    const pulled = await one.facts();
    expect(facts.map(({ headers, value }) => [headers['ce_id'], JSON.parse(value)])).toEqual(pulled.map(({ id, data }) => [id, data]));
    for (const { headers, value } of facts) valid('credits.events', headers['ce_type'], value);

    const shown = await one.credits('gallery-1');
    const newest = await until('the balance is published', WAIT_MS, async () => {
      const balances = (await others.all('credits.balances')).filter(({ key }) => key === 'gallery-1');
      const told = balances.map(
        ({ headers, value }) => (valid('credits.balances', headers['ce_type'], value), JSON.parse(value)),
      ) as (CreditsView & {
        version: number;
      })[];
      const last = told.sort((a, b) => a.version - b.version).at(-1);
      return last?.position === shown.position ? last : undefined;
    });
    expect(newest).toEqual({ ...shown, version: newest.version });
    expect(await one.post('/v1/ops/verify', {})).toMatchObject({ status: 200, body: { ok: true, problems: [] } });
  }, 180_000);

  it('sets aside what cannot be right, with its reason, and goes on; support replays and discards it', async () => {
    const client = column.client(0);
    const bad: readonly (readonly [key: string | null, type: string, value: object | string | null])[] = [
      ['bad-1', 'billing.subscription.started', '{"accountId": "bad-1"'],
      ['bad-2', 'billing.subscription.started', { ...paidNow('bad-2'), planId: 'no-such-plan' }],
      ['bad-3', 'billing.subscription.exploded', paidNow('bad-3')],
      ['bad-4', 'billing.subscription.started', paidNow('somebody-else')],
      [null, 'billing.subscription.started', paidNow('bad-5')],
      ['bad-6', 'billing.subscription.started', null],
    ];
    for (const [key, type, value] of bad) await others.publish('billing.subscriptions', key, type, value);
    await others.publish('billing.subscriptions', 'good-1', 'billing.subscription.started', paidNow('good-1'));
    await until('the good one is applied', WAIT_MS, async () => (await client.credits('good-1')).available === 4 || undefined);
    const parked = await until('all bad ones are set aside', WAIT_MS, async () => {
      const items = await client.all<{ id: string; key: string; reason: string }>('/v1/ops/parked');
      return items.length >= bad.length ? items : undefined;
    });
    expect(parked).toHaveLength(bad.length);
    for (const { reason } of parked) expect(reason).not.toBe('');
    const [first, second] = parked;
    expect(await client.post(`/v1/ops/parked/${first?.id}/discard`)).toMatchObject({ status: 200 });
    // Nothing has become right: it is set aside again.
    expect(await column.client(1).post(`/v1/ops/parked/${second?.id}/replay`)).toMatchObject({ status: 200 });
    await until('the replayed one is set aside again', WAIT_MS, async () => {
      const items = await client.all<{ id: string; key: string }>('/v1/ops/parked');
      return items.length === bad.length - 1 && items.every(({ id }) => id !== second?.id) ? true : undefined;
    });
  }, 90_000);

  it('answers an order from either api once, however often it is sent', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    const artworkId = await one.artwork('keys-1', await picture());
    expectStatus(201, await two.grant('keys-1', 3));
    const asked = Array.from({ length: 12 }, (_, n) => (n % 2 ? one : two).createVideo('keys-1', artworkId, 'the-one-key'));
    const made = (await Promise.all(asked)).map((answer) => expectStatus(201, answer).video.videoId);
    expect(new Set(made).size).toBe(1);
    const reused = await two.createVideo('keys-1', artworkId, 'the-one-key', { title: 'another' });
    expect([reused.status, (reused.body as Problem).code]).toEqual([422, 'idempotency-key-reused']);
    expect((await one.ledger('keys-1')).filter(({ type }) => type === 'credits.consumed')).toHaveLength(1);
  }, 60_000);

  it('gives exactly 8 of 64 spenders on both apis their video (rule 6)', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    for (let round = 0; round < 3; round++) {
      const accountId = `spend-${round}`;
      const artworkId = await one.artwork(accountId, await picture());
      expectStatus(201, await two.grant(accountId, 8));
      const answers = await Promise.all(Array.from({ length: 64 }, (_, n) => (n % 2 ? one : two).createVideo(accountId, artworkId)));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(8).fill(201), ...Array<number>(56).fill(402)]);
      const { position } = answers.find(({ status }) => status === 201)?.body.credits ?? { position: '' };
      expect(await two.credits(accountId, position)).toMatchObject({ available: 0 });
    }
  }, 90_000);

  it('never shows less on the other api than what was answered, with `after`', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    for (let n = 1; n <= 40; n++) {
      const [writer, reader] = n % 2 ? [one, two] : [two, one];
      const { credits } = expectStatus(201, await writer.grant('watched', 1));
      expect((await reader.credits('watched', credits.position)).available).toBe(n);
    }
  }, 60_000);
});

describe('a worker over HTTP on the servers column', () => {
  let column: Column;
  beforeAll(async () => void (column = await startColumn({ workers: 0 })), 180_000);
  afterAll(() => column.stop(), 60_000);

  it('claims on one api, delivers to the other, and the video is ready for one credit', async () => {
    const [one, two] = [column.client(0), column.client(1)];
    const artworkId = await one.artwork('a-1', await picture());
    expectStatus(201, await one.grant('a-1', 1));
    const { videoId } = expectStatus(201, await one.createVideo('a-1', artworkId)).video;
    const worker = new OutsideWorker(one);
    const job = await until('a job is offered', 60_000, () => worker.claim(2_000));
    expect(job).toMatchObject({ videoId, attempt: 1 });
    const delivered = await new OutsideWorker(two).upload(job);
    const { position } = expectStatus(202, await new OutsideWorker(two).report('completed', job, delivered));
    expect(await one.video(videoId, position)).toMatchObject({ status: 'ready', progress: 100 });
    expect(await two.credits('a-1', position)).toMatchObject({ available: 0, inProgress: 0 });
  }, 120_000);
});

async function inObjectStore({ env }: Column): Promise<readonly string[]> {
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: env['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: env['AWS_SECRET_ACCESS_KEY'] });
  try {
    const files = await S3Files.open({ url: env['FILES_URL'] ?? '', log: () => undefined });
    const keys: string[] = [];
    for await (const { key } of files.list('')) keys.push(key);
    files.close();
    return keys.sort();
  } finally {
    process.env = before;
  }
}

const validators = new Map<string, ValidateFunction>();

/** Holds a message's data to the topic's published schema. */
function valid(topic: string, type: string | undefined, value: string | undefined): void {
  const schema = JSON.parse(readFileSync(join(process.cwd(), `libs/contracts/schemas/${topic}.json`), 'utf8')) as Record<string, unknown>;
  const key = `${topic} ${type}`;
  let validate = validators.get(key);
  if (validate === undefined) {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(schema);
    const compiled = ajv.getSchema(`${topic}.json#/$defs/${type}`);
    if (compiled === undefined) throw new Error(`${topic} has no schema of ${type}`);
    validators.set(key, (validate = compiled));
  }
  if (!validate(JSON.parse(value ?? 'null'))) throw new Error(`${key}: ${JSON.stringify(validate.errors)}\n${value}`);
}
