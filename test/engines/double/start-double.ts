import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Faults } from './faults.js';

export interface DoubleOptions {
  /** 1 when left out; several are a cluster that is found by gossip. */
  nodes?: number;
  tls?: boolean;
  /** `user:password` that it asks for. Clients send credentials with TLS only. */
  credentials?: string;
}

export interface RunningDouble {
  /** For `EventStoreDBClient.connectionString`. */
  url: string;
  faults: Faults;
  /** Its process stands still (SIGSTOP) until `thaw`: connections stay open and nothing moves in them. */
  freeze(): void;
  thaw(): void;
  /** As with `kill -9`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Starts the double in a process of its own; it ends with the process that started it. */
export async function startDouble({ nodes = 1, tls = false, credentials }: DoubleOptions = {}): Promise<RunningDouble> {
  const asked = ['--nodes', String(nodes), ...(tls ? ['--tls'] : []), ...(credentials === undefined ? [] : ['--credentials', credentials])];
  const child = spawn(process.execPath, ['test/launch.mjs', 'test/engines/double/main.ts', ...asked], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      // The launcher may speak first, of the build.
      if (!line.startsWith('{')) continue;
      const { url, controlPort } = JSON.parse(line) as { url: string; controlPort: number };
      child.stdout.resume();
      return {
        url,
        faults: new Faults(controlPort),
        freeze: () => void child.kill('SIGSTOP'),
        thaw: () => void child.kill('SIGCONT'),
        kill: () => end('SIGKILL'),
        stop: () => end('SIGTERM'),
      };
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`The double ended before it was ready, with code ${child.exitCode}.`);
}
