import sharp from 'sharp';
import { crc32, deflateSync } from 'node:zlib';
import { openArtwork, UnusablePictureError } from '../src/artwork.sharp.js';
import { quartered, quarterOf } from './pictures.js';

type Made = Buffer | Promise<Buffer>;

/** A PNG that claims a size and holds next to nothing. */
function claimed(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

async function use(bytes: Buffer): Promise<Uint8ClampedArray> {
  return (await openArtwork(bytes)).shrunk(40, 30);
}

function pixel(data: Uint8ClampedArray, width: number, x: number, y: number): [number, number, number] {
  const at = (y * width + x) * 4;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

describe('a picture that cannot be used', () => {
  const bad: readonly [string, () => Made, RegExp][] = [
    [
      'a PNG cut in half',
      async () => {
        const whole = await sharp({
          create: { width: 300, height: 300, channels: 3, background: '#a33', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
        })
          .png()
          .toBuffer();
        return whole.subarray(0, whole.length / 2);
      },
      /damaged/,
    ],
    ['a PNG that claims 30,000 × 30,000 pixels', () => claimed(30_000, 30_000), /too large: 30000 × 30000/],
    ['a PNG that claims more than it holds', () => claimed(3_000, 2_000), /damaged/],
    [
      'an SVG under another name',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><image href="file:///etc/passwd"/></svg>'),
      /not a PNG, JPEG or WebP/,
    ],
    [
      'a GIF',
      () =>
        sharp({ create: { width: 20, height: 20, channels: 3, background: '#fff' } })
          .gif()
          .toBuffer(),
      /not a PNG, JPEG or WebP/,
    ],
    ['plain text', () => Buffer.from('this is not a picture'), /not a PNG, JPEG or WebP/],
    ['nothing at all', () => Buffer.alloc(0), /not a PNG, JPEG or WebP/],
  ];

  it.each(bad)('%s is refused in plain words', async (_name, make, words) => {
    const refusal = await use(await make()).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(UnusablePictureError);
    expect((refusal as Error).message).toMatch(words);
  });
});

describe('an unusual picture that can be used', () => {
  it('may be one pixel', async () => {
    expect(
      await use(
        await sharp({ create: { width: 1, height: 1, channels: 3, background: '#d62828' } })
          .png()
          .toBuffer(),
      ),
    ).toHaveLength(40 * 30 * 4);
  });

  it('may be a strip of 20,000 × 10', async () => {
    const artwork = await openArtwork(await quartered(20_000, 10));
    expect([artwork.width, artwork.height]).toEqual([20_000, 10]);
    expect(await artwork.shrunk(600, 1)).toHaveLength(600 * 4);
  });

  it('may be a JPEG in CMYK', async () => {
    const jpeg = await sharp(await quartered(80, 60))
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await sharp(jpeg).metadata()).space).toBe('cmyk');
    const data = await use(jpeg);
    expect([quarterOf(pixel(data, 40, 8, 6)), quarterOf(pixel(data, 40, 32, 24))]).toEqual(['red', 'yellow']);
  });

  it('is turned upright as its camera says', async () => {
    const artwork = await openArtwork(
      await sharp(await quartered(80, 60))
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 95 })
        .toBuffer(),
    );
    expect([artwork.width, artwork.height]).toEqual([60, 80]);
    const data = await artwork.shrunk(30, 40);
    // Turned clockwise, the lower left comes to the upper left.
    expect([quarterOf(pixel(data, 30, 6, 8)), quarterOf(pixel(data, 30, 24, 8))]).toEqual(['blue', 'red']);
  });

  it('lies on paper white where it is clear', async () => {
    const data = await use(
      await sharp({ create: { width: 40, height: 30, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
        .png()
        .toBuffer(),
    );
    expect(pixel(data, 40, 20, 15)).toEqual([247, 244, 238]);
  });
});
