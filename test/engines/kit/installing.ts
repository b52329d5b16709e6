import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

/** Where downloads and builds are kept, in this checkout and ignored by git. */
const cache = fileURLToPath(new URL('../../../.cache/engines/', import.meta.url));

const INSTALL_MS = 20 * 60_000;

/** Makes `.cache/engines/<name>` once, by filling a folder beside it that takes the name when it is complete. */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  await once(
    name,
    name,
    () => existsSync(folder),
    async () => {
      const filling = `${folder}.filling`;
      rmSync(filling, { recursive: true, force: true });
      mkdirSync(filling, { recursive: true });
      await fill(filling);
      renameSync(filling, folder);
    },
  );
  return folder;
}

/** Debian packages for a command that is missing; where we may not install them, the message says what to install. */
export async function fromDebian(packages: readonly string[], isThere: () => boolean): Promise<void> {
  await once('debian', packages.join(' '), isThere, async () => {
    const wanted = packages.join(' ');
    if (process.getuid?.() !== 0 || !onPath('apt-get')) throw new Error(`Please install ${wanted} (Debian: apt-get install ${wanted}).`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = ['-q', '-y', '-o', `DPkg::Lock::Timeout=${INSTALL_MS / 1000}`];
    await run('apt-get', [...options, 'update'], environment);
    await run('apt-get', [...options, 'install', '--no-install-recommends', ...packages], environment);
    if (!isThere()) throw new Error(`${wanted}: installed, and yet not found.`);
  });
}

export function onPath(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

/** Runs to its end; throws with all that it said where that is not success. */
export async function run(command: string, args: readonly string[], env = process.env, cwd = cache): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

/** One installation under a lock at a time over all processes; the lock of a process that is gone is taken over. */
async function once(lockName: string, name: string, isThere: () => boolean, install: () => Promise<void>): Promise<void> {
  if (isThere()) return;
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, `${lockName}.installing`);
  await until(`the lock ${lock}`, INSTALL_MS, () => take(lock) || undefined);
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    if (isThere()) return;
    const began = performance.now();
    process.stderr.write(`Installing ${name}, once …\n`);
    await install();
    process.stderr.write(`Installed ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s.\n`);
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
  if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
  return false;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
