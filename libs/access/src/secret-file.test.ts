import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretFile } from './secret-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a secret file', () => {
  it('is made once, readable by its owner only, in a folder that may not be there yet', async () => {
    const path = join(folder, 'data', 'staff.key');
    expect(await secretFile(path, () => 'one')).toBe('one');
    expect(await secretFile(path, () => 'two')).toBe('one');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('one\n');
    expect(await readdir(join(folder, 'data'))).toEqual(['staff.key']);
  });

  it('that is empty stops the start rather than being replaced', async () => {
    const path = join(folder, 'staff.key');
    await writeFile(path, '\n');
    await expect(secretFile(path, () => 'one')).rejects.toThrow('is empty');
  });
});
