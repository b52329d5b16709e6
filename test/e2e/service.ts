import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client.js';

const START_MS = 20_000;
const STOP_MS = 15_000;
const ENTRY = join(process.cwd(), 'dist/standalone/main.js');

export type Environment = Readonly<Record<string, string>>;

/** A service that runs, on whichever column. */
export interface RunningService {
  readonly client: Client;
  readonly folder: string;
  /** The link printed at start; one process on a folder prints one. */
  readonly signInUrl?: string;
  /** Ends it in good order: the exit code; of several processes the first that is not 0. */
  stop(): Promise<number | null>;
  /** kill -9: whatever was not durable is gone. */
  kill(): Promise<void>;
  /** Holds what it has written to its promises, ends it, and removes all that it had. */
  finish(): Promise<void>;
  /** Names of the files that its render workers have not cleared away. */
  leftByRenders(): Promise<readonly string[]>;
}

/** A fresh folder for the data of one service. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'video-credits-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The built service as its operator runs it: a process of its own on a data folder and a free port. */
export class Service implements RunningService {
  readonly client: Client;

  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    readonly startMs: number,
    base: string,
    readonly signInUrl: string,
  ) {
    this.client = new Client(base, readFileSync(join(folder, 'staff.key'), 'utf8').trim());
  }

  static async start(folder: string, environment: Environment = {}): Promise<Service> {
    const began = performance.now();
    const child = run(folder, environment);
    const said = sayings(child);
    const [base, signInUrl] = await new Promise<readonly [string, string]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no start within ${START_MS} ms: ${said()}`)), START_MS);
      child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${said()}`)));
      child.stdout?.on('data', () => {
        const [, at, link] = /runs at (http:\/\/\S+)\s+dashboard\s+(http:\/\/\S+)\s/.exec(said()) ?? [];
        if (at === undefined || link === undefined) return;
        clearTimeout(timer);
        resolve([at, link]);
      });
    }).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    return new Service(child, folder, performance.now() - began, base, signInUrl);
  }

  /** Starts a service that is meant to refuse: its exit code and all that it said. */
  static async refused(folder: string, environment: Environment = {}): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = run(folder, environment);
    const said = sayings(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const code = await ended(child);
    clearTimeout(timer);
    return { code, said: said() };
  }

  /** SIGTERM, and the exit code. Fails where the service does not end in time. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const end = ended(this.child);
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    const code = await end;
    clearTimeout(timer);
    return code;
  }

  /** kill -9: whatever was not durable is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const end = ended(this.child);
    this.child.kill('SIGKILL');
    await end;
  }

  async finish(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await expectVerified(this.client);
    await this.stop();
    removeFolder(this.folder);
  }

  leftByRenders(): Promise<readonly string[]> {
    return readdir(join(this.folder, 'rendering'));
  }
}

/** The service's own proof of its log and its read models. */
export async function expectVerified(client: Client): Promise<void> {
  const verified = await client.post<{ ok: boolean; problems: unknown[] }>('/v1/ops/verify');
  if (verified.status !== 200 || !verified.body.ok) throw new Error(`not verified: ${JSON.stringify(verified.body)}`);
}

function run(folder: string, environment: Environment): ChildProcess {
  return spawn(process.execPath, [ENTRY], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: folder,
      PORT: '0',
      SANDBOX: 'true',
      RENDER_WORKERS: '0',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function sayings(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return () => said;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** A port that is free now: for a service that must keep its addresses over restarts. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
