import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Files } from '../files.port.js';
import type { FilesUnderTest } from './files.contract.js';

/** A store with one defect, and the clause that must notice. */
export interface BrokenFiles {
  readonly name: string;
  readonly caughtBy: string;
  readonly defect: (files: Files) => Partial<Files>;
  readonly whenReopened?: (files: Files) => Promise<void>;
}

/** The bench with the defect in its store, also for the next process. */
export function broken(bench: FilesUnderTest, { defect, whenReopened }: BrokenFiles): FilesUnderTest {
  const wrap = (files: Files): Files => ({ ...delegating(files), ...defect(files) });
  return {
    ...bench,
    files: wrap(bench.files),
    async reopen() {
      const files = await bench.reopen();
      await whenReopened?.(files);
      return wrap(files);
    },
  };
}

function delegating(files: Files): Files {
  return {
    put: (key, content, limitBytes) => files.put(key, content, limitBytes),
    size: (key) => files.size(key),
    sha256: (key) => files.sha256(key),
    read: (key, range) => files.read(key, range),
    remove: (key) => files.remove(key),
    list: (prefix) => files.list(prefix),
  };
}

async function whole(content: Readable | Uint8Array, onCut: 'fail' | 'keep'): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of content) chunks.push(Buffer.from(chunk as Uint8Array));
  } catch (error) {
    if (onCut === 'fail') throw error;
  }
  return Buffer.concat(chunks);
}

/** The zoo: at least one broken copy for every clause of the contract. */
export const brokenFiles: readonly BrokenFiles[] = [
  {
    name: 'takes the hash before the content has come',
    caughtBy: 'what is put, as bytes or as a stream, is read again, with its size and SHA-256',
    defect: (files) => ({
      put: async (...call) => ({ ...(await files.put(...call)), sha256: createHash('sha256').digest('hex') }),
    }),
  },
  {
    name: 'names the key before anything is received',
    caughtBy: 'the key may be named from what was received',
    defect: (files) => ({
      put: (key, content, limitBytes) => files.put(typeof key === 'string' ? key : key({ bytes: 0, sha256: '0' }), content, limitBytes),
    }),
  },
  {
    name: 'empties the place first',
    caughtBy: 'a file is replaced in one step: until then the old one is read, also by those who have begun',
    defect: (files) => ({
      async put(key, content, limitBytes) {
        if (typeof key === 'string') await files.put(key, Buffer.alloc(0), limitBytes);
        return files.put(key, content, limitBytes);
      },
    }),
  },
  {
    name: 'writes two into one file',
    caughtBy: 'two who put under one key at once leave the whole of one',
    defect: (files) => {
      const written: Uint8Array[] = [];
      return {
        async put(key, content, limitBytes) {
          if (content instanceof Uint8Array) return files.put(key, content, limitBytes);
          for await (const chunk of content) written.push(Buffer.from(chunk as Uint8Array));
          return files.put(key, Buffer.concat(written), limitBytes);
        },
      };
    },
  },
  {
    name: 'receives everything before it looks at the limit',
    caughtBy: 'content as long as the limit is stored; longer content is refused while it arrives, and nothing of it stays',
    defect: (files) => ({ put: async (key, content, limitBytes) => files.put(key, await whole(content, 'fail'), limitBytes) }),
  },
  {
    name: 'refuses content as long as the limit',
    caughtBy: 'content as long as the limit is stored; longer content is refused while it arrives, and nothing of it stays',
    defect: (files) => ({ put: (key, content, limitBytes) => files.put(key, content, limitBytes - 1) }),
  },
  {
    name: 'keeps what came before the line was cut',
    caughtBy: 'nothing is stored when the source fails in the middle',
    defect: (files) => ({ put: async (key, content, limitBytes) => files.put(key, await whole(content, 'keep'), limitBytes) }),
  },
  {
    name: 'leaves the last byte of a range out',
    caughtBy: 'a range is read from its first to its last byte, both included',
    defect: (files) => ({ read: (key, range) => files.read(key, range && { start: range.start, end: range.end - 1 }) }),
  },
  {
    name: 'calls a file that is not there empty',
    caughtBy: 'where there is no file, size and SHA-256 are undefined and reading rejects',
    defect: (files) => ({ size: async (key) => (await files.size(key)) ?? 0 }),
  },
  {
    name: 'removes in words only',
    caughtBy: 'a removed file is gone, and removing what is not there is no failure',
    defect: () => ({ remove: async () => undefined }),
  },
  {
    name: 'lists whatever it has',
    caughtBy: 'the keys under a prefix are listed with the time of their last change',
    defect: (files) => ({ list: () => files.list('') }),
  },
  {
    name: 'makes a key of anything',
    caughtBy: 'a key that could lead elsewhere, or that not every store can have, is refused and nothing is stored',
    defect: (files) => ({
      put: (key, content, limitBytes) =>
        files.put(typeof key === 'string' ? key.replaceAll(/[^A-Za-z0-9._@:/-]/g, '_') : key, content, limitBytes),
    }),
  },
  {
    name: 'forgets when the process ends',
    caughtBy: 'what was put is there for the next process',
    defect: () => ({}),
    whenReopened: async (files) => {
      for await (const { key } of files.list('')) await files.remove(key);
    },
  },
];
