// Starts the service by the given command on a free port and an empty data folder, waits for its first answer, looks at its memory,
// and stops it by SIGTERM: `node test/house/starts.mjs [--rounds N] [--answer-ms N] [--idle-mb N] [--wait-ms N] -- command …`.
// Of several rounds the best counts, for a busy machine only ever makes them worse.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const STOP_MS = 15_000;
const SETTLE_MS = 2_000;

const { values, positionals: command } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '1' },
    'wait-ms': { type: 'string', default: '30000' },
    'answer-ms': { type: 'string' },
    'idle-mb': { type: 'string' },
  },
});

const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) rounds.push(await once());
const answerMs = Math.min(...rounds.map((round) => round.answerMs));
const idleMb = Math.min(...rounds.map((round) => round.idleMb));
console.log(`${command.join(' ')}: first answer after ${answerMs} ms, ${idleMb.toFixed(0)} MB at rest, stopped by SIGTERM`);
if (values['answer-ms'] && answerMs > Number(values['answer-ms'])) fail(`The first answer took more than ${values['answer-ms']} ms.`);
if (values['idle-mb'] && idleMb > Number(values['idle-mb'])) fail(`At rest it holds more than ${values['idle-mb']} MB.`);

async function once() {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'starts-'));
  const began = performance.now();
  const child = spawn(command[0], command.slice(1), {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  try {
    const deadline = began + Number(values['wait-ms']);
    while (!(await answers(port))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended before it answered:\n${said}`);
      if (performance.now() > deadline) throw new Error(`No answer within ${values['wait-ms']} ms:\n${said}`);
      await sleep(5);
    }
    const answerMs = Math.round(performance.now() - began);
    await sleep(SETTLE_MS);
    const idleMb = residentMb(child.pid);
    child.kill('SIGTERM');
    const end = await Promise.race([ended, sleep(STOP_MS).then(() => undefined)]);
    if (end === undefined) throw new Error(`It still ran ${STOP_MS} ms after SIGTERM:\n${said}`);
    if (end.code !== 0 && end.code !== 143 && end.signal !== 'SIGTERM')
      throw new Error(`It ended with ${end.code ?? end.signal}:\n${said}`);
    for (const until = performance.now() + STOP_MS; await answers(port); await sleep(50)) {
      if (performance.now() > until) throw new Error('Its launcher ended, but the service still answers.');
    }
    return { answerMs, idleMb };
  } catch (error) {
    stopGroup(child.pid);
    return fail(error.message);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch (error) {
    if (error instanceof TypeError || error.name === 'TimeoutError') return false;
    throw error;
  }
}

/** Memory of the process, or of the service below its launcher (the largest of the descendants). */
function residentMb(pid) {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parentOf = new Map(processes.map((id) => [Number(id), Number(statusOf(id, 'PPid') ?? 0)]));
  const below = [...parentOf.keys()].filter((id) => {
    for (let at = id; at > 1; at = parentOf.get(at) ?? 0) if (at === pid) return true;
    return false;
  });
  // npm itself is no part of the service.
  const service = below.length > 1 ? below.filter((id) => id !== pid) : below;
  return Math.max(...service.map((id) => Number(statusOf(id, 'VmRSS') ?? 0) / 1024));
}

function statusOf(pid, field) {
  try {
    return new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

function stopGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
