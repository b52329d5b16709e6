import { createHash, randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { type Answered, call } from './client.js';
import { type Service, startService } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const pathOf = (url: string): string => url.replace('http://127.0.0.1:3000', '');

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly filename?: string;
}

function form(...parts: readonly Part[]): { readonly body: Buffer; readonly headers: { readonly [name: string]: string } } {
  const boundary = 'a-line-between';
  const pieces = parts.flatMap(({ name, content, filename }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: application/octet-stream`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#a33' } });
const upload = (...parts: readonly Part[]): Promise<Answered> => call(service, '/v1/artworks', { method: 'POST', ...form(...parts) });
const account: Part = { name: 'accountId', content: 'a-1' };

describe('an artwork', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('is taken as %s, wherever the account stands in the form', async (format) => {
    const content = await picture(300, 200).toFormat(format).toBuffer();
    const file: Part = { name: 'file', content, filename: 'x' };
    for (const parts of [
      [account, file],
      [file, account],
    ]) {
      const answer = await upload(...parts);
      expect([answer.status, answer.body]).toEqual([201, { artworkId: expect.any(String) as string, width: 300, height: 200 }]);
      const kept = await service.artworks.find(String(answer.body['artworkId']));
      expect(kept).toMatchObject({
        accountId: 'a-1',
        contentType: `image/${format}`,
        bytes: content.byteLength,
        sha256: createHash('sha256').update(content).digest('hex'),
      });
      const served = await call(service, pathOf(service.addresses.artworkFile(String(answer.body['artworkId']))), { token: null });
      expect([served.status, served.headers['content-type'], served.bytes.equals(content)]).toEqual([200, `image/${format}`, true]);
    }
  });

  it('is as large as it is to be seen', async () => {
    const content = await picture(300, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect((await upload(account, { name: 'file', content, filename: 'x' })).body).toMatchObject({ width: 200, height: 300 });
  });

  it('is stored as an event with who uploaded it', async () => {
    const before = await service.store.head();
    await upload(account, { name: 'file', content: await picture(10, 10).png().toBuffer(), filename: 'x' });
    const { events } = await service.store.readLog(before, 10, ['artwork-']);
    expect(events).toEqual([
      expect.objectContaining({ type: 'ArtworkUploaded', metadata: expect.objectContaining({ keyName: 'staff' }) as object }),
    ]);
  });

  it.each<[string, number, string, () => Promise<readonly Part[]>]>([
    ['text', 415, 'unsupported-media-type', async () => [account, { name: 'file', content: 'hello', filename: 'x.png' }]],
    [
      'a GIF',
      415,
      'unsupported-media-type',
      async () => [account, { name: 'file', content: await picture(9, 9).gif().toBuffer(), filename: 'x.png' }],
    ],
    [
      'an SVG',
      415,
      'unsupported-media-type',
      async () => [account, { name: 'file', content: '<svg xmlns="http://www.w3.org/2000/svg"/>', filename: 'x' }],
    ],
    [
      'the head of a PNG',
      422,
      'unreadable-picture',
      async () => [account, { name: 'file', content: (await picture(99, 99).png().toBuffer()).subarray(0, 20), filename: 'x' }],
    ],
    [
      'a PNG cut off',
      422,
      'unreadable-picture',
      async () => [account, { name: 'file', content: (await noise()).subarray(0, 5_000), filename: 'x' }],
    ],
    [
      'too many pixels',
      422,
      'unreadable-picture',
      async () => [account, { name: 'file', content: await picture(8_001, 8_000).png().toBuffer(), filename: 'x' }],
    ],
    ['no file', 400, 'invalid-body', async () => [account]],
    ['a file without a name', 400, 'invalid-body', async () => [account, { name: 'file', content: 'x' }]],
    ['no account', 400, 'invalid-body', async () => [{ name: 'file', content: await picture(9, 9).png().toBuffer(), filename: 'x' }]],
    [
      'an impossible account',
      400,
      'invalid-body',
      async () => [
        { name: 'accountId', content: 'a b' },
        { name: 'file', content: await picture(9, 9).png().toBuffer(), filename: 'x' },
      ],
    ],
    [
      'a field too many',
      400,
      'invalid-body',
      async () => [
        account,
        { name: 'roomId', content: 'r' },
        { name: 'file', content: await picture(9, 9).png().toBuffer(), filename: 'x' },
      ],
    ],
    [
      'two accounts',
      400,
      'invalid-body',
      async () => [
        account,
        { name: 'accountId', content: 'a-2' },
        { name: 'file', content: await picture(9, 9).png().toBuffer(), filename: 'x' },
      ],
    ],
    [
      'a field named after the prototype',
      400,
      'bad-request',
      async () => [account, { name: '__proto__', content: 'x' }, { name: 'file', content: 'x', filename: 'x' }],
    ],
  ])('is refused: %s', async (_what, status, code, parts) => {
    const [head, files] = [await service.store.head(), service.files.stored.size];
    const answer = await upload(...(await parts()));
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect([await service.store.head(), service.files.stored.size]).toEqual([head, files]);
  });

  it('of more than 20 MB is 413, announced or not', async () => {
    const { body, headers } = form(account, { name: 'file', content: Buffer.alloc(20 * 1024 * 1024 + 1), filename: 'x' });
    expect((await call(service, '/v1/artworks', { method: 'POST', body, headers })).body).toMatchObject({
      status: 413,
      code: 'payload-too-large',
    });
    const announced = form(account, { name: 'file', content: Buffer.alloc(21 * 1024 * 1024), filename: 'x' });
    expect((await call(service, '/v1/artworks', { method: 'POST', ...announced })).status).toBe(413);
  });

  it('must come as a form that is one', async () => {
    const broken = await call(service, '/v1/artworks', {
      method: 'POST',
      body: 'no form',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(broken.status).toBe(400);
    const unbounded = await call(service, '/v1/artworks', {
      method: 'POST',
      body: 'no form',
      headers: { 'content-type': 'multipart/form-data' },
    });
    expect([400, 415]).toContain(unbounded.status);
    expect((await call(service, '/v1/artworks', { method: 'POST', body: 'x', headers: { 'content-type': 'image/png' } })).status).toBe(415);
  });

  it('is at its signed address only, for workers', async () => {
    expect((await call(service, '/v1/artworks/x/file')).body).toMatchObject({ status: 401 });
    expect((await call(service, pathOf(service.addresses.artworkFile('none')), { token: null })).body).toMatchObject({
      status: 404,
      code: 'unknown-artwork',
    });
  });
});

function noise(): Promise<Buffer> {
  return sharp(randomBytes(100 * 100 * 3), { raw: { width: 100, height: 100, channels: 3 } })
    .png()
    .toBuffer();
}
