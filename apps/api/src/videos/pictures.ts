import type { Readable } from 'node:stream';
import { systemMachineClock } from '#event-sourcing';
import type { Picture, PictureType } from '#videos';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '../edge/problem.js';

/** Largest picture, in bytes as sent and in pixels as decoded. */
export const pictureLimits = { bytes: 20 * 1024 * 1024, pixels: 64_000_000 } as const;

/** How many pictures are decoded at once, and how many forms are received at once; more wait. Together they bound memory. */
const decodedAtOnce = 2;
const receivedAtOnce = 16;

/** How long a form may take to arrive, ms of real time. Who is slower would keep the others out. */
const arrivalMs = 60_000;

/** Looks at uploaded pictures: what they are by their first bytes, whether they decode to the end, and how large they are to be seen. */
@Injectable()
export class Pictures {
  private readonly receiving = new Places(receivedAtOnce);
  private readonly decoding = new Places(decodedAtOnce);

  /** Runs `read`, which receives a request's form, when there is room for one more; 400 where the caller goes or takes too long. */
  receive<T>(request: Readable, read: () => Promise<T>): Promise<T> {
    return this.receiving.inTurn(async () => {
      const over = new AbortController();
      const gone = new Promise<never>((_, reject) => {
        const refuse = (): void => reject(new ProblemError('bad-request', 'the form broke off'));
        request.once('close', () => request.readableEnded || refuse());
        if (request.destroyed && !request.readableEnded) refuse();
      });
      const late = systemMachineClock.sleep(arrivalMs, over.signal).then(() => {
        throw new ProblemError('bad-request', `the form must arrive within ${arrivalMs / 1_000} seconds`);
      });
      try {
        return await Promise.race([read(), gone, late]);
      } finally {
        over.abort();
      }
    });
  }

  /** Runs `work` when there is room for one more picture to be decoded. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.decoding.inTurn(work);
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

/** So many at once, the others in order. */
class Places {
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly places: number) {}

  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy >= this.places) await new Promise<void>((turn) => this.queue.push(turn));
    else this.busy += 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.busy -= 1;
      else next();
    }
  }
}

function typeOf(content: Buffer): PictureType | undefined {
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
