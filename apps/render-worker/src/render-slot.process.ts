import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Output } from './encoder.ffmpeg.js';

/** What a render process is asked: files in, a file out. */
export interface ProcessOrder {
  readonly artworkFile: string;
  readonly roomId: string;
  readonly output: Output;
  readonly file: string;
}

/** What it answers. */
export type ProcessMessage =
  | { readonly kind: 'progressed'; readonly percent: number }
  | { readonly kind: 'rendered' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryable: boolean };

/** How an order ended. A failure that is not retryable is the picture's or the room's; its reason is in plain words. */
export type Rendered = Exclude<ProcessMessage, { kind: 'progressed' }>;

export interface SlotOptions {
  /** The render process's entry; by default the one beside this module. */
  readonly entry?: string;
  /** One video may take so long; then its process is killed. */
  readonly limitMs?: number;
  /** A process that had nothing to do for so long is ended. */
  readonly idleMs?: number;
  /** Bound of the process's JavaScript heap, in MB. Decoding is bounded by the picture's pixels. */
  readonly heapMb?: number;
}

const renderProcessEntry = fileURLToPath(new URL('./render-process.js', import.meta.url));

/** Renders one video at a time in a process of its own, started with the first order and again after it was killed or crashed. */
export class RenderSlot {
  private child: ChildProcess | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly options: Required<SlotOptions>;

  constructor(options: SlotOptions = {}) {
    this.options = { entry: renderProcessEntry, limitMs: 60_000, idleMs: 30_000, heapMb: 256, ...options };
  }

  /** The process that is there now, if any. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the order has ended one way or another; rejects with the signal's reason when it was aborted. */
  async render(order: ProcessOrder, onProgress: (percent: number) => void, signal: AbortSignal): Promise<Rendered> {
    signal.throwIfAborted();
    clearTimeout(this.idle);
    const child = (this.child ??= this.start());
    const { limitMs } = this.options;
    const ended = await new Promise<Rendered | 'aborted'>((resolve) => {
      let verdict: Rendered | 'aborted' | undefined;
      // A killed process has let go of its files only when it has exited: the verdict waits for that.
      const kill = (why: Rendered | 'aborted'): void => {
        verdict = why;
        child.kill('SIGKILL');
      };
      const overdue = setTimeout(
        () => kill({ kind: 'failed', reason: `Rendering took longer than ${limitMs / 1000} seconds.`, retryable: true }),
        limitMs,
      );
      const abort = (): void => kill('aborted');
      const message = (said: ProcessMessage): void => {
        if (said.kind === 'progressed') onProgress(said.percent);
        else settle(said);
      };
      const crash = (): void => settle(verdict ?? { kind: 'failed', reason: 'The render process ended unexpectedly.', retryable: true });
      const settle = (result: Rendered | 'aborted'): void => {
        clearTimeout(overdue);
        signal.removeEventListener('abort', abort);
        child.off('message', message).off('exit', crash).off('error', crash);
        resolve(result);
      };
      signal.addEventListener('abort', abort);
      child.on('message', message).on('exit', crash).on('error', crash);
      child.send(order, (error) => {
        if (error) crash();
      });
    });
    this.rest();
    if (ended === 'aborted') throw signal.reason;
    return ended;
  }

  /** Ends the process, if there is one. */
  stop(): void {
    clearTimeout(this.idle);
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private start(): ChildProcess {
    const { entry, heapMb } = this.options;
    // Nothing of the service's environment is needed there but where programs are.
    const env = { PATH: process.env['PATH'] ?? '' };
    const child = fork(entry, [], { execArgv: [`--max-old-space-size=${heapMb}`], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.once('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }

  private rest(): void {
    this.idle = setTimeout(() => this.stop(), this.options.idleMs);
    this.idle.unref();
  }
}
