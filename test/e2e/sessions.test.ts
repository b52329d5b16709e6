import { randomUUID } from 'node:crypto';
import { type Answered, expectStatus, type Client } from './client.js';
import { freshFolder, onOneFolder, Service } from './service-under-test.js';

type Headers = Readonly<Record<string, string>>;
const fromOwnPage = { 'sec-fetch-site': 'same-origin' };

describe('Sessions of browsers', () => {
  const folder = freshFolder();
  let service: Service;
  let staff: Client;
  let browser: Client;
  beforeAll(async () => {
    service = await Service.start(folder);
    staff = service.client;
    browser = staff.as(undefined);
  });
  afterAll(async () => {
    await service.finish();
  });

  /** Signs in and tells the cookie, as a browser would send it back. */
  async function signIn(token: string): Promise<string> {
    const answered = await staff.as(token).post('/v1/session', undefined, { headers: fromOwnPage });
    expectStatus(201, answered);
    return cookieOf(answered);
  }
  const cookieOf = ({ headers }: Pick<Answered, 'headers'>): string => headers.get('set-cookie')?.split(';')[0] ?? '';
  const grantWith = (headers: Headers): Promise<Answered> =>
    browser.post('/v1/accounts/a-1/grants', { credits: 1, source: 'goodwill', reason: 'sorry' }, { key: randomUUID(), headers });

  it('begin with a key in the header, and the cookie is for no script, no other site and half a day', async () => {
    const answered = await staff.post('/v1/session');
    expect(answered).toMatchObject({
      status: 201,
      body: { kind: 'staff', name: 'staff', accountId: null, sandbox: true, supportContact: expect.any(String) },
    });
    const [value, ...flags] = (answered.headers.get('set-cookie') ?? '').split('; ');
    expect(value).toMatch(/^vc_session=[\w-]{80,}$/);
    expect(value).not.toContain(staff.token ?? 'none');
    expect(flags).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict', expect.stringMatching(/^Max-Age=(43200|43199)$/)]);
    expect(answered.headers.get('cache-control')).toBe('no-store');
  });

  it('are asked about with the cookie alone', async () => {
    const cookie = await signIn(staff.token ?? '');
    const asked = await browser.get<{ kind: string; expiresAt: string }>('/v1/session', { headers: { cookie: `other=1; ${cookie}` } });
    expect([asked.status, asked.body.kind]).toEqual([200, 'staff']);
    expect(Date.parse(asked.body.expiresAt)).toBeGreaterThan(Date.now());
    expect((await browser.get('/v1/accounts/a-1/credits', { headers: { cookie } })).status).toBe(200);
    for (const headers of [{}, { cookie: 'vc_session=' }, { cookie: `${cookie}AAAA` }, { cookie: 'vc_session=AAAA' }])
      expect((await browser.get('/v1/session', { headers })).status).toBe(401);
  });

  it('are none where two came: a page of a neighbouring name may have left one of them', async () => {
    const [mine, other] = [await signIn(staff.token ?? ''), await signIn(staff.token ?? '')];
    for (const cookie of [`${mine}; ${other}`, `vc_session=AAAA; ${mine}`, `${mine}; vc_session=AAAA`])
      expect((await browser.get('/v1/session', { headers: { cookie } })).status).toBe(401);
  });

  it('need the header: a session does not prolong itself', async () => {
    const cookie = await signIn(staff.token ?? '');
    expect((await browser.post('/v1/session', undefined, { headers: { cookie, ...fromOwnPage } })).status).toBe(401);
  });

  it('change things from our own pages only', async () => {
    const cookie = await signIn(staff.token ?? '');
    const refused: Headers[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: staff.base.replace('http:', 'https:') },
      { origin: staff.base.replace('//', '//somebody@') },
      { 'sec-fetch-site': 'cross-site', origin: staff.base },
    ];
    for (const headers of refused) {
      const answered = await grantWith({ cookie, ...headers });
      expect([headers, answered.status, answered.body.code]).toEqual([headers, 403, 'cross-site']);
    }
    expect((await staff.credits('a-1')).available).toBe(0);
    for (const headers of [fromOwnPage, { origin: staff.base }]) expect((await grantWith({ cookie, ...headers })).status).toBe(201);
    expect((await staff.credits('a-1')).available).toBe(2);
  });

  it('do not count beside a header, be it right or wrong', async () => {
    const cookie = await signIn(staff.token ?? '');
    const wrong = await staff.as('wrong').get('/v1/session', { headers: { cookie } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthenticated']);
    const right = await staff.grant('a-3', 1);
    expect(right.status).toBe(201);
  });

  it('are not begun by another’s page, nor ended', async () => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }] as const) {
      expect((await staff.post('/v1/session', undefined, { headers })).body.code).toBe('cross-site');
      expect((await browser.ask('DELETE', '/v1/session', { headers })).body.code).toBe('cross-site');
    }
  });

  it('end with signing out', async () => {
    const cookie = await signIn(staff.token ?? '');
    const out = await browser.ask('DELETE', '/v1/session', { headers: { cookie, ...fromOwnPage } });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, 'vc_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0']);
  });

  it('end at once with the key that they began with', async () => {
    const made = expectStatus(
      201,
      await staff.post<{ id: string; token: string }>('/v1/ops/keys', { name: 'desk', scopes: ['credits:read'] }),
    );
    const cookie = await signIn(made.token);
    expect(await browser.get('/v1/session', { headers: { cookie } })).toMatchObject({ body: { name: 'desk', scopes: ['credits:read'] } });
    expectStatus(200, await staff.ask('DELETE', `/v1/ops/keys/${made.id}`));
    expect((await browser.get('/v1/session', { headers: { cookie } })).status).toBe(401);
  });

  it('of a customer reach what the customer does', async () => {
    const { token, expiresAt } = expectStatus(
      201,
      await staff.post<{ token: string; expiresAt: string }>('/v1/sandbox/customer-tokens', { accountId: 'a-5' }),
    );
    const cookie = await signIn(token);
    const session = await browser.get<{ kind: string; accountId: string; expiresAt: string }>('/v1/session', { headers: { cookie } });
    expect(session.body).toMatchObject({ kind: 'customer', accountId: 'a-5' });
    expect(session.body.expiresAt <= expiresAt).toBe(true);
    expect((await browser.get('/v1/accounts/a-5/credits', { headers: { cookie } })).status).toBe(200);
    expect((await browser.get('/v1/accounts/a-1/credits', { headers: { cookie } })).status).toBe(404);
    expect((await grantWith({ cookie, ...fromOwnPage })).status).toBe(403);
  });

  onOneFolder('the link printed at start opens the dashboard signed in, once, and a restart prints another', async () => {
    const ownFolder = freshFolder();
    const first = await Service.start(ownFolder);
    const open = (url: string) => fetch(url, { redirect: 'manual' });
    const link = first.signInUrl ?? '';
    expect(link).toMatch(new RegExp(`^${first.client.base}/sign-in\\?link=[\\w-]{43}$`));
    expect((await fetch(link, { method: 'HEAD', redirect: 'manual' })).headers.get('set-cookie')).toBeNull();
    for (const wrong of [`${link}x`, `${first.client.base}/sign-in?link=`, `${link}&link=again`]) {
      const answered = await open(wrong);
      expect([answered.status, answered.headers.get('location'), answered.headers.get('set-cookie')]).toEqual([303, '/sign-in?used', null]);
    }
    const opened = await open(link);
    expect([opened.status, opened.headers.get('location'), opened.headers.get('referrer-policy')]).toEqual([303, '/', 'no-referrer']);
    const headers = { cookie: cookieOf(opened) };
    expect((await first.client.as(undefined).get('/v1/session', { headers })).body).toMatchObject({ kind: 'staff' });
    const again = await open(link);
    expect([again.status, again.headers.get('location'), again.headers.get('set-cookie')]).toEqual([303, '/sign-in?used', null]);
    await first.stop();
    const second = await Service.start(ownFolder);
    expect(second.signInUrl).toBeDefined();
    expect(new URL(second.signInUrl ?? '').search).not.toBe(new URL(link).search);
    // Sealed with the folder's key: sessions outlive a restart.
    expect((await second.client.as(undefined).get('/v1/session', { headers })).status).toBe(200);
    await second.finish();
  });
});

describe('Pages of other origins', () => {
  const folder = freshFolder();
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(folder);
  });
  afterAll(async () => {
    await service.finish();
  });

  it('ask first and may send a token, never a cookie', async () => {
    const asked = await service.client.as(undefined).ask('OPTIONS', '/v1/videos', {
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-credentials')]).toEqual(
      [204, '*', null],
    );
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const read = await service.client.get('/v1/plans', { headers: { origin: 'https://shop.example' } });
    expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  it('find on every answer what keeps a browser from guessing', async () => {
    for (const path of ['/v1/plans', '/v1/nowhere', '/healthz/live', '/docs']) {
      const { headers } = await service.client.get(path);
      expect([path, headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([path, 'nosniff', 'no-referrer']);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});
