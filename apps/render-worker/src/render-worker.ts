import { type RenderJob, topics } from '#contracts';
import type { Ids } from '#event-sourcing';
import { type Consumer, type Delivery, type Handled, type MessageQueue, toMessage } from '#messaging';
import { RENDER_GROUP } from '#videos';
import { readJob } from './render-job.js';
import { type Report, runJob, type RunOptions, sweep } from './render-run.js';
import { RenderSlot, type SlotOptions } from './render-slot.process.js';

export interface RenderWorkerOptions extends RunOptions {
  readonly queue: MessageQueue;
  readonly ids: Ids;
  /** How this worker calls itself in its reports. Cancellations are followed under this name, so it outlives restarts. */
  readonly workerId: string;
  /** How many videos are rendered at once; 0 renders none. */
  readonly slots: number;
  readonly slot?: SlotOptions;
}

/** Cancelled videos are remembered so many at most: those whose job may still be waiting in the queue. */
const mostCancelled = 10_000;

/**
 * Takes approved jobs from the queue, side by side, and reports on the results topic. A job counts as done only after its
 * `completed` or `failed` was published, so that one which a crash or a stop interrupts is offered and rendered again.
 */
export class RenderWorker {
  private readonly free: RenderSlot[];
  private readonly running = new Map<string, AbortController>();
  private readonly cancelled = new Set<string>();
  private consumers: readonly Consumer[] = [];

  constructor(private readonly options: RenderWorkerOptions) {
    this.free = Array.from({ length: options.slots }, () => new RenderSlot(options.slot));
  }

  async start(): Promise<void> {
    const { queue, slots, workerId } = this.options;
    if (slots === 0) return;
    await sweep(this.options.workDir);
    // Cancellations are heard by a group of their own: in the jobs' group they would wait behind the jobs.
    const cancellations = await queue.consume({
      topic: topics.renderJobs,
      group: `render-cancellations:${workerId}`,
      handler: (delivery) => this.hear(delivery),
    });
    const jobs = await queue.consume({
      topic: topics.renderJobs,
      group: RENDER_GROUP,
      order: 'offered',
      concurrency: slots,
      handler: (delivery, signal) => this.take(delivery, signal),
    });
    this.consumers = [cancellations, jobs];
  }

  /** Aborts what is being rendered: it is offered again later. */
  async stop(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    this.consumers = [];
    for (const slot of this.free) slot.stop();
  }

  private async hear({ headers, body }: Delivery): Promise<Handled> {
    if (headers['ce_type'] !== 'videos.render.cancelled') return done;
    const videoId = videoOf(body);
    if (videoId === undefined) return done;
    this.cancelled.add(videoId);
    for (const oldest of this.cancelled) {
      if (this.cancelled.size <= mostCancelled) break;
      this.cancelled.delete(oldest);
    }
    this.running.get(videoId)?.abort();
    return done;
  }

  private async take({ headers, body, key }: Delivery, signal: AbortSignal): Promise<Handled> {
    if (headers['ce_type'] === 'videos.render.cancelled') return done;
    if (headers['ce_type'] !== 'videos.render.approved') return { kind: 'park', reason: `unknown type ${headers['ce_type'] ?? '(none)'}` };
    const job = readJob(body);
    if (job === undefined) return { kind: 'park', reason: 'the body is not a render job' };
    if (this.cancelled.has(job.videoId)) return done;
    await this.render(job, key, signal);
    return done;
  }

  private async render(job: RenderJob, key: string, signal: AbortSignal): Promise<void> {
    const slot = this.free.pop();
    if (slot === undefined) throw new Error('more jobs at once than there are slots');
    const cancel = new AbortController();
    this.running.set(job.videoId, cancel);
    const say = (report: Report): Promise<void> => this.say(report, key);
    try {
      await say({ type: 'videos.render.started', data: { videoId: job.videoId, attempt: job.attempt, workerId: this.options.workerId } });
      await runJob(job, slot, say, this.options, AbortSignal.any([signal, cancel.signal]));
    } catch (error) {
      // What a customer took back needs no last word.
      if (!cancel.signal.aborted || signal.aborted) throw error;
    } finally {
      this.running.delete(job.videoId);
      this.free.push(slot);
    }
  }

  private async say({ type, data }: Report, key: string): Promise<void> {
    const { queue, ids, clock, workerId } = this.options;
    const event = { id: ids.random(), source: `/render-worker/${workerId}`, type, time: new Date(clock.now()).toISOString() };
    await queue.publish(topics.renderResults, [toMessage(key, event, data)]);
  }
}

const done: Handled = { kind: 'done' };

function videoOf(body: string): string | undefined {
  try {
    const data = JSON.parse(body) as { videoId?: unknown } | null;
    return typeof data?.videoId === 'string' ? data.videoId : undefined;
  } catch {
    return undefined;
  }
}
