import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { S3Files } from '#files/s3';
import { filesContract } from '#files/testing';
import { type S3, startS3 } from './kit/s3.js';
import { until } from './kit/until.js';

const MEBIBYTE = 1024 * 1024;
const limit = 300 * MEBIBYTE;
const deadlineMs = 60_000;
const away = { name: 'EngineUnavailableError' };

let server: S3;
let buckets = 0;
const logged: string[] = [];
const opened: S3Files[] = [];

beforeAll(async () => {
  server = await startS3();
  Object.assign(process.env, server.env);
}, 600_000);
afterAll(async () => {
  for (const files of opened) files.close();
  await server.stop();
});

const freshUrl = (): Promise<string> => server.bucket(`bucket-${(buckets += 1)}`, 'some/prefix');

async function open(url: string): Promise<S3Files> {
  const files = await S3Files.open({ url, log: (message) => logged.push(message) });
  opened.push(files);
  return files;
}

async function fresh(): Promise<S3Files> {
  return open(await freshUrl());
}

async function keysOf(files: S3Files): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of files.list('')) keys.push(key);
  return keys;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Bytes that do not repeat every few pieces, made as they are read. */
function pieces(bytes: number, pieceBytes = 64 * 1024): { readonly source: Readable; readonly sha256: () => string } {
  const hash = createHash('sha256');
  const make = function* (): Generator<Buffer> {
    for (let made = 0; made < bytes; ) {
      const piece = Buffer.alloc(Math.min(pieceBytes, bytes - made), String(made));
      made += piece.length;
      hash.update(piece);
      yield piece;
    }
  };
  return { source: Readable.from(make(), { objectMode: false }), sha256: () => hash.digest('hex') };
}

describe('files in an S3-compatible store', () => {
  it.each(filesContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_sentence, clause) => {
    const url = await freshUrl();
    await clause.run({
      files: await open(url),
      now: () => Date.now(),
      reopen: () => open(url),
      close: async () => undefined,
    });
  });

  it(
    'lists more than one page',
    async () => {
      const files = await fresh();
      const keys = Array.from({ length: 1_050 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      for (let from = 0; from < keys.length; from += 50) {
        await Promise.all(keys.slice(from, from + 50).map((key) => files.put(key, Buffer.from('x'), 1)));
      }
      expect((await keysOf(files)).sort()).toEqual(keys);
    },
    deadlineMs,
  );

  it('keeps buckets and prefixes apart', async () => {
    const url = await freshUrl();
    const [one, other] = [await open(url), await open(url.replace('some/prefix', 'some'))];
    await one.put('a', Buffer.from('x'), 1);
    expect([await keysOf(one), await keysOf(other), await other.size('a')]).toEqual([['a'], ['prefix/a'], undefined]);
  });
});

describe('what is opened', () => {
  it('is refused where the bucket is missing', async () => {
    await expect(open((await freshUrl()).replace('bucket-', 'nowhere-'))).rejects.toThrow(/^FILES_URL: there is no bucket "nowhere-\d+"/);
  });

  it.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'guessed' }],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'nobody' }],
  ])('is refused with %s', async (_what, wrong) => {
    const url = await freshUrl();
    Object.assign(process.env, wrong);
    try {
      await expect(open(url)).rejects.toThrow(/^FILES_URL: the store refuses these credentials/);
    } finally {
      Object.assign(process.env, server.env);
    }
  });

  it('is waited for where nobody answers', async () => {
    await expect(open('s3://bucket?endpoint=http://127.0.0.1:1')).rejects.toMatchObject(away);
  });
});

describe('100 MiB', () => {
  it(
    'come and go through bounded memory',
    async () => {
      const files = await fresh();
      const bytes = 100 * MEBIBYTE;
      const { source, sha256 } = pieces(bytes);
      let most = 0;
      const before = process.memoryUsage().rss;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 10);
      const stored = await files.put(({ sha256: named }) => `videos/${named}.mp4`, source, limit);
      const expected = sha256();
      expect(stored).toEqual({ key: `videos/${expected}.mp4`, bytes, sha256: expected });
      expect(await files.sha256(stored.key)).toBe(expected);
      const hash = createHash('sha256');
      for await (const chunk of await files.read(stored.key)) hash.update(chunk as Buffer);
      clearInterval(watch);
      expect(hash.digest('hex')).toBe(expected);
      expect(await bytesOf(await files.read(stored.key, { start: 64 * 1024 - 1, end: 64 * 1024 }))).toEqual(Buffer.from('06'));
      expect(most).toBeLessThan(64 * MEBIBYTE);
    },
    deadlineMs,
  );

  it('and a byte more than allowed are refused while they come, and nothing of them stays', async () => {
    const files = await fresh();
    await files.put('kept', Buffer.from('old'), 3);
    const { source } = pieces(20 * MEBIBYTE + 1);
    await expect(files.put('kept', source, 20 * MEBIBYTE)).rejects.toMatchObject({ name: 'FileTooLargeError' });
    expect(source.destroyed).toBe(true);
    expect([await files.size('kept'), await keysOf(files)]).toEqual([3, ['kept']]);
  });
});

