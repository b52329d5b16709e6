import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolderInUseError, FolderLock } from './folder-lock.js';
import { temporaryFolder } from './opened-store.js';

const holder = `
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec('BEGIN EXCLUSIVE');
  console.log('held');
  setInterval(() => database.isOpen, 1000);
`;

describe('the lock of a data folder', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('is given to one at a time', () => {
    const lock = FolderLock.acquire(folder.path);
    expect(() => FolderLock.acquire(folder.path)).toThrow(FolderInUseError);
    lock.release();
    FolderLock.acquire(folder.path).release();
  });

  it('is refused at once while another process has it, does no harm, and is free when that is killed', async () => {
    const path = join(folder.path, 'lock.sqlite');
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const before = performance.now();
    expect(() => FolderLock.acquire(folder.path)).toThrow(`the data folder "${folder.path}" is in use`);
    expect(performance.now() - before).toBeLessThan(200);
    expect(existsSync(join(folder.path, 'events.sqlite'))).toBe(false);

    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    FolderLock.acquire(folder.path).release();
  });
});
