import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A process of its own that writes through a store of its own. */
export interface Writer {
  readonly logId: string;
  /** Tries to write these versions one after the other; resolves with those that it has written. */
  write(stream: string, from: number, to: number): Promise<readonly number[]>;
  stop(): Promise<void>;
}

export async function startWriter(url: string, name: string): Promise<Writer> {
  const child = spawn(process.execPath, ['test/launch.mjs', 'test/engines/event-store/writer.child.ts', url, name], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
      if (done === true) throw new Error(`writer ${name} ended with ${child.exitCode}`);
      // The launcher may speak first, of the build.
      if (value.startsWith('{')) return JSON.parse(value) as Record<string, unknown>;
    }
  };
  const { logId } = await answer();
  return {
    logId: String(logId),
    write: async (stream, from, to) => {
      child.stdin.write(`${JSON.stringify({ stream, from, to })}\n`);
      return (await answer())['won'] as number[];
    },
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