describe('a store that is killed', () => {
  it(
    'in the middle of a put has nothing half stored, and works again after its start',
    async () => {
      const files = await fresh();
      await files.put('kept', Buffer.from('old'), 3);
      const { source } = pieces(200 * MEBIBYTE, MEBIBYTE);
      const putting = files.put('kept', source, limit);
      const refused = expect(putting).rejects.toMatchObject(away);
      await until('the content received', deadlineMs, () => source.readableEnded || undefined);
      await server.kill();
      await refused;
      await expect(files.ping()).rejects.toMatchObject(away);
      for (const call of [files.size('kept'), files.sha256('kept'), files.read('kept'), files.remove('kept'), keysOf(files)]) {
        await expect(call).rejects.toMatchObject(away);
      }
      await server.start();
      await files.ping();
      expect((await bytesOf(await files.read('kept'))).toString()).toBe('old');
      expect(await keysOf(files)).toEqual(['kept']);
      await files.put('kept', Buffer.from('new'), 3);
      expect((await bytesOf(await files.read('kept'))).toString()).toBe('new');
    },
    deadlineMs,
  );

  it(
    'in the middle of a read fails the reader',
    async () => {
      const files = await fresh();
      await files.put('big', pieces(50 * MEBIBYTE).source, limit);
      const stream = await files.read('big');
      const reading = expect(
        (async () => {
          for await (const chunk of stream) {
            expect((chunk as Buffer).length).toBeGreaterThan(0);
            await server.kill();
          }
        })(),
      ).rejects.toMatchObject(away);
      await reading;
      await server.start();
      expect((await bytesOf(await files.read('big'))).length).toBe(50 * MEBIBYTE);
    },
    deadlineMs,
  );
});

describe('an address for putting directly', () => {
  const content = Buffer.from('a video, say');
  const expected = { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), contentType: 'video/mp4' };
  const hour = 3_600_000;
  const send = (url: string, headers: Record<string, string>, body: Uint8Array): Promise<Response> =>
    fetch(url, { method: 'PUT', headers, body });

  it('takes this content under this key, and it is known by its hash', async () => {
    const files = await fresh();
    const before = Date.now();
    const { url, headers, expiresAt } = await files.directPut('videos/a.mp4', expected, hour);
    expect(expiresAt).toBeGreaterThanOrEqual(before + hour - 1_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + hour);
    expect((await send(url, headers, content)).status).toBe(200);
    expect([await files.size('videos/a.mp4'), await files.sha256('videos/a.mp4')]).toEqual([expected.bytes, expected.sha256]);
    expect(await bytesOf(await files.read('videos/a.mp4'))).toEqual(content);
    expect((await fetch(url)).status).toBe(403);
  });

  it('takes nothing else', async () => {
    const files = await fresh();
    const { url, headers } = await files.directPut('videos/a.mp4', expected, hour);
    const otherContent = Buffer.from('a video, too');
    const longer = Buffer.concat([content, content]);
    const otherHash = createHash('sha256').update(otherContent).digest('base64');
    const { 'x-amz-checksum-sha256': _left, ...withoutChecksum } = headers;
    const tries: { readonly [what: string]: Promise<Response> } = {
      'other content': send(url, headers, otherContent),
      'other content with its own hash': send(url, { ...headers, 'x-amz-checksum-sha256': otherHash }, otherContent),
      'other content without a hash': send(url, withoutChecksum, otherContent),
      'longer content': send(url, { ...headers, 'content-length': String(longer.length) }, longer),
      'another type': send(url, { ...headers, 'content-type': 'text/html' }, content),
      'another key': send(url.replace('a.mp4', 'b.mp4'), headers, content),
      'a later time': send(url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=36000'), headers, content),
    };
    for (const [what, answer] of Object.entries(tries)) expect([what, (await answer).ok]).toEqual([what, false]);
    expect(await keysOf(files)).toEqual([]);
  });

  it('ends', async () => {
    const files = await fresh();
    const { url, headers, expiresAt } = await files.directPut('videos/a.mp4', expected, 1_000);
    await until('the end of the address', deadlineMs, () => Date.now() > expiresAt + 1_000 || undefined);
    expect((await send(url, headers, content)).status).toBe(403);
    expect(await keysOf(files)).toEqual([]);
  });
});

describe('connections', () => {
  it(
    'are given back by readers who leave',
    async () => {
      const { url, open: connections, close } = await doorTo(await freshUrl());
      const files = await open(url);
      await files.put('big', pieces(20 * MEBIBYTE).source, limit);
      for (let i = 0; i < 50; i += 1) {
        const stream = await files.read('big');
        stream.destroy();
      }
      await until('all but idle connections closed', deadlineMs, () => connections() <= 2 || undefined);
      files.close();
      await until('all connections closed', deadlineMs, () => connections() === 0 || undefined);
      await close();
    },
    deadlineMs,
  );
});

interface Door {
  /** The FILES_URL that leads through it. */
  readonly url: string;
  /** Connections through it now. */
  readonly open: () => number;
  /** Lets no more than so many bytes of each connection get to the store. */
  readonly holdAfter: (bytes: number) => void;
  /** Whether a connection is held. */
  readonly holding: () => boolean;
  readonly close: () => Promise<void>;
}

/** A way to the store that counts, and can hold on to what is sent. */
async function doorTo(url: string): Promise<Door> {
  const store = new URL(new URL(url).searchParams.get('endpoint') ?? '');
  let [connections, most, holding] = [0, Infinity, false];
  const door = createServer((client) => {
    connections += 1;
    let sent = 0;
    const onward = connect(Number(store.port), store.hostname);
    client.pipe(onward).pipe(client);
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (sent <= most) return;
      holding = true;
      client.unpipe(onward).pause();
    });
    client.on('error', () => onward.destroy());
    onward.on('error', () => client.destroy());
    onward.on('close', () => client.destroy());
    client.on('close', () => {
      connections -= 1;
      onward.destroy();
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: url.replace(store.host, `127.0.0.1:${port}`),
    open: () => connections,
    holdAfter: (bytes) => {
      most = bytes;
    },
    holding: () => holding,
    close: () => new Promise((resolve) => door.close(() => resolve())),
  };
}
