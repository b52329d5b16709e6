import { customerScopes, Sessions } from '#access';
import { RouteTable } from '../../apps/api/src/edge/route-table.js';
import { call, send } from './client.js';
import { credits, type Service, staffToken, startService, video } from './service.js';

/** Of no account: a new one belongs here only if it tells nothing of anybody. */
const sameForAll = /^\/v1\/(plans|rooms)(\/|$)/;
const foreignVideo = `${'B'.repeat(22)}.a-2`;

describe('a customer', () => {
  let service: Service;
  let token: string;
  beforeAll(async () => {
    service = await startService();
    token = (await service.customers.issue('a-1')).token;
  });
  afterAll(() => service.app.close());
  beforeEach(() => {
    service.asked.length = 0;
  });

  it('reaches nothing of another account by any route that there is, and by none of those for staff', async () => {
    const routes = service.app.get(RouteTable, { strict: false }).list();
    const reached: string[] = [];
    for (const { method, url, spec } of routes) {
      if (typeof spec.access === 'string' || spec.access.scope === undefined) continue;
      const { scope, account } = spec.access;
      const path = url.replace(':accountId', 'a-2').replace(':videoId', foreignVideo).replace(/:\w+/g, 'x');
      const query = account === 'query' ? '?accountId=a-2' : '';
      const body = account === 'body' ? JSON.stringify({ accountId: 'a-2' }) : account === 'form' ? form('accountId', 'a-2') : undefined;
      const type = account === 'form' ? 'multipart/form-data; boundary=line' : 'application/json';
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) };
      const { status } = await send(service, method, path + query, body, headers);
      const expected = !customerScopes.has(scope) || account === 'staff' ? 403 : 404;
      if (account === 'same-for-all' && sameForAll.test(url)) continue;
      if (status !== expected) reached.push(`${method} ${url}: ${status}, not ${expected}`);
    }
    expect(reached).toEqual([]);
    expect(service.asked).toEqual([]);
    expect(routes.length).toBeGreaterThan(30);
  });

  function form(name: string, value: string): string {
    return `--line\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--line--\r\n`;
  }

  it('reaches its own, and is recorded as a customer', async () => {
    service.answers.CreateVideo = () => ({ kind: 'done', replayed: false, value: { video, credits: credits(service) } });
    const body = { accountId: 'a-1', roomId: 'living-room', artworkId: 'art-1' };
    const headers = { 'idempotency-key': 'k' };
    expect((await call(service, '/v1/videos', { method: 'POST', token, body, headers })).status).toBe(201);
    expect(service.asked).toEqual([expect.objectContaining({ accountId: 'a-1', caller: { keyName: 'customer' } })]);
    service.answers.GetVideo = () => video;
    expect((await call(service, `/v1/videos/${video.videoId}`, { token })).status).toBe(200);
  });

  it('is told no more of another’s video than of one that never was', async () => {
    service.answers.GetVideo = () => null;
    const foreign = await call(service, `/v1/videos/${foreignVideo}`, { token });
    const never = await call(service, `/v1/videos/${'C'.repeat(22)}.a-1`, { token });
    expect(foreign.body).toEqual({ ...never.body, instance: `/v1/videos/${foreignVideo}` });
  });
});

describe('a session', () => {
  const cookieOf = (headers: { readonly [name: string]: unknown }): string => String(headers['set-cookie']).split(';')[0] ?? '';
  const own = { 'sec-fetch-site': 'same-origin' };

  it('of a service behind https is for https alone, and its origin is that of PUBLIC_URL', async () => {
    const service = await startService({ PUBLIC_URL: 'https://credits.example' });
    const begun = (headers: Record<string, string>) => call(service, '/v1/session', { method: 'POST', headers });
    expect(String((await begun({ origin: 'https://credits.example' })).headers['set-cookie'])).toMatch(/; Secure$/);
    for (const origin of [
      'http://credits.example',
      'https://credits.example:8443',
      'https://credits.example.evil',
      'null',
      'file://',
      '',
    ]) {
      const { status, body, headers } = await begun({ origin, host: 'credits.example' });
      expect([origin, status, body.code, headers['set-cookie']]).toEqual([origin, 403, 'cross-site', undefined]);
    }
    await service.app.close();
  });

  it('ends the streams that it opened, when it ends itself', async () => {
    const service = await startService();
    service.answers.GetCreditsUntilChange = () => ({ credits: credits(service), until: null });
    const short = service.app.get(Sessions, { strict: false }).seal(staffToken, Date.now() + 500);
    const began = performance.now();
    const { status, text } = await send(service, 'GET', '/v1/accounts/a-1/credits/stream', undefined, {
      cookie: `vc_session=${short?.value ?? ''}`,
    });
    expect([status, performance.now() - began < 5_000]).toEqual([200, true]);
    expect(text).toContain('data: {"accountId":"a-1"');
    await service.app.close();
  });

  it('begins with the link that was printed, once; looking at it first does no harm', async () => {
    const service = await startService();
    const link = `/sign-in?link=${service.link.secret}`;
    expect((await send(service, 'HEAD', link)).headers['set-cookie']).toBeUndefined();
    const opened = await send(service, 'GET', link);
    expect([opened.status, opened.headers['location'], opened.headers['cache-control']]).toEqual([303, '/', 'no-store']);
    const cookie = cookieOf(opened.headers);
    expect((await call(service, '/v1/session', { token: null, headers: { cookie } })).body).toMatchObject({ kind: 'staff' });
    const again = await send(service, 'GET', link);
    expect([again.headers['location'], again.headers['set-cookie']]).toEqual(['/sign-in?used', undefined]);
    await service.app.close();
  });

  it('changes things from the origin that the browser sees, whatever stands before us calls it', async () => {
    const service = await startService();
    service.answers.CancelVideo = () => ({ kind: 'done', replayed: false, value: { video, credits: credits(service) } });
    const cookie = cookieOf((await call(service, '/v1/session', { method: 'POST' })).headers);
    const cancel = (headers: Record<string, string>) =>
      call(service, `/v1/videos/${video.videoId}/cancel`, { method: 'POST', token: null, headers: { cookie, ...headers } });
    expect((await cancel(own)).status).toBe(200);
    expect((await cancel({ origin: 'http://127.0.0.1:3000' })).status).toBe(200);
    expect((await cancel({ origin: `http://localhost:${service.port}`, host: `localhost:${service.port}` })).status).toBe(200);
    expect((await cancel({ origin: 'http://localhost:1', host: `localhost:${service.port}` })).body).toMatchObject({ code: 'cross-site' });
    await service.app.close();
  });
});
