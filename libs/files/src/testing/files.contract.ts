import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Files } from '../files.port.js';

/** An empty store of files. */
export interface FilesUnderTest {
  readonly files: Files;
  /** The clock that changes are dated by, in milliseconds since the epoch. */
  now(): number;
  /** The same store as another process would find it. */
  reopen(): Promise<Files>;
  close(): Promise<void>;
}

/** One promise of the port. Rejects where the store does not keep it. */
export interface FilesClause {
  readonly sentence: string;
  run(bench: FilesUnderTest): Promise<void>;
}

const limit = 10_000_000;

/** What every store of files promises. Each clause wants a fresh bench of its own. */
export const filesContract: readonly FilesClause[] = [
  {
    sentence: 'what is put, as bytes or as a stream, is read again, with its size and SHA-256',
    async run({ files }) {
      const big = Buffer.alloc(3_000_000, 'abcdefg');
      const contents = [Buffer.from('small'), Buffer.alloc(0), big];
      for (const [i, content] of contents.entries()) {
        for (const source of [content, Readable.from(inPieces(content, 70_000), { objectMode: false })]) {
          const stored = await files.put(`things/${i}`, source, limit);
          assert.deepEqual(stored, { key: `things/${i}`, bytes: content.length, sha256: sha256(content) });
          assert.ok((await text(files, `things/${i}`)) === content.toString(), 'the content is the same');
          assert.equal(await files.size(`things/${i}`), content.length);
          assert.equal(await files.sha256(`things/${i}`), sha256(content));
        }
      }
    },
  },
  {
    sentence: 'the key may be named from what was received',
    async run({ files }) {
      const content = Buffer.from('artwork');
      const stored = await files.put((received) => `artworks/${received.sha256}-${received.bytes}`, content, limit);
      assert.equal(stored.key, `artworks/${sha256(content)}-7`);
      assert.equal(await text(files, stored.key), 'artwork');
    },
  },
  {
    sentence: 'a file is replaced in one step: until then the old one is read, also by those who have begun',
    async run({ files }) {
      await files.put('a', Buffer.from('old'), limit);
      const source = new Readable({ read: () => undefined });
      const putting = files.put('a', source, limit);
      source.push('new, and ');
      await settled();
      assert.equal(await text(files, 'a'), 'old');
      const begun = await files.read('a');
      source.push('longer');
      source.push(null);
      await putting;
      assert.equal(await collected(begun), 'old');
      assert.equal(await text(files, 'a'), 'new, and longer');
    },
  },
  {
    sentence: 'two who put under one key at once leave the whole of one',
    async run({ files }) {
      const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(50_000));
      await Promise.all(
        contents.map((content) => files.put('k', Readable.from(inPieces(Buffer.from(content), 1_000), { objectMode: false }), limit)),
      );
      assert.ok(contents.includes(await text(files, 'k')), 'one of them, whole');
    },
  },
  {
    sentence: 'content as long as the limit is stored; longer content is refused while it arrives, and nothing of it stays',
    async run({ files }) {
      await files.put('full', Buffer.from('12345'), 5);
      await files.put('kept', Buffer.from('old'), limit);
      await assert.rejects(files.put('none', Buffer.from('123456'), 5), { name: 'FileTooLargeError', limitBytes: 5 });
      let pulled = 0;
      const endless = Readable.from(
        (function* () {
          for (; pulled < 10_000; pulled += 1) yield Buffer.alloc(1_000);
        })(),
        { objectMode: false },
      );
      await assert.rejects(files.put('kept', endless, 5_000), { name: 'FileTooLargeError' });
      assert.ok(endless.destroyed && pulled < 1_000, `the source was ended, after ${pulled} pieces`);
      assert.equal(await text(files, 'kept'), 'old');
      assert.deepEqual((await keys(files, '')).sort(), ['full', 'kept']);
    },
  },
  {
    sentence: 'nothing is stored when the source fails in the middle',
    async run({ files }) {
      await files.put('kept', Buffer.from('old'), limit);
      for (const key of ['kept', 'none']) {
        const source = new Readable({ read: () => undefined });
        const putting = files.put(key, source, limit);
        source.push('half of');
        await settled();
        source.destroy(new Error('the line was cut'));
        await assert.rejects(putting, /the line was cut/);
      }
      assert.equal(await text(files, 'kept'), 'old');
      assert.deepEqual(await keys(files, ''), ['kept']);
    },
  },
  {
    sentence: 'a range is read from its first to its last byte, both included',
    async run({ files }) {
      await files.put('a', Buffer.from('0123456789'), limit);
      assert.equal(await text(files, 'a', { start: 0, end: 0 }), '0');
      assert.equal(await text(files, 'a', { start: 3, end: 6 }), '3456');
      assert.equal(await text(files, 'a', { start: 8, end: 100 }), '89');
    },
  },
  {
    sentence: 'where there is no file, size and SHA-256 are undefined and reading rejects',
    async run({ files }) {
      await files.put('folder/file', Buffer.from('x'), limit);
      for (const key of ['none', 'folder', 'folder/none', 'folder/file/below']) {
        assert.equal(await files.size(key), undefined);
        assert.equal(await files.sha256(key), undefined);
        await assert.rejects(files.read(key));
      }
    },
  },
  {
    sentence: 'a removed file is gone, and removing what is not there is no failure',
    async run({ files }) {
      await files.put('a/b', Buffer.from('x'), limit);
      await files.remove('a/b');
      await files.remove('a/b');
      await files.remove('never/was');
      assert.equal(await files.size('a/b'), undefined);
      assert.deepEqual(await keys(files, ''), []);
    },
  },
  {
    sentence: 'the keys under a prefix are listed with the time of their last change',
    async run({ files, now }) {
      const before = now();
      for (const key of ['videos/a', 'videos/deep/er/b', 'videos-2/c', 'artworks/d']) await files.put(key, Buffer.from(key), limit);
      assert.deepEqual((await keys(files, 'videos/')).sort(), ['videos/a', 'videos/deep/er/b']);
      assert.deepEqual((await keys(files, 'videos')).sort(), ['videos-2/c', 'videos/a', 'videos/deep/er/b']);
      assert.deepEqual(await keys(files, 'nothing/'), []);
      for await (const { changedAt } of files.list('')) assert.ok(changedAt > before - 2_000 && changedAt < now() + 2_000, 'changed now');
    },
  },
  {
    sentence: 'a key that could lead elsewhere, or that not every store can have, is refused and nothing is stored',
    async run({ files }) {
      const bad = [
        '',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        '../a',
        'a/../b',
        'a/./b',
        'a\\b',
        'a b',
        'é',
        'a\u0000',
        '+incoming/x',
        'x'.repeat(300),
      ];
      for (const key of bad) {
        const refusal = { name: 'InvalidFileKeyError' };
        const source = Readable.from([Buffer.from('x')]);
        await assert.rejects(files.put(key, source, limit), refusal, key);
        assert.ok(source.destroyed, 'the source was ended');
        await assert.rejects(
          files.put(() => key, Buffer.from('x'), limit),
          refusal,
          key,
        );
        await assert.rejects(files.read(key), refusal, key);
        await assert.rejects(files.size(key), refusal, key);
        await assert.rejects(files.sha256(key), refusal, key);
        await assert.rejects(files.remove(key), refusal, key);
      }
      await files.put('A-Z_a.z/0@9:x', Buffer.from('x'), limit);
      assert.deepEqual(await keys(files, ''), ['A-Z_a.z/0@9:x']);
    },
  },
  {
    sentence: 'what was put is there for the next process',
    async run({ files, reopen }) {
      await files.put('deep/er/a', Buffer.from('x'), limit);
      const again = await reopen();
      assert.equal(await text(again, 'deep/er/a'), 'x');
      assert.deepEqual(await keys(again, ''), ['deep/er/a']);
    },
  },
];

async function text(files: Files, key: string, range?: { readonly start: number; readonly end: number }): Promise<string> {
  return collected(await files.read(key, range));
}

async function collected(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}

async function keys(files: Files, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of files.list(prefix)) found.push(key);
  return found;
}

function* inPieces(content: Buffer, bytes: number): Iterable<Buffer> {
  for (let from = 0; from < content.length; from += bytes) yield content.subarray(from, from + bytes);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Lets what has been pushed into a stream be taken out of it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
