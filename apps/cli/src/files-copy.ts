import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FolderInUseError, FolderLock } from '#event-sourcing/sqlite';
import type { Files } from '#files';
import { MoveRefusedError } from './move-refused.js';
import { MovingProgress } from './moving-progress.js';
import { SideBySide } from './side-by-side.js';

export interface Copied {
  readonly files: number;
  /** Those that were not there before. */
  readonly copied: number;
}

interface OpenedFiles {
  readonly files: Files;
  close(): void;
}

/** Files copied at once. */
const COPIES = 8;

/** Copies every file of one address (`file:…` or `s3:…`) to another, under its key. Those that are there with the same content stay. */
export async function copyFiles(from: string, to: string, say: (text: string) => void): Promise<Copied> {
  const source = await opened(from, 'source', say);
  try {
    const target = await opened(to, 'target', say);
    try {
      return await copied(source.files, target.files, say);
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

async function copied(source: Files, target: Files, say: (text: string) => void): Promise<Copied> {
  const [underWay, progress] = [new SideBySide(COPIES), new MovingProgress(say, 'files looked at')];
  let [files, copies] = [0, 0];
  for await (const { key } of source.list(''))
    await underWay.add(async () => {
      files += 1;
      const [bytes, sha256] = [await source.size(key), await source.sha256(key)];
      if (bytes === undefined || sha256 === undefined)
        throw new MoveRefusedError(`"${key}" went away while it was copied: stop the service.`);
      if ((await target.sha256(key)) !== sha256) {
        const stored = await target.put(key, await source.read(key), bytes);
        if (stored.sha256 !== sha256) throw new MoveRefusedError(`"${key}" changed while it was copied: copy again.`);
        copies += 1;
      }
      if ((await target.size(key)) !== bytes) throw new MoveRefusedError(`"${key}" is not whole at the target: copy again.`);
      progress.add(1);
    });
  await underWay.end();
  return { files, copied: copies };
}

async function opened(url: string, side: 'source' | 'target', say: (text: string) => void): Promise<OpenedFiles> {
  if (url.startsWith('s3:')) {
    const { S3Files } = await import('#files/s3');
    const files = await S3Files.open({ url, log: (message) => say(`${message}\n`) });
    return { files, close: () => files.close() };
  }
  if (!url.startsWith('file:')) throw new MoveRefusedError(`"${url}" is no address of files: file:./data/files or s3://bucket/prefix`);
  const folder = fileURLToPath(new URL(url, pathToFileURL(`${process.cwd()}/`)));
  if (side === 'source' && !existsSync(folder)) throw new MoveRefusedError(`There is no folder "${folder}".`);
  const lock = lockAround(folder);
  const { FolderFiles } = await import('#files/folder');
  return { files: await FolderFiles.open(folder), close: () => lock?.release() };
}

/** The files of a data folder belong to its service while that runs. */
function lockAround(folder: string): FolderLock | undefined {
  if (!existsSync(join(dirname(folder), 'lock.sqlite'))) return undefined;
  try {
    return FolderLock.acquire(dirname(folder));
  } catch (error) {
    if (error instanceof FolderInUseError) throw new MoveRefusedError(`${error.message}: stop the service first`);
    throw error;
  }
}
