import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FolderFiles } from '../src/folder/index.js';
import { broken, brokenFiles, filesContract, type FilesUnderTest, MemoryFiles } from '../src/testing/index.js';

const clock = { now: () => Date.now() };

async function folderBench(): Promise<FilesUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  return {
    files: await FolderFiles.open(folder),
    now: clock.now,
    reopen: () => FolderFiles.open(folder),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

async function memoryBench(): Promise<FilesUnderTest> {
  const files = new MemoryFiles(clock);
  return { files, now: clock.now, reopen: async () => files, close: async () => undefined };
}

const benches = { 'files in a folder': folderBench, 'files in memory': memoryBench };

describe.each(Object.entries(benches))('%s', (_, make) => {
  it.each(filesContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_sentence, clause) => {
    const bench = await make();
    await clause.run(bench);
    await bench.close();
  });
});

describe('the zoo of broken files', () => {
  it('has an animal for every clause of the contract', () => {
    const caught = new Set(brokenFiles.map(({ caughtBy }) => caughtBy));
    expect(filesContract.map(({ sentence }) => sentence).filter((sentence) => !caught.has(sentence))).toEqual([]);
  });

  it.each(brokenFiles.map((copy) => [copy.name, copy] as const))('a store that %s is caught', async (_, copy) => {
    const clause = filesContract.find(({ sentence }) => sentence === copy.caughtBy);
    const bench = await memoryBench();
    await expect(clause?.run(broken(bench, copy))).rejects.toHaveProperty('message');
  });
});

describe('what a folder is left with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  const left = (): string[] => readdirSync(join(folder, '+incoming'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has nothing half received after success, refusal and failure', async () => {
    const files = await FolderFiles.open(folder);
    await files.put('a', Buffer.from('x'), 10);
    await expect(files.put('b', Buffer.alloc(11), 10)).rejects.toThrow('larger than 10 bytes');
    await expect(files.put('..', Buffer.from('x'), 10)).rejects.toThrow('not a key');
    await expect(files.put('c', Readable.from([1, 2]), 10)).rejects.toThrow('argument must be of type string');
    expect(left()).toEqual([]);
  });

  it('has what a dying process left behind swept when it is opened', async () => {
    await FolderFiles.open(folder);
    writeFileSync(join(folder, '+incoming', '17'), 'half of a vid');
    const files = await FolderFiles.open(folder);
    expect(left()).toEqual([]);
    expect(await files.size('a')).toBe(1);
  });
});
