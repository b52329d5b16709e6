import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Files } from '#files';
import { ffmpegPath } from '../ffmpeg/index.js';

const run = promisify(execFile);
/** A poster takes a fraction of a second; what takes longer is no video. */
const LIMIT_MS = 10_000;
const MOST_BYTES = 2 * 1024 * 1024;
const WIDTH = 960;

/** Stills of delivered videos, made from the MP4 when first asked for and kept beside it. */
export class Posters {
  readonly #making = new Map<string, Promise<string | undefined>>();

  constructor(private readonly files: Files) {}

  /** Key of the JPEG for the MP4 under a key; undefined where none can be made of it. */
  async keyFor(mp4: { readonly key: string; readonly sha256: string }): Promise<string | undefined> {
    const key = mp4.key.replace(/[^/]+$/, `poster-${mp4.sha256}.jpg`);
    if ((await this.files.size(key)) !== undefined) return key;
    const making = this.#making.get(key) ?? this.#make(mp4.key, key).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  async #make(mp4: string, key: string): Promise<string | undefined> {
    const jpeg = await stillOf(await this.files.read(mp4));
    if (!jpeg) return undefined;
    await this.files.put(key, jpeg, MOST_BYTES);
    return key;
  }
}

/** The first whole second's frame as JPEG, or undefined where the content is no video that can be decoded. */
async function stillOf(content: Readable): Promise<Uint8Array | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'video-credits-poster-'));
  try {
    const file = join(folder, 'video.mp4');
    await pipeline(content, createWriteStream(file));
    const args = [
      '-v',
      'error',
      '-ss',
      '1',
      '-i',
      file,
      '-frames:v',
      '1',
      '-vf',
      `scale=${WIDTH}:-2`,
      '-q:v',
      '3',
      '-f',
      'image2pipe',
      '-c:v',
      'mjpeg',
      'pipe:1',
    ];
    const { stdout } = await run(await ffmpegPath(), args, {
      encoding: 'buffer',
      timeout: LIMIT_MS,
      maxBuffer: MOST_BYTES,
      cwd: folder,
    }).catch(() => ({ stdout: Buffer.alloc(0) }));
    return stdout.length === 0 ? undefined : stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
