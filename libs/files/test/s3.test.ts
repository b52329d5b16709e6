import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { isAway, asSeen } from '../src/s3/away.js';
import { S3Files } from '../src/s3/index.js';
import { readS3Url } from '../src/s3/s3-location.js';
import { answered, clientFor } from '../src/s3/s3-requests.js';
import { Spool } from '../src/s3/spool.js';
import { StoredContent } from '../src/s3/stored-content.js';

const away = { name: 'EngineUnavailableError' };

describe('the address of an S3-compatible store', () => {
  it('tells bucket, prefix, endpoint and region', () => {
    expect(readS3Url('s3://bucket/some/prefix/?endpoint=http://127.0.0.1:9000&region=eu-central-1')).toEqual({
      bucket: 'bucket',
      prefix: 'some/prefix/',
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
    });
    expect(readS3Url('s3://my.bucket-1')).toEqual({ bucket: 'my.bucket-1', prefix: '', endpoint: undefined, region: undefined });
    expect(readS3Url('s3://bucket/?endpoint=https://s3.example')).toMatchObject({ prefix: '', region: 'us-east-1' });
  });

  it.each([
    ['http://bucket', 'expected s3://'],
    ['s3://B', 'not the name of a bucket'],
    ['s3://bucket:80', 'not the name of a bucket'],
    ['s3://bucket/a//b', 'the prefix'],
    ['s3://bucket?endpoint=nowhere', 'the endpoint must be'],
    ['s3://bucket?regoin=x', '"regoin" is not known'],
    ['s3://bucket?region=x&region=y', '"region" is not known here, or is there twice'],
    ['s3://key:secret@bucket', 'credentials are taken from'],
  ])('%s is refused', async (url, why) => {
    await expect(S3Files.open({ url, log: () => undefined })).rejects.toMatchObject({
      name: 'FilesUrlError',
      message: expect.stringMatching(`^FILES_URL: .*${why}`),
    });
  });
});

describe('trouble with the store', () => {
  it.each([
    ['a refused connection', { code: 'ECONNREFUSED' }],
    ['a name that is not found', { code: 'ENOTFOUND' }],
    ['a full disk', { code: 'ENOSPC' }],
    ['no answer in time', { name: 'AbortError' }],
    ['a fault of the store', { $metadata: { httpStatusCode: 500 } }],
    ['throttling', { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }],
    ['a proxy that says something else', { $response: { statusCode: 502 } }],
  ])('by %s is waited for', (_what, fields) => {
    const error = Object.assign(new Error('said so'), fields);
    expect(asSeen('reading a', error)).toMatchObject({ ...away, message: expect.stringMatching(/^reading a: .*said so/), cause: error });
  });

  it.each([
    ['a refusal', { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }],
    ['what is missing', { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } }],
    ['a bug', { code: 'ERR_INVALID_ARG_TYPE' }],
    ['another bug', {}],
  ])('is not %s', (_what, fields) => {
    const error = Object.assign(new Error('said so'), fields);
    expect([isAway(error), asSeen('reading a', error)]).toEqual([false, error]);
  });
});

describe('a store that takes connections and says nothing', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    server = createServer((socket) => void sockets.add(socket.resume()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  it('is away, and its connection is given up', async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = clientFor(readS3Url(`s3://bucket?endpoint=${endpoint}`), () => undefined);
    const asking = answered(
      'files',
      () => undefined,
      (abortSignal) => client.send(new HeadBucketCommand({ Bucket: 'bucket' }), { abortSignal }),
      200,
    );
    await expect(asking).rejects.toMatchObject({ ...away, message: expect.stringMatching('^files: no answer for 200 ms') });
    expect(sockets.size).toBe(1);
    for (const socket of sockets)
      await new Promise<void>((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
    client.destroy();
  });
});

describe('what the store sends', () => {
  const silent = (): Readable => new Readable({ read: () => undefined });
  const silenceMs = 50;

  async function text(stream: Readable): Promise<string> {
    let all = '';
    for await (const chunk of stream) all += String(chunk);
    return all;
  }

  it('comes whole', async () => {
    expect(await text(new StoredContent('a', Readable.from([Buffer.from('ab'), Buffer.from('c')]), silenceMs))).toBe('abc');
    expect(await text(new StoredContent('a', Readable.from([]), silenceMs))).toBe('');
  });

  it('fails when nothing more comes', async () => {
    const sent = silent();
    sent.push('begun');
    await expect(text(new StoredContent('a', sent, silenceMs))).rejects.toMatchObject({ ...away, message: 'a: nothing came for 50 ms' });
    expect(sent.destroyed).toBe(true);
  });

  it('fails when the line breaks, said or unsaid', async () => {
    for (const reason of [Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), undefined]) {
      const sent = silent();
      const reading = text(new StoredContent('a', sent, 10_000));
      sent.push('begun');
      sent.destroy(reason);
      await expect(reading).rejects.toMatchObject(away);
    }
  });

  it('waits for a reader who pauses', async () => {
    const pieces = Array.from({ length: 20 }, () => Buffer.alloc(16 * 1024, 'x'));
    const content = new StoredContent('a', Readable.from(pieces, { objectMode: false }), silenceMs);
    content.read(0);
    await new Promise((resolve) => setTimeout(resolve, 3 * silenceMs));
    expect((await text(content)).length).toBe(20 * 16 * 1024);
  });

  it('is ended with its reader', () => {
    const sent = silent();
    new StoredContent('a', sent, silenceMs).destroy();
    expect(sent.destroyed).toBe(true);
  });
});

describe('a spool', () => {
  it('holds short content in memory, and longer in a file', async () => {
    const content = Buffer.alloc(1_000_000, 'abcdefg');
    for (const [memoryBytes, inMemory] of [
      [1_000_000, true],
      [999_999, false],
    ] as const) {
      const spool = new Spool(`spool-test-${process.pid}`, memoryBytes);
      for (let from = 0; from < content.length; from += 300_000) await spool.write(content.subarray(from, from + 300_000));
      const held = spool.content();
      expect(held instanceof Uint8Array).toBe(inMemory);
      const pieces: Uint8Array[] = [];
      for await (const piece of held instanceof Uint8Array ? [held] : held) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(content)).toBe(true);
      await spool.close();
    }
  });
});
