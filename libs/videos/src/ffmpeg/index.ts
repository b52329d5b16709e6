import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

let found: Promise<string> | undefined;

/** A system ffmpeg where there is one, else the packaged binary. */
export function ffmpegPath(): Promise<string> {
  found ??= promisify(execFile)('ffmpeg', ['-version'])
    .then(() => 'ffmpeg')
    .catch(() => (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path);
  return found;
}
