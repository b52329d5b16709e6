import { FileTooLargeError } from '#files';
import { InvalidCursorError, StoreUnavailableError } from '#event-sourcing';
import type { ProblemCode } from '#contracts';
import { call, send } from './client.js';
import { credits, type Service, startService, video } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const order = { accountId: 'a-1', roomId: 'living-room', artworkId: 'art-1', title: 'Dusk' };
const key = { 'idempotency-key': 'k-1' };
const post = (body: unknown, headers: Record<string, string> = key) => ({ method: 'POST', body, headers }) as const;
const done = (value: unknown, replayed = false) => ({ kind: 'done', replayed, value });
const refused = (code: ProblemCode, facts: object = {}) => ({ kind: 'refused', refusal: { ...facts, code } });

/** What a library might do that is no friend of ours. */
const rejectedWithAWord = { then: (_resolve: unknown, reject: (reason: unknown) => void): void => reject('a word') };

describe('POST /v1/videos', () => {
  it('answers 201 with the video and the credits', async () => {
    service.answers.CreateVideo = () => done({ video, credits: credits(service) });
    const answer = await call(service, '/v1/videos', post(order));
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ video, credits: credits(service) });
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
    expect(service.asked.at(-1)).toEqual({
      accountId: 'a-1',
      request: { roomId: 'living-room', artworkId: 'art-1', title: 'Dusk' },
      key: 'k-1',
      caller: { keyName: 'staff' },
    });
  });

  it('takes a title left out and a null title for the same', async () => {
    await call(service, '/v1/videos', post({ ...order, title: null }));
    await call(service, '/v1/videos', post({ ...order, title: undefined }));
    expect(service.asked.slice(-2)).toEqual([
      expect.objectContaining({ request: { roomId: 'living-room', artworkId: 'art-1', title: null } }),
      expect.objectContaining({ request: { roomId: 'living-room', artworkId: 'art-1', title: null } }),
    ]);
  });

  it('answers a replay as the first time, and says so (rule 8)', async () => {
    service.answers.CreateVideo = () => done({ video, credits: credits(service) }, true);
    const answer = await call(service, '/v1/videos', post(order));
    expect([answer.status, answer.headers['idempotent-replayed']]).toEqual([201, 'true']);
  });

  it.each<[ProblemCode, number]>([
    ['insufficient-credits', 402],
    ['unknown-room', 404],
    ['unknown-artwork', 404],
    ['idempotency-key-in-use', 409],
    ['idempotency-key-reused', 422],
  ])('answers a refusal %s with %i and its facts', async (code, status) => {
    service.answers.CreateVideo = () =>
      refused(code, { available: 0, nextRenewalAt: null, support: 'help@x', status: 1, title: 't', type: 'u', instance: 'v' });
    const answer = await call(service, '/v1/videos', post(order));
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
      'no-store',
    ]);
    expect(answer.body).toMatchObject({
      code,
      status,
      type: `/docs#${code}`,
      instance: '/v1/videos',
      available: 0,
      nextRenewalAt: null,
      support: 'help@x',
    });
    expect(answer.headers['retry-after']).toBe(code === 'idempotency-key-in-use' ? '1' : undefined);
  });

  it('answers 503 with Retry-After while the store is away', async () => {
    service.answers.CreateVideo = () => {
      throw new StoreUnavailableError('disk on fire');
    };
    const answer = await call(service, '/v1/videos', post(order));
    expect([answer.status, answer.body['code'], answer.headers['retry-after']]).toEqual([503, 'store-unavailable', '2']);
  });

  it('answers 500 for a bug, without a word of it', async () => {
    service.answers.CreateVideo = () => {
      throw new TypeError('secret internals at /srv/x.ts:12');
    };
    const answer = await call(service, '/v1/videos', post(order));
    expect([answer.status, answer.body['code']]).toEqual([500, 'internal']);
    expect(answer.text).not.toMatch(/secret|x\.ts|TypeError/);
  });

  it('answers 500 also for what is thrown without being an error', async () => {
    service.answers.CreateVideo = () => {
      return rejectedWithAWord;
    };
    expect((await call(service, '/v1/videos', post(order))).status).toBe(500);
  });
});

