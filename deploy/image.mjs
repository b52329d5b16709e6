// Builds the image and starts it where no Docker is: `node deploy/image.mjs`, as root on Debian. buildah builds ./Dockerfile on a
// stand-in for the base image, made by debootstrap with this machine's Node: that proves the steps, not the real base. It takes some
// minutes and about 5 GB of a temporary folder, which is deleted at the end.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cached, must, run } from './tools.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'video-credits-image-'));
const store = ['--root', join(scratch, 'storage'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs'];
const staffKey = 'the-key-of-this-trial-only';
const startsWithinMs = 60_000;

try {
  for (const program of ['buildah', 'debootstrap']) installed(program);
  step('the stand-in base', makeBase);
  step('build', () =>
    buildah('build', '--isolation', 'chroot', '--network', 'host', '--format', 'docker', '--pull-never', ...dockerfile()),
  );
  lookInside();
  await start();
} finally {
  buildah('rm', '--all');
  rmSync(scratch, { recursive: true, force: true });
}

function dockerfile() {
  return ['--build-arg', 'NODE_IMAGE=localhost/stand-in', '-f', join(root, 'deploy/Dockerfile'), '-t', 'localhost/video-credits', root];
}

function buildah(...args) {
  return must('buildah', [...store, ...args]);
}

function inside(...command) {
  return buildah('run', '--isolation', 'chroot', '--network', 'host', 'trial', '--', ...command);
}

function step(what, work) {
  const began = performance.now();
  const result = work();
  console.log(`ok     ${what} (${Math.round((performance.now() - began) / 1_000)} s)`);
  return result;
}

function installed(program) {
  if (run(program, ['--version']).ok) return;
  must('apt-get', ['update', '-q']);
  must('apt-get', ['install', '-y', '-q', '--no-install-recommends', program]);
}

/** Debian with Node and npm where the official image has them, the user "node", and this machine's certificate authorities. */
function makeBase() {
  const folder = cached('stand-in-bookworm', (fresh) => {
    must('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', fresh]);
    must('chroot', [fresh, 'useradd', '--uid', '1000', '--create-home', 'node']);
    rmSync(join(fresh, 'var/cache/apt'), { recursive: true });
  });
  const npm = dirname(dirname(realpathSync(must('which', ['npm']))));
  buildah('from', '--name', 'base', 'scratch');
  buildah('add', 'base', folder, '/');
  buildah('copy', 'base', process.execPath, '/usr/local/bin/node');
  buildah('copy', 'base', npm, '/usr/local/lib/node_modules/npm');
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(authorities)) {
    cpSync(authorities, join(scratch, 'ca.crt'));
    buildah('copy', 'base', join(scratch, 'ca.crt'), authorities);
    buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${authorities}`, 'base');
  }
  buildah('run', '--isolation', 'chroot', 'base', '--', 'ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm');
  buildah('commit', '--rm', 'base', 'localhost/stand-in');
}

function lookInside() {
  buildah('from', '--name', 'trial', '--pull-never', 'localhost/video-credits');
  const user = inside('id', '-u');
  expect(user === '1000', `runs as user ${user}`);
  expect(!run('buildah', [...store, 'run', '--isolation', 'chroot', 'trial', '--', 'touch', '/app/x']).ok, 'cannot write to /app');
  const left = inside('sh', '-c', 'ls -d .git deploy test apps libs node_modules/typescript node_modules/jest 2>/dev/null || true');
  expect(left === '', `nothing of the build is left${left && `, but ${left}`}`);
  console.log(`       /app has ${inside('du', '-sm', '/app').split('\t')[0]} MB`);
  expect(inside('node', 'dist/standalone/credits.js', '--help').includes('credits'), 'the command line answers');
}

/** Without a command it is the whole service, embedded. */
async function start() {
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/video-credits'));
  const { Cmd: command, Healthcheck: health } = Docker.config;
  const port = await freePort();
  buildah('config', '--env', `PORT=${port}`, '--env', 'HOST=127.0.0.1', '--env', `STAFF_API_KEY=${staffKey}`, 'trial');
  const service = spawn('buildah', [...store, 'run', '--isolation', 'chroot', '--network', 'host', 'trial', '--', ...command]);
  const output = [];
  for (const stream of [service.stdout, service.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const ended = new Promise((resolve) => service.once('exit', resolve));
  try {
    const check = health.Test.slice(1);
    const deadline = performance.now() + startsWithinMs;
    while (!run('buildah', [...store, 'run', '--isolation', 'chroot', '--network', 'host', 'trial', '--', ...check]).ok) {
      if (service.exitCode !== null || performance.now() > deadline) throw new Error(`it did not become healthy:\n${output.join('')}`);
      await after(200);
    }
    expect(true, `${command.join(' ')} is healthy by the image's own check`);
    await useIt(`http://127.0.0.1:${port}/v1`);
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
}

async function useIt(api) {
  const headers = { authorization: `Bearer ${staffKey}`, 'content-type': 'application/cloudevents+json' };
  const data = { accountId: 'a-1', occurredAt: new Date(performance.timeOrigin).toISOString() };
  const body = JSON.stringify({ specversion: '1.0', id: 'trial-1', source: 'image', type: 'billing.trial.started', data });
  const { status } = await fetch(`${api}/billing-events`, { method: 'POST', headers, body });
  const credits = await (await fetch(`${api}/accounts/a-1/credits`, { headers })).json();
  expect(status === 202 && credits.available === 1, `a trial begins (${status}) and gives ${credits.available} credit`);
}

function expect(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`ok     ${what}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
