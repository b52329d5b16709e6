import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ffmpegPath } from '../src/encoder.ffmpeg.js';

/** Names of an MP4's outermost boxes, in their order. */
export function boxesOf(file: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 8 <= file.length; at += Math.max(8, file.readUInt32BE(at))) names.push(file.toString('latin1', at + 4, at + 8));
  return names;
}

/** Decodes a video: what the decoder says about it, and its frames as RGB bytes. */
export async function decoded(path: string): Promise<{ readonly about: string; readonly frames: Buffer }> {
  const child = spawn(await ffmpegPath(), ['-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
  const chunks: Buffer[] = [];
  let about = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    about += chunk.toString();
  });
  await once(child, 'close');
  return { about, frames: Buffer.concat(chunks) };
}
