import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { checkedFileKey } from '../file-key.js';
import type { Files, StoredFile } from '../files.port.js';
import { receive } from '../received.js';

/** Files in memory, for tests. */
export class MemoryFiles implements Files {
  private readonly files = new Map<string, { readonly content: Buffer; readonly changedAt: number }>();

  constructor(private readonly clock: { now(): number }) {}

  async put(
    key: string | ((received: Omit<StoredFile, 'key'>) => string),
    content: Readable | Uint8Array,
    limitBytes: number,
  ): Promise<StoredFile> {
    const chunks: Uint8Array[] = [];
    try {
      if (typeof key === 'string') checkedFileKey(key);
      const received = await receive(content, limitBytes, async (chunk) => void chunks.push(Uint8Array.from(chunk)));
      const final = checkedFileKey(typeof key === 'string' ? key : key(received));
      this.files.set(final, { content: Buffer.concat(chunks), changedAt: this.clock.now() });
      return { key: final, ...received };
    } catch (error) {
      if (!(content instanceof Uint8Array)) content.destroy();
      throw error;
    }
  }

  async size(key: string): Promise<number | undefined> {
    return this.files.get(checkedFileKey(key))?.content.length;
  }

  async sha256(key: string): Promise<string | undefined> {
    const file = this.files.get(checkedFileKey(key));
    return file && createHash('sha256').update(file.content).digest('hex');
  }

  async read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const file = this.files.get(checkedFileKey(key));
    if (!file) throw new Error(`no file under ${key}`);
    return Readable.from([range ? file.content.subarray(range.start, range.end + 1) : file.content], { objectMode: false });
  }

  async remove(key: string): Promise<void> {
    this.files.delete(checkedFileKey(key));
  }

  async *list(prefix: string): AsyncIterable<{ readonly key: string; readonly changedAt: number }> {
    for (const [key, { changedAt }] of [...this.files]) if (key.startsWith(prefix)) yield { key, changedAt };
  }
}
