import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GaveUp } from './until.js';

const STOP_MS = 10_000;
const TOLD_CHARACTERS = 3_000;

/** What to run. `stopSignal` is what ends it in an orderly way; without one it is killed, for its data is thrown away anyhow. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** File that its output is added to. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly stopSignal?: NodeJS.Signals;
}

/** A server of ours in a process group of its own. It never outlives this process, whatever ends that: see guard.mjs. */
export class OwnedProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private failure: Error | undefined;

  constructor(private readonly program: Program) {
    const { command, args, env, cwd, uid, gid } = program;
    const log = openSync(program.log, 'a');
    this.child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: env ?? process.env,
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    closeSync(log);
    const { pid } = this.child;
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.failure = error;
        resolve();
      });
      this.child.once('exit', () => resolve());
    });
    if (pid === undefined) return;
    owned.add(String(pid));
    tellGuard({ own: pid, signal: program.stopSignal ?? 'SIGKILL' });
    void this.ended.then(() => {
      tellGuard({ gone: pid });
      disown(String(pid));
    });
    // A program that forgets to stop its servers ends all the same, and the guard stops them.
    this.child.unref();
  }

  get running(): boolean {
    return !this.failure && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Null while it runs, and where a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Throws with the server's own last words where it has ended. */
  mustRun(): void {
    if (this.running) return;
    const how = this.failure?.message ?? `ended with ${this.child.exitCode ?? this.child.signalCode}`;
    throw new GaveUp(`${this.program.name}: ${how}\n${this.said().slice(-TOLD_CHARACTERS)}`);
  }

  /** All that it and its forerunners on the same log have printed. */
  said(): string {
    return readFileSync(this.program.log, 'utf8');
  }

  /** SIGKILL, and waits until the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end(this.program.stopSignal ?? 'SIGKILL');
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.child.ref();
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

/** A fresh folder under the system's temporary one. It is gone after `removeFolder`, or after this process. */
export function freshFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `video-credits-${name}-`));
  // A server that runs as another user must reach its own folder inside.
  chmodSync(folder, 0o755);
  owned.add(folder);
  tellGuard({ folder });
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  tellGuard({ removed: folder });
  disown(folder);
}

const owned = new Set<string>();
let guard: ChildProcess | undefined;

function tellGuard(message: Readonly<Record<string, string | number>>): void {
  guard ??= startGuard();
  guard.stdin?.write(`${JSON.stringify(message)}\n`);
}

function startGuard(): ChildProcess {
  const script = fileURLToPath(new URL('./guard.mjs', import.meta.url));
  const started = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  started.unref();
  (started.stdin as unknown as { unref(): void }).unref();
  return started;
}

/** With nothing left to guard, the guard may go. */
function disown(what: string): void {
  owned.delete(what);
  if (owned.size > 0) return;
  guard?.stdin?.end();
  guard = undefined;
}
