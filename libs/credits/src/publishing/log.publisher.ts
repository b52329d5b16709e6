import type { PublishedFact } from '#contracts';
import type { Position, RecordedEvent } from '#event-sourcing';
import { type Message, type MessageQueue, toMessage } from '#messaging';

/** Without a message the checkpoint is stored only every so many events: after a crash they are read again, and say nothing again. */
const CHECKPOINT_EVERY_EVENTS = 5_000;

export interface LogPublisherParts {
  readonly queue: Pick<MessageQueue, 'publish' | 'checkpoint'>;
  /** Under which the queue keeps the checkpoint. */
  readonly name: string;
  readonly topic: string;
  /** What a page of the log says on this topic, in its order: the subject becomes the message's key. */
  readonly factsOf: (events: readonly RecordedEvent[]) => readonly PublishedFact[] | Promise<readonly PublishedFact[]>;
}

/** The log is the outbox: turns stored events into messages, each batch with its checkpoint. A subscription's effect. */
export class LogPublisher {
  #unstored = 0;

  constructor(private readonly parts: LogPublisherParts) {}

  async checkpoint(): Promise<Position> {
    return BigInt((await this.parts.queue.checkpoint(this.parts.name)) ?? 0);
  }

  async publish(events: readonly RecordedEvent[], upTo: Position): Promise<undefined> {
    const { queue, name, topic, factsOf } = this.parts;
    const messages: Message[] = (await factsOf(events)).map((fact) => toMessage(fact.subject, fact, fact.data));
    this.#unstored += events.length;
    if (messages.length === 0 && this.#unstored < CHECKPOINT_EVERY_EVENTS) return;
    await queue.publish(topic, messages, { publisher: name, checkpoint: String(upTo) });
    this.#unstored = 0;
  }
}
