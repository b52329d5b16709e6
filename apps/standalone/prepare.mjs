// What every habit begins with: the right Node, the locked packages, a fresh build. Node's own modules only, for nothing else is
// there on a fresh clone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const at = (path) => join(root, path);
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

const OLDEST_NODE = [20, 19];
const LOCK_WAIT_MS = 15 * 60_000;

/** Checks Node, installs the locked packages where they are not, builds where the sources have changed, and says what it does. */
export async function prepare() {
  requireNode();
  await install();
  await build();
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`This needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

export async function install() {
  const stamp = at('node_modules/.installed-from');
  const wanted = hashOf(['package-lock.json'], `${process.platform}-${process.arch}`);
  if (read(stamp) === wanted || isLink(at('node_modules'))) return;
  await alone(() => {
    if (read(stamp) === wanted) return;
    console.log('Installing the locked packages (npm ci) …');
    const began = Date.now();
    // npm says where it lives; without it (plain `node`), the npm on the path serves.
    const npm = process.env.npm_execpath;
    const [command, args] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
    const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      // All that they say goes to stderr: where a command prepares, its answer alone may be on stdout.
      stdio: ['ignore', 2, 'inherit'],
      // Development packages are needed for the build, whatever the environment says of production.
      env: { ...process.env, NODE_ENV: undefined, npm_config_omit: '' },
    });
    if (status !== 0) fail(`npm ci failed${error ? `: ${error.message}` : ''}. Its own message is above.`);
    writeFileSync(stamp, wanted);
    console.log(`Installed in ${seconds(began)}.`);
  });
}

export async function build() {
  const stamp = at('dist/.built-from');
  const wanted = sourcesHash();
  if (read(stamp) === wanted) return;
  await alone(() => {
    if (read(stamp) === wanted) return;
    const began = Date.now();
    rmSync(stamp, { force: true });
    // In a process of its own, so that the service does not hold the compilers' memory.
    const { status } = spawnSync(process.execPath, [at('apps/standalone/compile.mjs')], {
      cwd: root,
      stdio: ['ignore', 2, 'inherit'],
    });
    if (status !== 0) fail('The build failed. Its own message is above.');
    writeFileSync(stamp, wanted);
    console.log(`Built in ${seconds(began)}.`);
  });
}

/** All that a build is made of, tests left out. */
function sourcesHash() {
  const files = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length)),
  );
  return hashOf(['package.json', 'package-lock.json', '.swcrc', ...files.sort()]);
}

function hashOf(files, also = '') {
  const hash = createHash('sha256').update(also);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(at(file)));
  return hash.digest('hex');
}

/** One at a time on this folder, over all processes; the lock of a process that is gone is taken over. */
async function alone(work) {
  mkdirSync(at('.cache'), { recursive: true });
  const lock = at('.cache/preparing');
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (let waited = false; !take(lock); waited = true) {
    if (!waited) console.log('Another process is preparing this folder; waiting for it …');
    if (Date.now() > deadline) fail(`Waited too long for process ${read(lock)}. If it is gone, remove ${lock}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = Number(read(lock));
  if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
  return false;
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
