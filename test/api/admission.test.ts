import type { Scope } from '#access';
import { scopes } from '#access';
import { call, send } from './client.js';
import { credits, now, type Service, startService, video } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());
beforeEach(() => {
  service.asked.length = 0;
});

/** Every route that wants a key, with what else it needs to get past the edge. */
const routes: readonly (readonly [method: 'GET' | 'POST' | 'DELETE', url: string, scope: Scope])[] = [
  ['POST', '/v1/videos', 'videos:create'],
  ['GET', '/v1/videos?accountId=a-1', 'videos:read'],
  ['GET', '/v1/videos/v-1', 'videos:read'],
  ['POST', '/v1/videos/v-1/cancel', 'videos:create'],
  ['GET', '/v1/videos/v-1/download', 'videos:read'],
  ['GET', '/v1/videos/v-1/poster', 'videos:read'],
  ['POST', '/v1/artworks', 'videos:create'],
  ['GET', '/v1/rooms', 'videos:read'],
  ['GET', '/v1/rooms/living-room/preview', 'videos:read'],
  ['GET', '/v1/accounts', 'credits:read'],
  ['GET', '/v1/accounts/a-1/refusals', 'credits:read'],
  ['GET', '/v1/rooms/living-room/mockup', 'videos:create'],
  ['GET', '/v1/rooms/living-room/mockup/a-digest', 'videos:create'],
  ['GET', '/v1/accounts/a-1/credits', 'credits:read'],
  ['GET', '/v1/accounts/a-1/credits/stream', 'credits:read'],
  ['GET', '/v1/accounts/a-1/ledger', 'credits:read'],
  ['POST', '/v1/accounts/a-1/grants', 'credits:grant'],
  ['POST', '/v1/accounts/a-1/allotments/al-1/revoke', 'credits:grant'],
  ['POST', '/v1/billing-events', 'billing:write'],
  ['GET', '/v1/plans', 'credits:read'],
  ['POST', '/v1/render-jobs/claim', 'renders:work'],
  ['POST', '/v1/render-results', 'renders:work'],
  ['GET', '/v1/events', 'events:read'],
  ['GET', '/v1/test-clock', 'ops'],
  ['POST', '/v1/test-clock', 'ops'],
  ['GET', '/v1/ops/parked', 'ops'],
  ['POST', '/v1/ops/parked/p-1/replay', 'ops'],
  ['POST', '/v1/ops/parked/p-1/discard', 'ops'],
  ['GET', '/v1/ops/keys', 'ops'],
  ['POST', '/v1/ops/keys', 'ops'],
  ['DELETE', '/v1/ops/keys/k-1', 'ops'],
  ['POST', '/v1/sandbox/customer-tokens', 'ops'],
  ['POST', '/v1/ops/verify', 'ops'],
  ['POST', '/v1/ops/rebuild', 'ops'],
];

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly security: readonly { readonly key?: readonly string[] }[] }>>>
  >;
}

