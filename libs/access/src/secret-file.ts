import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A secret kept in a file that its owner alone can read (mode 0600). Made by `make` at the first call, whole or not at all;
 * afterwards always what the file says. Throws where the file cannot be read or made, or is empty.
 */
export async function secretFile(path: string, make: () => string): Promise<string> {
  return (await existing(path)) ?? (await created(path, make()));
}

async function existing(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret === '') throw new Error(`${path} is empty: delete it to have a new secret made`);
    return secret;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function created(path: string, secret: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A link, unlike a rename, never replaces: of two that start at once one secret wins.
    await link(draft, path);
    return secret;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return (await existing(path)) ?? secret;
  } finally {
    await unlink(draft);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