describe('videos', () => {
  it('are listed by account, twenty at a time where nothing is said', async () => {
    service.answers.ListVideos = () => ({ items: [video], nextCursor: 'c' });
    expect((await call(service, '/v1/videos?accountId=a-1')).body).toEqual({ items: [video], nextCursor: 'c' });
    expect(service.asked.at(-1)).toEqual({ accountId: 'a-1', limit: 20, cursor: undefined });
    await call(service, '/v1/videos?accountId=a-1&limit=7&cursor=c');
    expect(service.asked.at(-1)).toEqual({ accountId: 'a-1', limit: 7, cursor: 'c' });
    service.answers.ListVideos = () => {
      throw new InvalidCursorError('no');
    };
    expect((await call(service, '/v1/videos?accountId=a-1&cursor=zzz')).body).toMatchObject({ status: 400, code: 'invalid-cursor' });
  });

  it('are shown one by one; one that is not there is 404', async () => {
    service.answers.GetVideo = () => video;
    expect((await call(service, `/v1/videos/${video.videoId}`)).body).toEqual(video);
    expect(service.asked.at(-1)).toEqual({ videoId: video.videoId });
    service.answers.GetVideo = () => null;
    expect((await call(service, '/v1/videos/none')).body).toMatchObject({ status: 404, code: 'unknown-video' });
  });

  it('are cancelled with 200, or refused', async () => {
    service.answers.CancelVideo = () => done({ video: { ...video, status: 'cancelled' }, credits: credits(service) });
    expect((await call(service, `/v1/videos/${video.videoId}/cancel`, { method: 'POST' })).status).toBe(200);
    service.answers.CancelVideo = () => refused('already-started');
    expect((await call(service, `/v1/videos/${video.videoId}/cancel`, { method: 'POST' })).status).toBe(409);
    service.answers.CancelVideo = () => refused('unknown-video');
    expect((await call(service, `/v1/videos/${video.videoId}/cancel`, { method: 'POST' })).status).toBe(404);
  });
});

describe('?after=', () => {
  it.each(['/v1/accounts/a-1/credits', '/v1/videos/v-1'])('on %s waits for what it names', async (url) => {
    service.answers.GetCredits = () => credits(service);
    service.answers.GetVideo = () => video;
    const token = service.position(12n);
    expect((await call(service, `${url}?after=${token}`)).status).toBe(200);
    service.behind.caughtUp = false;
    const late = await call(service, `${url}?after=${token}`);
    expect([late.status, late.body['code'], late.headers['retry-after']]).toEqual([503, 'read-model-behind', '1']);
    service.behind.caughtUp = true;
    expect((await call(service, `${url}?after=nonsense`)).body).toMatchObject({ status: 400, code: 'invalid-position' });
    const foreign = Buffer.from('another-log:12').toString('base64url');
    expect((await call(service, `${url}?after=${foreign}`)).body).toMatchObject({ status: 400, code: 'invalid-position' });
  });
});

describe('an account', () => {
  it('shows its credits with an ETag, and 304 to whoever has them', async () => {
    service.answers.GetCredits = () => credits(service);
    const first = await call(service, '/v1/accounts/a-1/credits');
    expect([first.status, first.body]).toEqual([200, credits(service)]);
    const etag = String(first.headers['etag']);
    const again = await call(service, '/v1/accounts/a-1/credits', { headers: { 'if-none-match': `"other", W/${etag}` } });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag]);
    service.answers.GetCredits = () => credits(service, { available: 2 });
    const changed = await call(service, '/v1/accounts/a-1/credits', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(etag);
    const head = await call(service, '/v1/accounts/a-1/credits', { method: 'HEAD' });
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', changed.headers['etag']]);
  });

  it('shows its ledger page by page', async () => {
    const line = {
      id: 'e',
      at: '2027-01-31T10:00:00.000Z',
      recordedAt: '2027-01-31T10:00:00.000Z',
      type: 'credits.consumed',
      credits: -1,
      balanceAfter: 3,
      allotmentId: 'al-1',
      videoId: 'v-1',
      source: null,
      reason: null,
      actor: null,
      cause: 'c',
      text: 'Used',
    };
    service.answers.GetLedger = () => ({ items: [line], nextCursor: null });
    expect((await call(service, '/v1/accounts/a-1/ledger?limit=3&cursor=9')).body).toEqual({ items: [line], nextCursor: null });
    expect(service.asked.at(-1)).toEqual({ accountId: 'a-1', limit: 3, cursor: '9' });
  });

  it('is granted credits with 201, with its dates as instants (rule 25)', async () => {
    const allotment = credits(service).allotments[0];
    service.answers.GrantCredits = () => done({ allotment, credits: credits(service) });
    const body = { credits: 5, source: 'purchase', reason: 'order 7', actor: 'Ann', expiresAt: '2028-01-31T10:00:00+01:00' };
    expect((await call(service, '/v1/accounts/a-1/grants', post(body))).status).toBe(201);
    expect(service.asked.at(-1)).toEqual({
      accountId: 'a-1',
      request: {
        credits: 5,
        source: 'purchase',
        reason: 'order 7',
        actor: 'Ann',
        ticket: null,
        expiresAt: Date.UTC(2028, 0, 31, 9),
        validFrom: null,
      },
      key: 'k-1',
      caller: { keyName: 'staff', actor: 'Ann' },
    });
    service.answers.GrantCredits = () => refused('invalid-grant');
    expect((await call(service, '/v1/accounts/a-1/grants', post(body))).status).toBe(422);
  });

  it.each<[ProblemCode, number]>([
    ['unknown-allotment', 404],
    ['nothing-to-revoke', 409],
  ])('refuses a revocation as %s with %i', async (code, status) => {
    service.answers.RevokeCredits = () => refused(code);
    expect((await call(service, '/v1/accounts/a-1/allotments/al-1/revoke', post({ reason: 'x' }))).body).toMatchObject({ code, status });
  });
});

