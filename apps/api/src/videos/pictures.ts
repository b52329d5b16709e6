import type { Picture, PictureType } from '#videos';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '../edge/problem.js';

/** Largest picture, in bytes as sent and in pixels as decoded. */
export const pictureLimits = { bytes: 20 * 1024 * 1024, pixels: 64_000_000 } as const;

/** How many pictures are held and decoded at once; more wait. Bounds memory to about this many times a decoded picture's rows. */
const atOnce = 2;

/** Looks at uploaded pictures: what they are by their first bytes, whether they decode to the end, and how large they are to be seen. */
@Injectable()
export class Pictures {
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  /** Runs `work` when there is room for one more picture in memory. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy >= atOnce) await new Promise<void>((turn) => this.queue.push(turn));
    else this.busy += 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.busy -= 1;
      else next();
    }
  }

  /** 415 for what is no PNG, JPEG or WebP; 422 for one that cannot be used. */
  async inspect(content: Buffer): Promise<Picture> {
    const contentType = typeOf(content);
    if (contentType === undefined) throw new ProblemError('unsupported-media-type', 'send a PNG, JPEG or WebP picture');
    // Loaded at the first picture: most processes never see one, and it costs memory.
    const { default: sharp } = await import('sharp');
    try {
      const picture = sharp(content, { limitInputPixels: pictureLimits.pixels, failOn: 'error', sequentialRead: true });
      const { autoOrient, format } = await picture.metadata();
      if (`image/${format}` !== contentType) throw new Error(`it says ${format} inside`);
      // A header alone proves little: every row is decoded once, into next to nothing.
      await picture.resize(16, 16, { fit: 'fill', kernel: 'nearest', fastShrinkOnLoad: false }).raw().toBuffer();
      return { content, contentType, width: autoOrient.width, height: autoOrient.height };
    } catch (error) {
      const detail = error instanceof Error ? error.message.split('\n')[0]?.slice(0, 200) : undefined;
      throw new ProblemError('unreadable-picture', detail);
    }
  }
}

function typeOf(content: Buffer): PictureType | undefined {
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
