import { topics } from '#contracts';
import { FACT_SOURCE } from '#credits';
import type { Position, RecordedEvent } from '#event-sourcing';
import { type Message, type MessageQueue, toMessage } from '#messaging';
import { type JobAddresses, renderJobFact } from './render-job.message.js';

/** The publisher's name, under which the queue keeps its checkpoint. */
export const RENDER_PUBLISHER = 'render-jobs';
/** Without a job the checkpoint is stored only every so many events: after a crash they are read again, and say nothing again. */
const CHECKPOINT_EVERY_EVENTS = 5_000;

/** The log is the outbox: turns approvals into jobs, each with its checkpoint in the same write. A subscription's effect. */
export class RenderJobPublisher {
  #unstored = 0;

  constructor(
    private readonly queue: MessageQueue,
    private readonly addresses: JobAddresses,
    private readonly leaseMs: number,
  ) {}

  async checkpoint(): Promise<Position> {
    return BigInt((await this.queue.checkpoint(RENDER_PUBLISHER)) ?? 0);
  }

  async publish(events: readonly RecordedEvent[], upTo: Position): Promise<undefined> {
    const messages: Message[] = [];
    for (const event of events) {
      const fact = renderJobFact(event, this.addresses, this.leaseMs);
      if (!fact) continue;
      const time = (event.data as { readonly at: string }).at;
      messages.push(toMessage(fact.data.accountId, { id: event.id, source: FACT_SOURCE, type: fact.type, time }, fact.data));
    }
    this.#unstored += events.length;
    if (messages.length === 0 && this.#unstored < CHECKPOINT_EVERY_EVENTS) return;
    await this.queue.publish(topics.renderJobs, messages, { publisher: RENDER_PUBLISHER, checkpoint: String(upTo) });
    this.#unstored = 0;
  }
}
