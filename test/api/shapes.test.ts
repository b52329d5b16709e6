import { call, send } from './client.js';
import { credits, now, type Service, startService, staffToken, video } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
  service.answers.CreateVideo = () => ({ kind: 'done', replayed: false, value: { video, credits: credits(service) } });
  service.answers.CancelVideo = service.answers.CreateVideo;
  service.answers.GrantCredits = () => ({
    kind: 'done',
    replayed: false,
    value: { allotment: credits(service).allotments[0], credits: credits(service) },
  });
  service.answers.RevokeCredits = service.answers.GrantCredits;
  service.answers.GetCredits = () => credits(service);
  service.answers.GetLedger = () => ({ items: [], nextCursor: null });
  service.answers.ListVideos = () => ({ items: [video], nextCursor: null });
  service.answers.ApplyBillingEvent = () => ({ kind: 'done', replayed: false, value: { position: 'p' } });
  service.answers.ApplyRenderResult = service.answers.ApplyBillingEvent;
});
afterAll(() => service.app.close());
beforeEach(() => {
  service.asked.length = 0;
});

const order = { accountId: 'a-1', roomId: 'living-room', artworkId: 'art-1' };
const key = { 'idempotency-key': 'k-1' };
const json = { 'content-type': 'application/json' };

describe('a body that is not right is refused, and nothing is asked of the domain', () => {
  it.each<[string, string, number, string]>([
    ['nothing', '', 400, 'invalid-body'],
    ['half a document', '{"accountId":"a-1"', 400, 'bad-request'],
    ['not JSON', 'accountId=a-1', 400, 'bad-request'],
    ['a list', '[]', 400, 'invalid-body'],
    ['a list of orders', JSON.stringify([order]), 400, 'invalid-body'],
    ['null', 'null', 400, 'invalid-body'],
    ['a number', '7', 400, 'invalid-body'],
    ['text', '"a-1"', 400, 'invalid-body'],
    ['an empty object', '{}', 400, 'invalid-body'],
    ['a field missing', '{"accountId":"a-1","roomId":"r"}', 400, 'invalid-body'],
    ['a field too many', JSON.stringify({ ...order, credits: 5 }), 400, 'invalid-body'],
    ['a number for an id', JSON.stringify({ ...order, accountId: 1 }), 400, 'invalid-body'],
    ['an object for an id', JSON.stringify({ ...order, accountId: { toString: 'a-1' } }), 400, 'invalid-body'],
    ['a list for an id', JSON.stringify({ ...order, accountId: ['a-1'] }), 400, 'invalid-body'],
    ['an empty id', JSON.stringify({ ...order, accountId: '' }), 400, 'invalid-body'],
    ['an id of 129', JSON.stringify({ ...order, accountId: 'a'.repeat(129) }), 400, 'invalid-body'],
    ['an id with a space', JSON.stringify({ ...order, accountId: 'a 1' }), 400, 'invalid-body'],
    ['an id with a line end', JSON.stringify({ ...order, accountId: 'a-1\n' }), 400, 'invalid-body'],
    ['an id with a null byte', '{"accountId":"a\\u0000","roomId":"r","artworkId":"x"}', 400, 'invalid-body'],
    ['half a character in the title', '{"accountId":"a-1","roomId":"r","artworkId":"x","title":"\\ud800"}', 400, 'invalid-body'],
    ['a null byte in the title', '{"accountId":"a-1","roomId":"r","artworkId":"x","title":"a\\u0000b"}', 400, 'invalid-body'],
    ['a blank title', JSON.stringify({ ...order, title: '  ' }), 400, 'invalid-body'],
    ['a long title', JSON.stringify({ ...order, title: 'x'.repeat(201) }), 400, 'invalid-body'],
    ['a boolean title', JSON.stringify({ ...order, title: false }), 400, 'invalid-body'],
    ['a prototype', '{"accountId":"a-1","roomId":"r","artworkId":"x","__proto__":{"title":"t"}}', 400, 'bad-request'],
    ['a prototype, escaped', '{"accountId":"a-1","roomId":"r","artworkId":"x","\\u005f_proto__":{"title":"t"}}', 400, 'bad-request'],
    [
      'a constructor with a prototype',
      '{"accountId":"a-1","roomId":"r","artworkId":"x","constructor":{"prototype":{"title":"t"}}}',
      400,
      'bad-request',
    ],
    ['a constructor', '{"accountId":"a-1","roomId":"r","artworkId":"x","constructor":"Object"}', 400, 'invalid-body'],
    ['fields by their inherited names', '{"toString":"a","hasOwnProperty":1}', 400, 'invalid-body'],
    ['a deep nest', `{"accountId":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400, 'invalid-body'],
  ])('%s', async (_what, body, status, code) => {
    const answer = await call(service, '/v1/videos', { method: 'POST', body, headers: { ...json, ...key } });
    expect([answer.status, answer.body['code'], answer.headers['content-type']]).toEqual([
      status,
      code,
      'application/problem+json; charset=utf-8',
    ]);
    expect(service.asked).toEqual([]);
  });

  it('says of each field what is wrong', async () => {
    const { body } = await call(service, '/v1/videos', {
      method: 'POST',
      body: { accountId: 1, roomId: 'r', artworkId: 'x', extra: 1 },
      headers: key,
    });
    expect(body['errors']).toEqual([
      { field: 'extra', problem: 'is not known here' },
      { field: 'accountId', problem: 'must be 1 to 128 of A–Z a–z 0–9 . _ - : @' },
    ]);
    expect(body).not.toHaveProperty('stack');
  });

  it.each<[string, unknown]>([
    ['half a credit', { credits: 1.5 }],
    ['no credit', { credits: 0 }],
    ['minus one', { credits: -1 }],
    ['text', { credits: '5' }],
    ['null', { credits: null }],
    ['a list', { credits: [5] }],
    ['more than there is', { credits: 1e21 }],
    ['another source', { source: 'plan' }],
    ['an inherited source', { source: 'constructor' }],
    ['no reason', { reason: '' }],
    ['a long reason', { reason: 'x'.repeat(201) }],
    ['a day without time', { expiresAt: '2027-03-01' }],
    ['an instant without offset', { expiresAt: '2027-03-01T10:00:00' }],
    ['the 30th of February', { expiresAt: '2027-02-30T10:00:00Z' }],
    ['the 25th hour', { validFrom: '2027-03-01T24:00:00Z' }],
    ['an instant as a number', { validFrom: 1_800_000_000_000 }],
  ])('a grant with %s', async (_what, change) => {
    const body = { credits: 5, source: 'goodwill', reason: 'sorry', ...(change as object) };
    const answer = await call(service, '/v1/accounts/a-1/grants', { method: 'POST', body, headers: key });
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid-body']);
    expect(service.asked).toEqual([]);
  });

  it('a number too large for JSON', async () => {
    const answer = await call(service, '/v1/accounts/a-1/grants', {
      method: 'POST',
      body: '{"credits":1e400,"source":"goodwill","reason":"x"}',
      headers: { ...json, ...key },
    });
    expect(answer.status).toBe(400);
  });

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['video/mp4'],
    ['application/cloudevents+json'],
    ['application/json5'],
    ['json'],
  ])('a body of type %s is 415', async (type) => {
    const answer = await call(service, '/v1/videos', {
      method: 'POST',
      body: JSON.stringify(order),
      headers: { ...key, 'content-type': type },
    });
    expect([answer.status, answer.body['code']]).toEqual([415, 'unsupported-media-type']);
    expect(service.asked).toEqual([]);
  });

  it('a body of no type is 415, also where its length is not announced', async () => {
    const authorization = `Bearer ${staffToken}`;
    expect((await send(service, 'POST', '/v1/videos', JSON.stringify(order), { ...key, authorization })).status).toBe(415);
    expect(
      (await send(service, 'POST', '/v1/videos', JSON.stringify(order), { ...key, authorization, 'transfer-encoding': 'chunked' })).status,
    ).toBe(415);
  });

  it('64 kB are taken, more is 413, announced or not', async () => {
    const padded = (bytes: number): string => JSON.stringify(order).padEnd(bytes, ' ');
    const headers = { ...key, ...json, authorization: `Bearer ${staffToken}` };
    expect((await send(service, 'POST', '/v1/videos', padded(64 * 1024), headers)).status).toBe(201);
    const announced = await send(service, 'POST', '/v1/videos', padded(64 * 1024 + 1), headers);
    expect([announced.status, announced.body['code']]).toEqual([413, 'payload-too-large']);
    const chunked = await send(service, 'POST', '/v1/videos', padded(64 * 1024 + 1), { ...headers, 'transfer-encoding': 'chunked' });
    expect([chunked.status, chunked.body['code']]).toEqual([413, 'payload-too-large']);
  });

  it('nobody’s huge body is 401 without being read', async () => {
    expect((await send(service, 'POST', '/v1/videos', 'x'.repeat(1_000_000), json)).status).toBe(401);
  });

  it('a route that takes no body takes none', async () => {
    expect((await call(service, '/v1/videos/v-1/cancel', { method: 'POST', body: { force: true } })).body).toMatchObject({
      status: 400,
      code: 'invalid-body',
    });
    expect(service.asked).toEqual([]);
    expect((await call(service, '/v1/videos/v-1/cancel', { method: 'POST', body: {} })).status).toBe(200);
    expect((await call(service, '/v1/videos/v-1/cancel', { method: 'POST', body: '', headers: json })).status).toBe(200);
  });
});

describe('a query that is not right is 400', () => {
  it.each([
    '/v1/videos',
    '/v1/videos?accountId=a%20b',
    '/v1/videos?accountId=a-1&limit=0',
    '/v1/videos?accountId=a-1&limit=101',
    '/v1/videos?accountId=a-1&limit=1e1',
    '/v1/videos?accountId=a-1&limit=5&limit=6',
    '/v1/videos?accountId=a-1&page=2',
    '/v1/videos?accountId=a-1&__proto__=a&__proto__=b',
    '/v1/videos?accountId=a-1&constructor=x',
    '/v1/videos?accountId[]=a-1',
    '/v1/videos?accountId=a-1&cursor=',
    '/v1/accounts/a-1/credits?at=yesterday',
    '/v1/accounts/a-1/credits?at=2027-02-31T10:00:00Z',
    '/v1/accounts/a-1/credits?at=2027-01-31T10:00:00.001Z',
    '/v1/accounts/a-1/credits?when=now',
    '/v1/accounts/a-1/ledger?limit=-1',
    '/v1/accounts/a-1/ledger?after=x',
    '/v1/events?limit=101',
    '/v1/events?waitMs=30001',
    '/v1/plans?x=1',
    '/v1/rooms?constructor=1',
    '/healthz/live?x=1',
  ])('%s', async (url) => {
    const answer = await call(service, url);
    expect([answer.status, answer.body['code']]).toEqual([400, 'bad-request']);
    expect(service.asked).toEqual([]);
  });

  it('unless it is only unusual', async () => {
    expect((await call(service, '/v1/videos?accountId=a-1&limit=100')).status).toBe(200);
    expect((await call(service, '/v1/accounts/a-1/credits?at=2027-01-31T12:00:00.000%2B02:00')).status).toBe(200);
    expect(service.asked).toEqual([
      expect.objectContaining({ accountId: 'a-1', limit: 100 }),
      expect.objectContaining({ accountId: 'a-1', at: now }),
    ]);
  });
});

describe('the Idempotency-Key', () => {
  it.each([
    ['/v1/videos', order],
    ['/v1/accounts/a-1/grants', { credits: 1, source: 'goodwill', reason: 'x' }],
  ])('is required on POST %s', async (url, body) => {
    expect((await call(service, url, { method: 'POST', body })).body).toMatchObject({ status: 400, code: 'idempotency-key-required' });
    expect((await call(service, url, { method: 'POST', body, headers: key })).status).toBe(201);
    expect(service.asked).toEqual([expect.objectContaining({ key: 'k-1' })]);
  });

  it.each([
    ['/v1/videos/v-1/cancel', undefined],
    ['/v1/accounts/a-1/allotments/al-1/revoke', { reason: 'x' }],
  ])('is optional on POST %s', async (url, body) => {
    expect((await call(service, url, { method: 'POST', body })).status).toBe(200);
    expect((await call(service, url, { method: 'POST', body, headers: key })).status).toBe(200);
    expect(service.asked).toEqual([expect.objectContaining({ key: null }), expect.objectContaining({ key: 'k-1' })]);
  });

  it.each([
    ['an empty one', ''],
    ['a blank', 'a b'],
    ['256 characters', 'x'.repeat(256)],
    ['a letter outside ASCII', 'clé'],
    ['two of them', ['a', 'b']],
  ])('is refused: %s', async (_what, sent) => {
    const headers = { ...json, authorization: `Bearer ${staffToken}`, 'idempotency-key': sent };
    const answer = await send(service, 'POST', '/v1/videos', JSON.stringify(order), headers);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid-idempotency-key']);
    expect(service.asked).toEqual([]);
  });

  it('may have 255 visible characters', async () => {
    const long = '~'.repeat(255);
    expect((await call(service, '/v1/videos', { method: 'POST', body: order, headers: { 'idempotency-key': long } })).status).toBe(201);
    expect(service.asked).toEqual([expect.objectContaining({ key: long })]);
  });

  it('is ignored elsewhere', async () => {
    const event = { specversion: '1.0', id: '1', source: 's', type: 't', data: {} };
    expect((await call(service, '/v1/billing-events', { method: 'POST', body: event, headers: { 'idempotency-key': 'a b' } })).status).toBe(
      202,
    );
  });
});

describe('a CloudEvent', () => {
  const event = { specversion: '1.0', id: 'e-1', source: '/billing', type: 'billing.subscription.renewed', data: { accountId: 'a-1' } };

  it.each(['/v1/billing-events', '/v1/render-results'])(
    'is taken by %s in structured mode, with either media type and with extensions',
    async (url) => {
      for (const type of ['application/cloudevents+json', 'application/json', 'Application/CloudEvents+JSON; charset=utf-8']) {
        const body = JSON.stringify({ ...event, time: '2027-01-31T10:00:00Z', datacontenttype: 'application/json', traceparent: 'x' });
        const answer = await call(service, url, { method: 'POST', body, headers: { 'content-type': type } });
        expect([answer.status, answer.body]).toEqual([202, { position: 'p' }]);
      }
      expect(service.asked).toHaveLength(3);
      expect(service.asked[0]).toMatchObject({ type: event.type, data: event.data });
    },
  );

  it.each<[string, unknown]>([
    ['a list', [event]],
    ['another version', { ...event, specversion: '0.3' }],
    ['no id', { ...event, id: undefined }],
    ['an empty source', { ...event, source: '' }],
    ['a number as type', { ...event, type: 7 }],
    ['a wrong time', { ...event, time: 'now' }],
    ['other content', { ...event, datacontenttype: 'text/xml' }],
    ['bytes', { ...event, data: undefined, data_base64: 'AAAA' }],
    ['data nested beyond reason', { ...event, data: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown }],
  ])('is not: %s', async (_what, body) => {
    const answer = await call(service, '/v1/billing-events', { method: 'POST', body });
    expect([answer.status, answer.body['code']]).toEqual([400, 'not-a-cloud-event']);
    expect(service.asked).toEqual([]);
  });

  it('may be large, but not larger than 1 MB', async () => {
    const sized = (bytes: number) => ({ ...event, data: { text: 'x'.repeat(bytes) } });
    expect((await call(service, '/v1/billing-events', { method: 'POST', body: sized(1_000_000) })).status).toBe(202);
    expect((await call(service, '/v1/billing-events', { method: 'POST', body: sized(1_100_000) })).status).toBe(413);
  });
});