describe('events', () => {
  it('from billing that cannot be right are 422 with the reason (rule 16)', async () => {
    service.answers.ApplyBillingEvent = () => refused('parked', { reason: 'unknown plan' });
    const event = { specversion: '1.0', id: 'e', source: 's', type: 'billing.subscription.renewed' };
    expect((await call(service, '/v1/billing-events', post(event))).body).toMatchObject({
      status: 422,
      code: 'parked',
      reason: 'unknown plan',
    });
    expect(service.asked.at(-1)).toEqual({ type: 'billing.subscription.renewed', data: null, caller: { keyName: 'staff' } });
  });

  it.each([
    ['/v1/billing-events', 'ApplyBillingEvent', 'billing.subscriptions'],
    ['/v1/render-results', 'ApplyRenderResult', 'videos.render-results'],
  ] as const)('refused at %s are set aside as their topic would, with the reason (rule 16)', async (url, command, topic) => {
    service.behind.parked.length = 0;
    service.answers[command] = () => refused('parked', { detail: 'no such thing' });
    const event = { specversion: '1.0', id: 'e', source: 's', type: 't', data: { accountId: 'a-1' } };
    expect((await call(service, url, post(event))).status).toBe(422);
    expect(service.behind.parked).toEqual([
      [topic, expect.objectContaining({ id: 'e', type: 't', data: { accountId: 'a-1' } }), { code: 'parked', detail: 'no such thing' }],
    ]);
    service.answers[command] = () => done({ position: 'p' });
    expect((await call(service, url, post(event))).status).toBe(202);
    expect(service.behind.parked).toHaveLength(1);
  });

  it('of ours are read on from where one was', async () => {
    const fact = { specversion: '1.0' as const, id: 'f', source: '/credits', type: 'credits.allotted', data: {} };
    let seen: unknown[] = [];
    service.behind.facts = async (after, limit, waitMs) => {
      seen = [after, limit, waitMs];
      return { items: [fact], next: 40n };
    };
    expect((await call(service, '/v1/events')).body).toEqual({ items: [fact], next: service.position(40n) });
    expect(seen).toEqual([0n, 20, 0]);
    await call(service, `/v1/events?after=${service.position(40n)}&limit=5&waitMs=100`);
    expect(seen).toEqual([40n, 5, 100]);
    expect((await call(service, '/v1/events?after=x')).body).toMatchObject({ status: 400, code: 'invalid-position' });
  });

  it('are not waited for when the service stops', async () => {
    const stopping = await startService();
    let asked = (): void => undefined;
    const reached = new Promise<void>((resolve) => (asked = resolve));
    stopping.behind.facts = (after, _limit, _waitMs, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ items: [], next: after }));
        asked();
      });
    const waiting = send(stopping, 'GET', '/v1/events?waitMs=30000', undefined, {
      authorization: 'Bearer vc_staff_for_the_tests_of_the_edge',
    });
    await reached;
    await stopping.app.close();
    expect((await waiting).body).toEqual({ items: [], next: stopping.position(0n) });
  });
});

it('a file that turns out too large is 413', async () => {
  service.answers.CreateVideo = () => {
    throw new FileTooLargeError(5);
  };
  expect((await call(service, '/v1/videos', post(order))).body).toMatchObject({ status: 413, limitBytes: 5 });
});
