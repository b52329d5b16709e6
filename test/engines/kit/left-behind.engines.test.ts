import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until.js';

const WAIT_MS = 20_000;

describe('what a process of tests leaves behind', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'left-behind-'));
  // PostgreSQL runs as another user.
  chmodSync(temporary, 0o755);
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(temporary, { recursive: true, force: true });
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('is nothing after %s, no server and no folder', async (signal) => {
    const { child, ports } = await started();
    await Promise.all(ports.map((port) => reached(port)));
    expect(readdirSync(temporary)).toHaveLength(2);
    child.kill(signal);
    for (const port of ports) await until('a dead port', WAIT_MS, () => reached(port).then(() => undefined, isRefused));
    await until('an empty folder', WAIT_MS, () => readdirSync(temporary).length === 0 || undefined);
  });

  it('is nothing of its own when another kit is killed beside it', async () => {
    const [one, other] = [await started(), await started()];
    one.child.kill('SIGKILL');
    for (const port of one.ports) await until('a dead port', WAIT_MS, () => reached(port).then(() => undefined, isRefused));
    await until('the folders of one kit', WAIT_MS, () => readdirSync(temporary).length === 2 || undefined);
    await Promise.all(other.ports.map((port) => reached(port)));
    other.child.kill('SIGKILL');
    await until('an empty folder', WAIT_MS, () => readdirSync(temporary).length === 0 || undefined);
  });

  async function started(): Promise<{ readonly child: ChildProcess; readonly ports: readonly number[] }> {
    const child = spawn(process.execPath, ['test/launch.mjs', 'test/engines/kit/left-behind.child.ts'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: temporary },
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('[')) return { child, ports: (JSON.parse(line) as string[]).map((url) => Number(new URL(url).port)) };
    }
    throw new Error('The child ended before its servers were ready.');
  }
});

async function reached(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

function isRefused(error: NodeJS.ErrnoException): true | undefined {
  return error.code === 'ECONNREFUSED' || undefined;
}
