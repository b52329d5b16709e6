import { type Answer, type Caller, consumerGroups, topics } from '#contracts';
import { ApplyBillingEvent } from '#credits';
import { type MachineClock, untilAvailable } from '#event-sourcing';
import { type Consumer, type Delivery, type Handled, type MessageQueue, fromMessage } from '#messaging';
import { ApplyRenderResult } from '#videos';
import type { CommandBus } from '@nestjs/cqrs';

type Placed = Answer<{ readonly position: string }>;
type Step = (type: string, data: unknown, caller: Caller) => Promise<Placed>;

/** The topics that come in: each message becomes the same command as its HTTP call; what cannot be right is parked with its reason. */
export class Inbox {
  #consumers: readonly Consumer[] = [];

  constructor(
    private readonly queue: MessageQueue,
    private readonly commands: CommandBus,
    private readonly clock: MachineClock,
    private readonly log: (message: string) => void,
  ) {}

  async start(): Promise<void> {
    const billing: Step = (type, data, caller) => this.commands.execute(new ApplyBillingEvent(type, data, caller));
    const results: Step = (type, data, caller) => this.commands.execute(new ApplyRenderResult(type, data, caller));
    this.#consumers = [
      await this.#consume(topics.billing, consumerGroups.billing, billing),
      await this.#consume(topics.renderResults, consumerGroups.renderResults, results),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
  }

  #consume(topic: string, group: string, step: Step): Promise<Consumer> {
    const { clock, log } = this;
    // An engine that is away is no fault of the message: it is waited for, and counts as no attempt.
    const patiently = (delivery: Delivery, signal: AbortSignal): Promise<Handled> =>
      untilAvailable(() => handle(delivery, step), { name: group, clock, log, signal }).then((handled) => {
        if (handled === undefined) throw new Error('stopped while an engine was away');
        return handled.value;
      });
    return this.queue.consume({ topic, group, concurrency: 16, handler: patiently });
  }
}

async function handle(delivery: Delivery, step: Step): Promise<Handled> {
  const read = fromMessage(delivery);
  if (!read.ok) return { kind: 'park', reason: `not a CloudEvent: ${read.reason}` };
  const { id, type, data } = read.event;
  const accountId = accountIn(data);
  if (accountId !== undefined && accountId !== delivery.key)
    return { kind: 'park', reason: `the key "${delivery.key}" is not the account "${accountId}"` };
  const answer = await step(type, data, { correlation: id });
  return answer.kind === 'done' ? { kind: 'done' } : { kind: 'park', reason: answer.refusal.detail ?? answer.refusal.code };
}

function accountIn(data: unknown): string | undefined {
  const accountId = typeof data === 'object' && data !== null && 'accountId' in data ? data.accountId : undefined;
  return typeof accountId === 'string' ? accountId : undefined;
}
