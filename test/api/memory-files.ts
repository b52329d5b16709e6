import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { FileTooLargeError, type Files, type StoredFile } from '#files';

/** Files in memory, for tests of what stands in front of them. */
export class MemoryFiles implements Files {
  readonly stored = new Map<string, Buffer>();

  async put(
    key: string | ((received: Omit<StoredFile, 'key'>) => string),
    content: Readable | Uint8Array,
    limitBytes: number,
  ): Promise<StoredFile> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of content instanceof Readable ? content : [content]) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      bytes += (chunk as Uint8Array).byteLength;
      if (bytes > limitBytes) throw new FileTooLargeError(limitBytes);
    }
    const whole = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(whole).digest('hex');
    const name = typeof key === 'string' ? key : key({ bytes, sha256 });
    this.stored.set(name, whole);
    return { key: name, bytes, sha256 };
  }

  async size(key: string): Promise<number | undefined> {
    return this.stored.get(key)?.byteLength;
  }

  async sha256(key: string): Promise<string | undefined> {
    const content = this.stored.get(key);
    return content && createHash('sha256').update(content).digest('hex');
  }

  async read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const content = this.stored.get(key);
    if (content === undefined) throw new Error(`there is no file ${key}`);
    return Readable.from([range === undefined ? content : content.subarray(range.start, range.end + 1)]);
  }

  async remove(key: string): Promise<void> {
    this.stored.delete(key);
  }

  async *list(prefix: string): AsyncIterable<{ readonly key: string; readonly changedAt: number }> {
    for (const key of this.stored.keys()) if (key.startsWith(prefix)) yield { key, changedAt: 0 };
  }
}
