import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { FileTooLargeError } from './files.port.js';

/**
 * Passes the content on chunk by chunk and answers its size and SHA-256. Whatever goes wrong, too much content included, ends the
 * source: it is destroyed before this rejects.
 */
export async function receive(
  content: Readable | Uint8Array,
  limitBytes: number,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array> = content instanceof Uint8Array ? [content] : content;
  for await (const piece of source) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    bytes += chunk.length;
    if (bytes > limitBytes) throw new FileTooLargeError(limitBytes);
    hash.update(chunk);
    await write(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}
