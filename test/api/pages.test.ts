import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { send } from './client.js';
import { type Service, startService } from './service.js';

const page = '<!doctype html><title>Dashboard</title>';
const script = 'export const elements = [];';

describe('pages and elements', () => {
  const web = mkdtempSync(join(tmpdir(), 'web-'));
  let service: Service;
  const get = (path: string, headers: Record<string, string> = {}) => send(service, 'GET', path, undefined, headers);
  beforeAll(async () => {
    for (const folder of ['assets', 'elements']) mkdirSync(join(web, folder));
    for (const name of ['index', 'support', 'sign-in']) writeFileSync(join(web, `${name}.html`), page);
    writeFileSync(join(web, 'assets/page-abc123.js'), script);
    writeFileSync(join(web, 'assets/notes.txt'), 'not for the web');
    writeFileSync(join(web, 'elements/video-credits.js'), script);
    writeFileSync(join(web, 'elements/video-credits.js.gz'), gzipSync(script));
    service = await startService({ FRAME_ANCESTORS: 'self https://shop.example' }, undefined, web);
  });
  afterAll(async () => {
    await service.app.close();
    rmSync(web, { recursive: true });
  });

  it.each(['/', '/?account=a-1', '/support', '/sign-in', '/sign-in?used'])('%s is open to anyone, under a strict policy', async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, text]).toEqual([200, page]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' https://shop.example",
    );
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect((await get(path, { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  });

  it('what pages are made of is kept for good, and nothing else can be asked for', async () => {
    const { status, headers } = await get('/web/page-abc123.js');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    for (const path of [
      '/web/notes.txt',
      '/web/..%2findex.html',
      '/web/%2e%2e%2f%2e%2e%2fpackage.json',
      '/web/none.js',
      '/web/',
      '/elements/none.js',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it('the elements go to pages anywhere, compressed for whoever understands it', async () => {
    const plain = await get('/elements/video-credits.js');
    expect([plain.status, plain.text, plain.headers['access-control-allow-origin'], plain.headers['cross-origin-resource-policy']]).toEqual(
      [200, script, '*', 'cross-origin'],
    );
    const small = await get('/elements/video-credits.js', { 'accept-encoding': 'br, gzip' });
    expect([small.headers['content-encoding'], small.headers['vary']]).toEqual(['gzip', 'accept-encoding']);
    expect(small.bytes.equals(gzipSync(script))).toBe(true);
    expect(small.headers['etag']).not.toBe(plain.headers['etag']);
    expect((await get('/elements/video-credits.js', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
    expect((await get('/elements/video-credits.js', { 'if-none-match': String(plain.headers['etag']) })).status).toBe(304);
  });

  it('a page that was not built is 404', async () => {
    const bare = await startService();
    expect((await send(bare, 'GET', '/')).status).toBe(404);
    await bare.app.close();
  });
});

describe('other origins', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.app.close());
  const preflight = (path: string) =>
    send(service, 'OPTIONS', path, undefined, {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });

  it('learn by a preflight what they may send, without a key and without touching the route', async () => {
    const { status, headers, text } = await preflight('/v1/videos');
    expect([status, text]).toEqual([204, '']);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(String(headers['access-control-allow-methods']).split(', ')).toEqual(expect.arrayContaining(['GET', 'POST']));
    expect(headers['access-control-allow-headers']).toBe('authorization, content-type, idempotency-key, if-none-match, last-event-id');
    expect(service.asked).toEqual([]);
  });

  it('get no preflight answered for what is not there, or not theirs', async () => {
    expect((await preflight('/v1/nothing')).status).toBe(404);
    expect((await preflight('/metrics')).status).toBe(405);
    expect((await send(service, 'OPTIONS', '/v1/videos')).status).toBe(405);
  });

  it('may read every answer of the interface, refusals too, and no other', async () => {
    const refused = await send(service, 'GET', '/v1/plans', undefined, { origin: 'https://shop.example' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, '*']);
    expect(refused.headers['access-control-expose-headers']).toBe('etag, retry-after, idempotent-replayed');
    const missing = await send(service, 'GET', '/v1/nothing');
    expect([missing.status, missing.headers['access-control-allow-origin'], missing.headers['x-content-type-options']]).toEqual([
      404,
      '*',
      'nosniff',
    ]);
    expect((await send(service, 'GET', '/metrics')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('everything says that it is not to be framed, guessed at or referred to', async () => {
    for (const path of ['/v1/plans', '/v1/nothing', '/metrics', '/healthz/live', '/v1/openapi.json', '/docs', '/%zz']) {
      const { headers } = await send(service, 'GET', path);
      expect([path, headers['x-content-type-options'], headers['referrer-policy']]).toEqual([path, 'nosniff', 'no-referrer']);
      expect([path, String(headers['content-security-policy'])]).toEqual([
        path,
        expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      ]);
    }
  });
});
