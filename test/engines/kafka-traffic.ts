import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { MessageQueue } from '#messaging';
import { type KafkaBench, sessionTimeoutMs, wallClock } from './kafka.under-test.js';

const keys = Array.from({ length: 10 }, (_, i) => `key-${i}`);

/** What a fault did to the messages that went through it. */
export interface Toll {
  readonly fault: string;
  readonly messages: number;
  readonly lost: number;
  /** Offered more than once; effects are kept by id, so nothing is done twice. */
  readonly offeredAgain: number;
  readonly outOfOrder: number;
  readonly longestGapMs: number;
}

/** Numbered messages of ten keys, each key one after the other, published again until acknowledged; and what came of them. */
export class Traffic {
  private readonly acknowledged: string[] = [];
  private readonly offers = new Map<string, number>();
  /** When each message was first handled, ms: processes are read late, so the order of reading says nothing of theirs. */
  private readonly firstAt = new Map<string, number>();
  private lastNewAt = Date.now();
  private longestGapMs = 0;
  private stopped = false;
  private readonly publishers: Promise<void>[];

  constructor(
    private readonly queue: MessageQueue,
    private readonly topic: string,
  ) {
    this.publishers = keys.map((key) => this.publishOn(key));
  }

  readonly handler = async ({ key, body }: { readonly key: string; readonly body: string }): Promise<{ readonly kind: 'done' }> => {
    this.saw(`${key}:${body}`);
    return { kind: 'done' };
  };

  saw(id: string, at: number = Date.now()): void {
    const before = this.offers.get(id) ?? 0;
    this.offers.set(id, before + 1);
    this.firstAt.set(id, Math.min(at, this.firstAt.get(id) ?? at));
    if (before > 0) return;
    this.longestGapMs = Math.max(this.longestGapMs, Date.now() - this.lastNewAt);
    this.lastNewAt = Date.now();
  }

  get seen(): number {
    return this.offers.size;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.publishers);
  }

  get missing(): readonly string[] {
    return this.acknowledged.filter((id) => !this.offers.has(id));
  }

  toll(fault: string): Toll {
    const numbers = this.inOrderHandled();
    return {
      fault,
      messages: this.acknowledged.length,
      lost: this.missing.length,
      offeredAgain: [...this.offers.values()].filter((count) => count > 1).length,
      outOfOrder: numbers.filter((each) => each.some((number, i) => i > 0 && number <= (each[i - 1] ?? 0))).length,
      longestGapMs: this.longestGapMs,
    };
  }

  /** The numbers of each key in the order in which they were first handled, by whichever process. */
  private inOrderHandled(): readonly (readonly number[])[] {
    const byKey = new Map<string, number[]>(keys.map((key) => [key, []]));
    for (const [id] of [...this.firstAt].sort(([, a], [, b]) => a - b)) {
      const [key = '', number = ''] = id.split(':');
      byKey.get(key)?.push(Number(number));
    }
    return [...byKey.values()];
  }

  private async publishOn(key: string): Promise<void> {
    for (let number = 1; !this.stopped; number += 1) {
      const body = String(number);
      for (let stored = false; !stored; )
        try {
          await this.queue.publish(this.topic, [{ key, headers: { ce_id: `${key}:${body}` }, body }]);
          stored = true;
        } catch (error) {
          if (!(error instanceof Error) || error.name !== 'EngineUnavailableError') throw error;
        }
      this.acknowledged.push(`${key}:${body}`);
      await wallClock.sleep(2);
    }
  }
}

/** One message handled by another process. */
export interface Handling {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Other processes that consume the bench's topic. */
export class ConsumerProcesses {
  private readonly folder = mkdtempSync(join(tmpdir(), 'kafka-child-'));
  private readonly program = join(this.folder, 'child.mjs');
  private readonly children: ChildProcess[] = [];

  async prepare(): Promise<void> {
    await build({
      entryPoints: [resolve('test/engines/kafka-consumer.child.ts')],
      outfile: this.program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      conditions: ['source'],
    });
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
  }

  start({ options, topic }: KafkaBench): { readonly child: ChildProcess; handled(): readonly Handling[] } {
    const log = join(this.folder, `${this.children.length}.log`);
    const args = [this.program, options.brokers.join(','), options.prefix ?? '', topic, log, String(sessionTimeoutMs)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    this.children.push(child);
    const handled = (): readonly Handling[] =>
      (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []).map((line) => {
        const [what, id = '', at = ''] = line.split(' ');
        if (what !== 'handled') throw new Error(`a consumer process said: ${line}`);
        return { id, at: Number(at) };
      });
    return { child, handled };
  }

  end(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}
