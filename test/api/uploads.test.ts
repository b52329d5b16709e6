import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { call, send } from './client.js';
import { type Service, startService } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const mp4 = randomBytes(10_000);
const sha256 = createHash('sha256').update(mp4).digest('hex');
const queued = 'QQQQQQQQQQQQQQQQQQQQQQ.a-1';
const pathOf = (url: string): string => url.replace('http://127.0.0.1:3000', '');

describe('an upload', () => {
  const put = (url: string, body: Buffer, headers: Record<string, string> = { 'content-type': 'video/mp4' }) =>
    call(service, url, { method: 'PUT', token: null, body, headers });

  it('is kept under what it is, and answered with an address that only we can issue', async () => {
    const answer = await put(pathOf(service.addresses.upload(queued, 2)), mp4);
    expect([answer.status, answer.body]).toEqual([201, { videoUrl: service.addresses.uploaded(queued, 2, sha256), bytes: 10_000, sha256 }]);
    const key = `videos/QQQQQQQQQQQQQQQQQQQQQQ/2-${sha256}.mp4`;
    expect(service.files.stored.get(key)?.equals(mp4)).toBe(true);
    const videoUrl = String(answer.body['videoUrl']);
    expect(service.addresses.readUploaded(videoUrl)).toEqual({ videoId: queued, attempt: 2, sha256, key });
    for (const changed of [
      videoUrl.replace('/2/', '/3/'),
      videoUrl.replace('QQ', 'RR'),
      'https://elsewhere.example/x.mp4',
      videoUrl.replace(/\?.*/, ''),
    ])
      expect(service.addresses.readUploaded(changed)).toBeUndefined();
  });

  it('also of unknown type or length', async () => {
    expect(
      (
        await put(pathOf(service.addresses.upload(queued, 1)), mp4, {
          'content-type': 'application/octet-stream',
          'transfer-encoding': 'chunked',
        })
      ).status,
    ).toBe(201);
  });

  it('needs the signature of this very address, for writing', async () => {
    expect((await put(`/v1/uploads/${queued}/1`, mp4)).body).toMatchObject({ status: 401 });
    expect(
      (await call(service, `/v1/uploads/${queued}/1`, { method: 'PUT', body: mp4, headers: { 'content-type': 'video/mp4' } })).status,
    ).toBe(401);
    expect((await put(pathOf(service.addresses.upload(queued, 1)).replace('/1?', '/2?'), mp4)).body).toMatchObject({
      status: 403,
      code: 'invalid-signature',
    });
    const forReading = service.urls.sign('read', `/v1/uploads/${queued}/1`, 1_000);
    expect((await put(forReading, mp4)).status).toBe(403);
  });

  it('of nothing is 400, of something else 415', async () => {
    const url = pathOf(service.addresses.upload(queued, 1));
    expect((await put(url, Buffer.alloc(0))).status).toBe(400);
    expect((await call(service, url, { method: 'PUT', token: null })).status).toBe(400);
    expect((await put(url, mp4, { 'content-type': 'image/png' })).status).toBe(415);
    expect((await put(url, mp4, { 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(415);
  });

  it('of more than 200 MB is 413, and the worker gets to read why', async () => {
    const url = pathOf(service.addresses.upload(queued, 1));
    expect(
      (
        await send(service, 'PUT', url, undefined, {
          'content-type': 'video/mp4',
          'content-length': String(200 * 1024 * 1024 + 1),
          expect: '100-continue',
        })
      ).status,
    ).toBe(413);
    const stored = service.files.stored.size;
    expect(await endless(url)).toBe(413);
    expect(service.files.stored.size).toBe(stored);
  });

  it('that breaks off leaves nothing', async () => {
    const stored = service.files.stored.size;
    const url = pathOf(service.addresses.upload(queued, 1));
    const outgoing = request({
      host: '127.0.0.1',
      port: service.port,
      method: 'PUT',
      path: url,
      headers: { 'content-type': 'video/mp4', 'content-length': '1000' },
    });
    await new Promise<void>((resolve) => {
      outgoing.on('error', () => resolve());
      outgoing.write(Buffer.alloc(500), () => outgoing.destroy(new Error('gone')));
    });
    const again = await put(url, Buffer.from('after'));
    expect(again.status).toBe(201);
    expect(service.files.stored.size).toBe(stored + 1);
  });
});

describe('an announced upload', () => {
  const url = (): string => pathOf(service.addresses.upload(queued, 2));
  const announce = (body: unknown, at = url()) => call(service, at, { method: 'POST', token: null, body });

  it('is to be put here where files lie in a folder', async () => {
    const answer = await announce({ bytes: mp4.length, sha256 });
    expect([answer.status, answer.body]).toEqual([
      200,
      { upload: null, videoUrl: service.addresses.uploaded(queued, 2, sha256), bytes: mp4.length, sha256 },
    ]);
  });

  it.each([
    [{ bytes: 0, sha256 }, 'bytes'],
    [{ bytes: 1.5, sha256 }, 'bytes'],
    [{ bytes: '1', sha256 }, 'bytes'],
    [{ bytes: 1, sha256: sha256.toUpperCase() }, 'sha256'],
    [{ bytes: 1 }, 'sha256'],
    [{ bytes: 1, sha256, key: 'videos/x.mp4' }, 'key'],
  ])('of %j is 400', async (body, field) => {
    const answer = await announce(body);
    expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ errors: [expect.objectContaining({ field })] })]);
  });

  it('of more than 200 MB is 413, as it would be on arrival', async () => {
    expect((await announce({ bytes: 200 * 1024 * 1024, sha256 })).status).toBe(200);
    expect((await announce({ bytes: 200 * 1024 * 1024 + 1, sha256 })).body).toMatchObject({ status: 413, limitBytes: 200 * 1024 * 1024 });
  });

  it('needs the signature of this very address, for writing', async () => {
    const body = { bytes: 1, sha256 };
    expect((await announce(body, `/v1/uploads/${queued}/2`)).status).toBe(401);
    expect((await announce(body, url().replace('/2?', '/3?'))).status).toBe(403);
    expect((await announce(body, service.urls.sign('read', `/v1/uploads/${queued}/2`, 1_000))).status).toBe(403);
  });
});

/** Sends without end, in pieces, until an answer comes. */
function endless(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: service.port,
      method: 'PUT',
      path,
      headers: { 'content-type': 'video/mp4', 'transfer-encoding': 'chunked' },
    });
    let answered = false;
    outgoing.on('response', (incoming) => {
      answered = true;
      resolve(incoming.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on('error', (error) => (answered ? undefined : reject(error)));
    const piece = Buffer.alloc(4 * 1024 * 1024);
    const more = (): void => {
      while (!answered && outgoing.write(piece)) continue;
      if (!answered) outgoing.once('drain', more);
    };
    more();
  });
}
