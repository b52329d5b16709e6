import { type RenderJob, topics } from '#contracts';
import type { MachineClock } from '#event-sourcing';
import { fromMessage, type MessageQueue, type Taken } from '#messaging';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Accounts } from '../account/accounts.js';
import { ClaimRenderJob } from '../video/video.commands.js';
import { type NotTaken, startRender } from '../video/video.decisions.js';
import { videoCauses } from '../video/video.events.js';
import { Leases } from './leases.js';

/** The consumer group of all render workers, by topic and by HTTP: each job goes to one of them. */
export const RENDER_GROUP = 'render-workers';
export const MESSAGE_QUEUE = Symbol('MessageQueue');
export const MACHINE_CLOCK = Symbol('MachineClock');

/** Hands a job to a worker that calls: its start is stored before the answer, then the message is done and the lease watches (rule 27). */
@CommandHandler(ClaimRenderJob)
export class ClaimRenderJobHandler implements ICommandHandler<ClaimRenderJob> {
  constructor(
    @Inject(MESSAGE_QUEUE) private readonly queue: MessageQueue,
    @Inject(MACHINE_CLOCK) private readonly clock: MachineClock,
    private readonly accounts: Accounts,
    private readonly leases: Leases,
  ) {}

  async execute({ workerId, waitMs, signal }: ClaimRenderJob): Promise<RenderJob | null> {
    const deadline = this.clock.now() + waitMs;
    for (;;) {
      const left = Math.max(0, deadline - this.clock.now());
      const taken = await this.queue.take(topics.renderJobs, RENDER_GROUP, left, signal);
      if (!taken) return null;
      if (signal?.aborted) {
        // Nobody would get to know of it, and its lease would have to run out.
        await taken.giveBack();
        return null;
      }
      const job = await this.#claim(taken, workerId);
      if (job) return job;
    }
  }

  async #claim(taken: Taken, workerId: string): Promise<RenderJob | undefined> {
    try {
      const job = jobOf(taken);
      const claimed = job !== undefined && (await this.#start(job, workerId));
      await taken.done();
      return claimed ? job : undefined;
    } catch (error) {
      await taken.giveBack();
      throw error;
    }
  }

  async #start({ accountId, videoId, attempt }: RenderJob, workerId: string): Promise<boolean> {
    const outcome = await this.accounts.command<NotTaken>({
      id: accountId,
      cause: videoCauses.reported(),
      decide: (account, past, now) => startRender({ videoId, attempt, workerId, now, exclusive: true })(account, past),
    });
    if (outcome.kind !== 'accepted') return false;
    await this.leases.renew(videoId, attempt, 0);
    return true;
  }
}

/** The job in a message of the topic; undefined where the message is no offer. */
function jobOf(taken: Taken): RenderJob | undefined {
  const event = fromMessage(taken);
  return event.ok && event.event.type === 'videos.render.approved' ? (event.event.data as RenderJob) : undefined;
}