describe('who may call', () => {
  it.each(routes)('%s %s is 401 for nobody, whatever else is wrong (rule 8)', async (method, url) => {
    const broken = method === 'GET' ? {} : { body: '{"broken', headers: { 'content-type': 'text/strange' } };
    const answer = await call(service, url, { method, token: null, ...broken });
    expect([answer.status, answer.body['code'], answer.headers['www-authenticate']]).toEqual([401, 'unauthenticated', 'Bearer']);
    expect(service.asked).toEqual([]);
  });

  it.each(routes)('%s %s is 403 for every scope but %s, before the body is looked at', async (method, url, scope) => {
    const token = await service.tokenFor(...scopes.filter((other) => other !== scope));
    const broken = method === 'GET' ? {} : { body: '{"broken', headers: { 'content-type': 'text/strange' } };
    const answer = await call(service, url, { method, token, ...broken });
    expect([answer.status, answer.body['code'], answer.body['scope']]).toEqual([403, 'missing-scope', scope]);
    expect(service.asked).toEqual([]);
  });

  it.each(routes)('%s %s lets %s in', async (method, url, scope) => {
    const token = await service.tokenFor(scope);
    const answer = await send(service, method, url, undefined, { authorization: `Bearer ${token}` });
    expect(answer.status).not.toBe(401);
    expect(answer.status).not.toBe(403);
  });

  it('knows every route that wants a key', async () => {
    const { body } = await call<Described>(service, '/v1/openapi.json');
    const described = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { security }]) =>
        security.flatMap(({ key }) => (key?.length ? [`${method.toUpperCase()} ${path} ${key.join()}`] : [])),
      ),
    );
    const tested = routes.map(([method, url, scope]) => {
      const pattern = Object.keys(body['paths'] ?? {}).find((path) =>
        new RegExp(`^${path.replace(/[{][^}]+[}]/g, '[^/]+')}$`).test(url.split('?')[0] ?? ''),
      );
      return `${method} ${pattern} ${scope}`;
    });
    expect(tested.sort()).toEqual(described.sort());
  });

  it.each([
    ['no scheme', 'vc_x'],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['an empty token', 'Bearer '],
    ['a foreign token', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ['a key that never was', `Bearer vc_${'A'.repeat(22)}_${'b'.repeat(32)}`],
    ['a very long token', `Bearer ${'x'.repeat(9_000)}`],
  ])('%s is nobody', async (_what, authorization) => {
    expect((await send(service, 'GET', '/v1/plans', undefined, { authorization })).body['code']).toBe('unauthenticated');
  });

  it('a revoked key is nobody at once', async () => {
    const { id, token } = (
      await call<{ id: string; token: string }>(service, '/v1/ops/keys', {
        method: 'POST',
        body: { name: 'shop', scopes: ['credits:read'] },
      })
    ).body;
    expect((await call(service, '/v1/plans', { token })).status).toBe(200);
    expect((await call(service, `/v1/ops/keys/${id}`, { method: 'DELETE' })).body).toMatchObject({ id, name: 'shop', revoked: true });
    expect((await call(service, '/v1/plans', { token })).status).toBe(401);
    expect((await call(service, `/v1/ops/keys/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await call(service, '/v1/ops/keys/nobody', { method: 'DELETE' })).status).toBe(404);
    const listed = await call(service, '/v1/ops/keys');
    expect(listed.body['items']).toContainEqual(expect.objectContaining({ id, scopes: ['credits:read'], revoked: true }));
    expect(listed.text).not.toContain(token.slice(-32));
  });

  it('records the key’s name with the command', async () => {
    service.answers.CreateVideo = () => ({ kind: 'done', replayed: false, value: { video, credits: credits(service) } });
    const token = (await service.keys.create('the web shop', ['videos:create'])).token;
    await call(service, '/v1/videos', {
      method: 'POST',
      token,
      body: { accountId: 'a-1', roomId: 'r', artworkId: 'x' },
      headers: { 'idempotency-key': 'k' },
    });
    expect(service.asked).toEqual([expect.objectContaining({ caller: { keyName: 'the web shop' } })]);
  });
});

describe('what is not there', () => {
  it('an unknown path is 404', async () => {
    expect((await call(service, '/v1/nothing')).body).toMatchObject({ code: 'not-found', status: 404, instance: '/v1/nothing' });
    expect((await call(service, '/v1/videos/')).status).toBe(404);
    expect((await call(service, '/v1/accounts//credits')).status).toBe(404);
  });

  it('a known path with another method is 405 and says which it takes', async () => {
    const answer = await call(service, '/v1/videos', { method: 'PATCH' });
    expect([answer.status, answer.body['code'], answer.headers['allow']]).toEqual([405, 'method-not-allowed', 'POST, GET, HEAD']);
  });

  it('an address that cannot be decoded is 400', async () => {
    expect((await call(service, '/v1/accounts/%zz/credits')).body).toMatchObject({ code: 'bad-request', status: 400 });
  });

  it('a malformed account id is 400, a malformed id of ours names nothing', async () => {
    expect((await call(service, '/v1/accounts/a%20b/credits')).body).toMatchObject({ status: 400, code: 'bad-request' });
    expect((await call(service, `/v1/accounts/${'a'.repeat(129)}/ledger`)).body).toMatchObject({ status: 400, code: 'bad-request' });
    expect((await call(service, '/v1/videos/a%00b')).body).toMatchObject({ status: 404, code: 'unknown-video' });
    expect((await call(service, '/v1/videos/a%2Fb/download')).body).toMatchObject({ status: 404, code: 'unknown-video' });
    expect((await call(service, `/v1/videos/${'v'.repeat(257)}/cancel`, { method: 'POST' })).body).toMatchObject({
      status: 404,
      code: 'unknown-video',
    });
  });

  it('the test clock is nowhere but in a sandbox', async () => {
    const real = await startService({});
    expect((await call(real, '/v1/test-clock')).body).toMatchObject({ status: 404, code: 'not-found' });
    expect((await call(real, '/v1/test-clock', { method: 'POST', body: { advance: 'P30D' } })).status).toBe(404);
    expect(real.behind.clock).toBe(now);
    await real.app.close();
  });
});
