import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { S3Files } from '#files/s3';
import { RefusedError, put } from '../../apps/render-worker/src/transfers.http.js';
import { call } from '../api/client.js';
import { type Service, startService } from '../api/service.js';
import { type S3, startS3 } from './kit/s3.js';
import { until } from './kit/until.js';

const deadlineMs = 30_000;
const mp4 = randomBytes(20 * 1024 * 1024);
const sha256 = createHash('sha256').update(mp4).digest('hex');
const videoId = 'QQQQQQQQQQQQQQQQQQQQQQ.a-1';
const key = `videos/QQQQQQQQQQQQQQQQQQQQQQ/2-${sha256}.mp4`;

let store: S3;
let files: S3Files;
let service: Service;
/** What the service has read from the store. */
const reads: Readable[] = [];

beforeAll(async () => {
  store = await startS3();
  Object.assign(process.env, store.env);
  files = await S3Files.open({ url: store.filesUrl, log: () => undefined });
  const read = files.read.bind(files);
  files.read = async (...asked) => {
    const stream = await read(...asked);
    reads.push(stream);
    return stream;
  };
  service = await startService(undefined, files);
  service.behind.videos.set(videoId, { accountId: 'a-1', title: null, mp4: { key, bytes: mp4.length, sha256 } });
}, 600_000);
afterAll(async () => {
  await service.app.close();
  files.close();
  await store.stop();
});

const uploadUrl = (): string => service.addresses.upload(videoId, 2).replace('http://127.0.0.1:3000', '');

interface Offered {
  readonly upload: { readonly method: string; readonly url: string; readonly headers: Record<string, string>; readonly expiresAt: string };
  readonly videoUrl: string;
}

describe('an upload past the service', () => {
  it('goes straight into the store, under the key that the report names', async () => {
    const answer = await call(service, uploadUrl(), { method: 'POST', token: null, body: { bytes: mp4.length, sha256 } });
    expect(answer.status).toBe(200);
    const { upload, videoUrl } = answer.body as unknown as Offered;
    expect(upload.method).toBe('PUT');
    expect(Date.parse(upload.expiresAt) - Date.now()).toBeGreaterThan(3_590_000);
    const { signal } = new AbortController();
    await expect(put(upload.url, mp4.subarray(1), upload.headers, signal)).rejects.toThrow();
    await expect(put(upload.url, Buffer.concat([mp4.subarray(1), Buffer.from('x')]), upload.headers, signal)).rejects.toThrow(RefusedError);
    expect(service.addresses.readUploaded(videoUrl)).toMatchObject({ videoId, attempt: 2, sha256, key });
    expect(await files.size(key)).toBeUndefined();
    await put(upload.url, mp4, upload.headers, signal);
    expect([await files.size(key), await files.sha256(key)]).toEqual([mp4.length, sha256]);
    expect(reads).toEqual([]);
  });

  it('and through it: both ways lead to the same file', async () => {
    const headers = { 'content-type': 'video/mp4' };
    const answer = await call(service, uploadUrl(), { method: 'PUT', token: null, body: mp4, headers });
    expect([answer.status, answer.body]).toEqual([
      201,
      { videoUrl: service.addresses.uploaded(videoId, 2, sha256), bytes: mp4.length, sha256 },
    ]);
    const found: string[] = [];
    for await (const file of files.list('videos/')) found.push(file.key);
    expect(found).toEqual([key]);
  });
});

describe('a download from the store', () => {
  const url = `/v1/videos/${videoId}/download`;

  it('gives the whole and any part', async () => {
    expect((await call(service, url)).bytes.equals(mp4)).toBe(true);
    const part = await call(service, url, { headers: { range: 'bytes=5000000-5000999' } });
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 5000000-5000999/${mp4.length}`]);
    expect(part.bytes.equals(mp4.subarray(5_000_000, 5_001_000))).toBe(true);
  });

  it('is ended in the store when the caller goes', async () => {
    reads.length = 0;
    await new Promise<void>((resolve, reject) => {
      const path = service.addresses.download(videoId).replace('http://127.0.0.1:3000', '');
      const outgoing = request({ host: '127.0.0.1', port: service.port, path, agent: false }, (incoming) => {
        incoming.once('data', () => outgoing.destroy());
        incoming.once('close', resolve);
        incoming.once('error', () => resolve());
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
    await until('the stream destroyed', deadlineMs, () => (reads.length === 1 && reads[0]?.destroyed) || undefined);
  });

  it('answers 503 while the store is away, and again after', async () => {
    await store.kill();
    expect((await call(service, url)).status).toBe(503);
    await store.start();
    expect((await call(service, url, { headers: { range: 'bytes=0-0' } })).status).toBe(206);
  });
});
