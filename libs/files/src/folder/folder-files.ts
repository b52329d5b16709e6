import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { checkedFileKey, isFileKey } from '../file-key.js';
import type { Files, StoredFile } from '../files.port.js';
import { receive } from '../received.js';
import { StoreAwayError } from '../store-away.js';

/** Where content is received. No key can name it: `+` is not a character of keys. */
const incoming = '+incoming';

/** Files in a folder that one process owns: received beside their place, synced, then renamed into it. */
export class FolderFiles implements Files {
  private received = 0;

  private constructor(private readonly folder: string) {}

  /** Makes the folder where there is none, and removes what a process left behind that died while receiving. */
  static async open(folder: string): Promise<FolderFiles> {
    await rm(join(folder, incoming), { recursive: true, force: true });
    await mkdir(join(folder, incoming), { recursive: true });
    return new FolderFiles(folder);
  }

  async put(
    key: string | ((received: Omit<StoredFile, 'key'>) => string),
    content: Readable | Uint8Array,
    limitBytes: number,
  ): Promise<StoredFile> {
    const temporary = join(this.folder, incoming, String((this.received += 1)));
    try {
      const fixed = typeof key === 'string' ? checkedFileKey(key) : undefined;
      const received = await receiveInto(temporary, content, limitBytes);
      const final = fixed ?? checkedFileKey(typeof key === 'string' ? key : key(received));
      await this.moveTo(final, temporary);
      return { key: final, ...received };
    } catch (error) {
      if (!(content instanceof Uint8Array)) content.destroy();
      await rm(temporary, { force: true });
      throw isFull(error) ? new StoreAwayError(`a file of "${this.folder}" could not be written: ${String(error)}`) : error;
    }
  }

  async size(key: string): Promise<number | undefined> {
    const found = await orUndefined(stat(this.pathOf(key)));
    return found?.isFile() ? found.size : undefined;
  }

  async sha256(key: string): Promise<string | undefined> {
    if ((await this.size(key)) === undefined) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of await this.read(key)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  }

  async read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const file = await open(this.pathOf(key), 'r');
    if (!(await file.stat()).isFile()) {
      await file.close();
      throw new Error(`no file under ${key}`);
    }
    return file.createReadStream(range && { start: range.start, end: range.end });
  }

  async remove(key: string): Promise<void> {
    await orUndefined(rm(this.pathOf(key)));
  }

  async *list(prefix: string): AsyncIterable<{ readonly key: string; readonly changedAt: number }> {
    const under = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (under !== '') checkedFileKey(under.slice(0, -1));
    for await (const key of this.keysUnder(under)) {
      if (!key.startsWith(prefix)) continue;
      const found = await orUndefined(stat(this.pathOf(key)));
      if (found) yield { key, changedAt: found.mtimeMs };
    }
  }

  /** `under` is empty or ends in a slash. */
  private async *keysUnder(under: string): AsyncIterable<string> {
    const folder = await orUndefined(opendir(join(this.folder, under)));
    if (!folder) return;
    for await (const entry of folder) {
      const key = under + entry.name;
      if (!isFileKey(key)) continue;
      if (entry.isDirectory()) yield* this.keysUnder(`${key}/`);
      else if (entry.isFile()) yield key;
    }
  }

  private async moveTo(key: string, temporary: string): Promise<void> {
    const path = this.pathOf(key);
    const firstMade = await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    const last = firstMade === undefined ? dirname(path) : dirname(firstMade);
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      await syncFolder(folder);
      if (folder === last || folder === dirname(folder)) return;
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, checkedFileKey(key));
  }
}

async function receiveInto(path: string, content: Readable | Uint8Array, limitBytes: number): Promise<Omit<StoredFile, 'key'>> {
  const file = await open(path, 'wx');
  try {
    const received = await receive(content, limitBytes, (chunk) => writeAll(file, chunk));
    await file.sync();
    return received;
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String((error as NodeJS.ErrnoException).code));
}

/** Undefined where there is nothing at the path. */
async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
