import { createHash, randomBytes } from 'node:crypto';
import { call } from './client.js';
import { type Service, startService, staffToken } from './service.js';

let service: Service;
const mp4 = randomBytes(10_000);
const sha256 = createHash('sha256').update(mp4).digest('hex');
const ready = 'RRRRRRRRRRRRRRRRRRRRRR.a-1';
const queued = 'QQQQQQQQQQQQQQQQQQQQQQ.a-1';

beforeAll(async () => {
  service = await startService();
  service.files.stored.set('videos/x.mp4', mp4);
  service.files.stored.set('videos/x.jpg', Buffer.from('a poster'));
  service.behind.videos.set(ready, {
    accountId: 'a-1',
    title: null,
    mp4: { key: 'videos/x.mp4', bytes: mp4.byteLength, sha256 },
  });
  service.behind.videos.set(queued, { accountId: 'a-1', title: null });
});
afterAll(() => service.app.close());

const pathOf = (url: string): string => url.replace('http://127.0.0.1:3000', '');

describe('a download', () => {
  const url = `/v1/videos/${ready}/download`;

  it('gives the whole file, the same each time', async () => {
    for (const _time of [1, 2]) {
      const answer = await call(service, url);
      expect(answer.status).toBe(200);
      expect(answer.bytes.equals(mp4)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-type': 'video/mp4',
        'content-length': '10000',
        'accept-ranges': 'bytes',
        etag: `"${sha256}"`,
        'x-content-type-options': 'nosniff',
        'content-disposition': 'attachment; filename="video-RRRRRRRRRRRRRRRRRRRRRR.mp4"',
        'cache-control': 'private, max-age=3600',
      });
    }
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-9', 0, 9],
    ['bytes=100-', 100, 9_999],
    ['bytes=-1', 9_999, 9_999],
    ['bytes=-20000', 0, 9_999],
    ['bytes=9999-20000', 9_999, 9_999],
  ])('gives the part %s', async (range, start, end) => {
    const answer = await call(service, url, { headers: { range } });
    expect([answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual([
      206,
      `bytes ${start}-${end}/10000`,
      String(end - start + 1),
    ]);
    expect(answer.bytes.equals(mp4.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=10000-', 'bytes=10000-10001', 'bytes=-0'])('has nothing at %s', async (range) => {
    const answer = await call(service, url, { headers: { range } });
    expect([answer.status, answer.headers['content-range'], answer.body['code']]).toEqual([416, 'bytes */10000', 'range-not-satisfiable']);
  });

  it.each(['bytes=5-2', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0-1,4-5', 'bytes=99999999999999999999-'])(
    'gives the whole where %s says nothing',
    async (range) => {
      expect((await call(service, url, { headers: { range } })).status).toBe(200);
    },
  );

  it('gives the part only of the file that was meant', async () => {
    expect((await call(service, url, { headers: { range: 'bytes=0-1', 'if-range': `"${sha256}"` } })).status).toBe(206);
    expect((await call(service, url, { headers: { range: 'bytes=0-1', 'if-range': '"another"' } })).status).toBe(200);
  });

  it('answers 304 to whoever has it, and HEAD without reading', async () => {
    const again = await call(service, url, { headers: { 'if-none-match': `"${sha256}"` } });
    expect([again.status, again.bytes.byteLength]).toEqual([304, 0]);
    const head = await call(service, url, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.bytes.byteLength]).toEqual([200, '10000', 0]);
  });

  it('is 409 before the video is ready, 404 where there is none', async () => {
    expect((await call(service, `/v1/videos/${queued}/download`)).body).toMatchObject({ status: 409, code: 'not-ready' });
    expect((await call(service, `/v1/videos/${queued}/poster`)).body).toMatchObject({ status: 409, code: 'not-ready' });
    expect((await call(service, '/v1/videos/none/download')).body).toMatchObject({ status: 404, code: 'unknown-video' });
    expect((await call(service, '/v1/videos/none/poster')).body).toMatchObject({ status: 404, code: 'unknown-video' });
  });

  it('works by its signed address alone', async () => {
    const signed = pathOf(service.addresses.download(ready));
    expect((await call(service, signed, { token: null })).status).toBe(200);
    expect((await call(service, signed, { token: null, headers: { range: 'bytes=1-2' } })).status).toBe(206);
    expect((await call(service, signed, { token: null, method: 'HEAD' })).status).toBe(200);
    expect((await call(service, pathOf(service.addresses.poster(ready)), { token: null })).text).toBe('a poster');
    expect((await call(service, pathOf(service.addresses.roomPreview('living-room')), { token: null })).text).toBe('a webp');
    expect((await call(service, pathOf(service.addresses.roomPreview('cellar')), { token: null })).body).toMatchObject({
      status: 404,
      code: 'unknown-room',
    });
  });

  it.each<[string, (signed: string) => string]>([
    ['another video', (signed) => signed.replace('RRRR', 'QQQQ')],
    ['another part', (signed) => signed.replace('/download', '/poster')],
    ['a later end', (signed) => signed.replace(/expires=\d+/, 'expires=99999999999')],
    ['another signature', (signed) => signed.replace(/signature=.{3}/, 'signature=AAA')],
    ['no end', (signed) => signed.replace(/expires=\d+&/, '')],
    ['no signature', (signed) => signed.replace(/&signature=.*/, '')],
    ['two signatures', (signed) => `${signed}&signature=x`],
  ])('is 403 for a signed address changed to %s, also with a key beside', async (_what, change) => {
    const signed = change(pathOf(service.addresses.download(ready)));
    for (const token of [null, staffToken])
      expect((await call(service, signed, { token })).body).toMatchObject({ status: 403, code: 'invalid-signature' });
  });
});

describe('the rooms', () => {
  it('are listed with a preview each', async () => {
    const { items } = (await call<{ items: { previewUrl: string }[] }>(service, '/v1/rooms')).body;
    expect(items).toEqual([
      {
        roomId: 'living-room',
        name: 'Living room',
        previewUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:3000\/v1\/rooms\/living-room\/preview\?expires=\d+&signature=/) as string,
      },
    ]);
    expect((await call(service, pathOf(items[0]?.previewUrl ?? ''), { token: null })).headers['content-type']).toBe('image/webp');
  });

  it('say how an artwork hangs, with a picture that works by its address alone and never changes', async () => {
    const { body } = await call(service, '/v1/rooms/living-room/mockup', { token: await service.tokenFor('videos:create') });
    expect(body).toMatchObject({ roomId: 'living-room', width: 1280, height: 720 });
    const picture = pathOf(String(body['pictureUrl']));
    const answer = await call(service, picture, { token: null });
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'image/webp',
      'private, max-age=31536000, immutable',
    ]);
    const unsigned = picture.replace(/\?.*/, '');
    expect((await call(service, unsigned, { token: null })).status).toBe(401);
    expect((await call(service, picture.replace('living-room', 'gallery-wall'), { token: null })).body).toMatchObject({
      status: 403,
      code: 'invalid-signature',
    });
    const another = pathOf(service.addresses.roomMockup('living-room', 'another-picture'));
    expect((await call(service, another, { token: null })).body).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('are 404 where there is none of that name, also one that is drawn but not on offer', async () => {
    for (const roomId of ['cellar', 'gallery-wall', '..%2Frooms', '__proto__'])
      expect((await call(service, `/v1/rooms/${roomId}/mockup`)).body).toMatchObject({ status: 404, code: 'unknown-room' });
  });
});
