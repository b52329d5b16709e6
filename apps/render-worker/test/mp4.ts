import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ffmpegPath } from '#videos/ffmpeg';

/** Names of an MP4's outermost boxes, in their order. */
export function boxesOf(file: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 8 <= file.length; at += Math.max(8, file.readUInt32BE(at))) names.push(file.toString('latin1', at + 4, at + 8));
  return names;
}

/** What the decoder says of a whole video: its stream, and how many frames it decoded. */
export async function aboutVideo(path: string): Promise<string> {
  return (await decode(['-i', path, '-f', 'null', '-'])).about;
}

/** Decodes the first frame of a video and the one numbered `last`, as RGB bytes. */
export async function firstAndLast(path: string, last: number): Promise<readonly [Buffer, Buffer]> {
  const { frames } = await decode([
    ...['-i', path, '-vf', `select='eq(n,0)+eq(n,${last})'`, '-vsync', '0'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
  ]);
  return [frames.subarray(0, frames.length / 2), frames.subarray(frames.length / 2)];
}

async function decode(what: readonly string[]): Promise<{ readonly about: string; readonly frames: Buffer }> {
  const child = spawn(await ffmpegPath(), what);
  const chunks: Buffer[] = [];
  let about = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    about += chunk.toString();
  });
  await once(child, 'close');
  return { about, frames: Buffer.concat(chunks) };
}
