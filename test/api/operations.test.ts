import { once } from 'node:events';
import { connect } from 'node:net';
import { call } from './client.js';
import { credits, now, type Service, startService } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const post = (body: unknown) => ({ method: 'POST', body }) as const;

it('a caller who never finishes does not keep the service from stopping', async () => {
  const stopping = await startService();
  const silent = connect(stopping.port, '127.0.0.1');
  silent.write('POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{');
  const cut = new Promise((resolve) => silent.once('close', resolve));
  await once(silent, 'data');
  await stopping.app.close();
  await cut;
}, 10_000);

describe('a render worker without a queue', () => {
  it('claims a job, or learns that there is none', async () => {
    const job = {
      videoId: 'v',
      accountId: 'a',
      attempt: 1,
      roomId: 'r',
      artworkId: 'x',
      artworkUrl: 'http://h/a',
      uploadUrl: 'http://h/u',
      output: { width: 1280, height: 720, fps: 30, durationMs: 4000, format: 'mp4' },
      leaseMs: 300_000,
    };
    service.answers.ClaimRenderJob = () => job;
    expect((await call(service, '/v1/render-jobs/claim', post({ workerId: 'w-1', waitMs: 500 }))).body).toEqual(job);
    expect(service.asked.at(-1)).toMatchObject({ workerId: 'w-1', waitMs: 500, caller: { keyName: 'staff' } });
    service.answers.ClaimRenderJob = () => null;
    const none = await call(service, '/v1/render-jobs/claim', post({ workerId: 'w-1' }));
    expect([none.status, none.text]).toEqual([204, '']);
    expect((await call(service, '/v1/render-jobs/claim', post({ workerId: 'w-1', waitMs: 30_001 }))).status).toBe(400);
  });
});

describe('the plans', () => {
  it('are the catalogue', async () => {
    const { items } = (await call<{ items: { id: string }[] }>(service, '/v1/plans')).body;
    expect(items).toHaveLength(7);
    expect(items[0]).toEqual({ id: 'artist-basic', name: 'Artist Basic', creditsPerCycle: 1, cycle: 'P30D' });
    expect(items[6]).toEqual({ id: 'trial', name: 'Trial', creditsInTotal: 1 });
  });
});

describe('the test clock', () => {
  it('moves to an instant or by a duration, never back', async () => {
    service.behind.clock = now;
    expect((await call(service, '/v1/test-clock')).body).toEqual({ now: '2027-01-31T10:00:00.000Z' });
    expect((await call(service, '/v1/test-clock', post({ advance: 'P1M' }))).body).toEqual({ now: '2027-02-28T10:00:00.000Z' });
    expect((await call(service, '/v1/test-clock', post({ advance: 'P30DT1H' }))).body).toEqual({ now: '2027-03-30T11:00:00.000Z' });
    expect((await call(service, '/v1/test-clock', post({ now: '2028-01-01T00:00:00Z' }))).body).toEqual({
      now: '2028-01-01T00:00:00.000Z',
    });
    const back = await call(service, '/v1/test-clock', post({ now: '2027-12-31T00:00:00Z' }));
    expect([back.status, back.body['code'], back.body['now']]).toEqual([409, 'clock-cannot-go-back', '2028-01-01T00:00:00.000Z']);
  });

  it.each([
    {},
    { now: '2029-01-01T00:00:00Z', advance: 'P1D' },
    { advance: 'P' },
    { advance: '30 days' },
    { advance: 'P9999Y' },
    { advance: '-P1D' },
    { now: 'tomorrow' },
    { set: 1 },
  ])('takes exactly one of the two: %j', async (body) => {
    const before = service.behind.clock;
    expect((await call(service, '/v1/test-clock', post(body))).body).toMatchObject({ status: 400, code: 'invalid-body' });
    expect(service.behind.clock).toBe(before);
  });
});

describe('operations', () => {
  const parked = {
    id: 'p-1',
    topic: 't',
    group: 'g',
    key: 'a-1',
    reason: 'unknown plan',
    parkedAt: '2027-01-31T10:00:00.000Z',
    headers: { ce_type: 'x' },
    body: '{}',
  };

  it('list what is parked page by page, put it back or drop it', async () => {
    service.behind.operations.parked = async ({ limit, after }) =>
      [parked, { ...parked, id: 'p-2' }, { ...parked, id: 'p-3' }].filter(({ id }) => after === undefined || id > after).slice(0, limit);
    expect((await call(service, '/v1/ops/parked?limit=2')).body).toMatchObject({
      items: [{ id: 'p-1' }, { id: 'p-2' }],
      nextCursor: 'p-2',
    });
    expect((await call(service, '/v1/ops/parked?limit=2&cursor=p-2')).body).toMatchObject({ items: [{ id: 'p-3' }], nextCursor: null });
    service.behind.operations.replay = async (id) => id === 'p-1';
    service.behind.operations.discard = async (id) => id === 'p-1';
    for (const what of ['replay', 'discard']) {
      expect((await call(service, `/v1/ops/parked/p-1/${what}`, { method: 'POST' })).body).toEqual({ id: 'p-1' });
      expect((await call(service, `/v1/ops/parked/p-9/${what}`, { method: 'POST' })).status).toBe(404);
    }
  });

  it('verify and rebuild', async () => {
    service.behind.operations.verify = async () => ({ ok: false, events: 5, streams: 2, problems: ['a row is wrong'] });
    expect((await call(service, '/v1/ops/verify', { method: 'POST' })).body).toEqual({
      ok: false,
      events: 5,
      streams: 2,
      problems: ['a row is wrong'],
    });
    service.behind.operations.rebuild = async (name = 'all') => (name === 'none' ? undefined : { rebuilt: [name] });
    expect((await call(service, '/v1/ops/rebuild', post({}))).body).toEqual({ rebuilt: ['all'] });
    expect((await call(service, '/v1/ops/rebuild', post({ name: 'balance' }))).body).toEqual({ rebuilt: ['balance'] });
    expect((await call(service, '/v1/ops/rebuild', post({ name: 'none' }))).status).toBe(404);
  });

  it('refuse a key with no scope, an unknown one or one twice', async () => {
    for (const scopes of [[], ['root'], ['ops', 'ops'], 'ops', [1]])
      expect((await call(service, '/v1/ops/keys', post({ name: 'k', scopes }))).status).toBe(400);
  });
});

describe('health', () => {
  it('is live, and ready once nothing is in the way', async () => {
    expect((await call(service, '/healthz/live', { token: null })).body).toEqual({ status: 'live' });
    expect((await call(service, '/healthz/ready', { token: null })).body).toEqual({ status: 'ready', obstacles: [], away: [] });
    service.behind.obstacles = ['the renewal saga has stopped'];
    const answer = await call(service, '/healthz/ready', { token: null });
    expect([answer.status, answer.body]).toEqual([503, { status: 'not-ready', obstacles: ['the renewal saga has stopped'], away: [] }]);
    service.behind.obstacles = [];
  });

  it('counts requests by route and status, never by address', async () => {
    service.answers.GetCredits = () => credits(service);
    await call(service, '/v1/accounts/a-counted/credits');
    const { text, headers } = await call(service, '/metrics', { token: null });
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/v1\/accounts\/:accountId\/credits",status="200"\} \d/);
    expect(text).toContain('queue_lag_messages{topic="videos.render-jobs"} 3');
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    expect(text).not.toContain('a-counted');
  });
});
