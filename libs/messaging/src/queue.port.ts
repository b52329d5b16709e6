/** A message on a topic: a CloudEvent in binary mode is its headers (`ce_id`, `ce_type`, …) and its body. */
export interface Message {
  /** Keeps order: messages of one key are offered in the order they were published. */
  readonly key: string;
  readonly headers: { readonly [name: string]: string };
  /** The body as text; JSON for every topic of ours, but what arrives may be anything. */
  readonly body: string;
}

export interface Delivery extends Message {
  readonly topic: string;
  /** Place of the message in its topic, as text; the same message always has the same one. */
  readonly offset: string;
}

/** What a handler made of a message. Anything it throws is an engine that is away or a bug: it is tried again. */
export type Handled = { readonly kind: 'done' } | { readonly kind: 'park'; readonly reason: string };

export interface ConsumerOptions {
  readonly topic: string;
  /** Groups each see every message; members of one group share them. */
  readonly group: string;
  readonly handler: (delivery: Delivery, signal: AbortSignal) => Promise<Handled>;
  /** How many handlers may run at once (default 1). */
  readonly concurrency?: number;
  /** `key` (default): one at a time per key. `offered`: begun in order, side by side also within a key. */
  readonly order?: 'key' | 'offered';
  /** A handler that threw is tried this many times in all (default 5, with back-off), then the message is parked. */
  readonly attempts?: number;
}

export interface Consumer {
  /** Resolves once every message published before the call has been handled, by this group. */
  idle(): Promise<void>;
  /** Stops taking messages, aborts the handlers' signals, waits for them; what was not finished is offered again later. */
  stop(): Promise<void>;
}

/** A message taken by hand. It is offered again unless `done` was called before the process ended. */
export interface Taken extends Delivery {
  done(): Promise<void>;
  /** Gives it back at once. */
  giveBack(): Promise<void>;
}

export interface Parked extends Delivery {
  readonly id: string;
  readonly group: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly parkedAt: number;
}

/** A publisher's place in its source, stored in the transaction of what was published. */
export interface PublishedUpTo {
  readonly publisher: string;
  readonly checkpoint: string;
}

/**
 * The message queue: named topics, at-least-once delivery, order per key, durable groups. Offsets advance to the lowest
 * unfinished message; one slow message never blocks another key's.
 */
export interface MessageQueue {
  /** Durable when it resolves; all messages of one call together. With `upTo`, the publisher's checkpoint with them. */
  publish(topic: string, messages: readonly Message[], upTo?: PublishedUpTo): Promise<void>;
  /** The last `upTo` of a publisher, or undefined. */
  checkpoint(publisher: string): Promise<string | undefined>;

  consume(options: ConsumerOptions): Promise<Consumer>;
  /** One message for a caller that handles it in its own time; waits up to `waitMs`. Members of the group share. */
  take(topic: string, group: string, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined>;

  /** Sets a message aside with its reason (also one that never was on the topic, as a call's body). Durable when it resolves. */
  park(topic: string, group: string, message: Message, reason: string): Promise<Parked>;
  parked(options: { readonly limit: number; readonly after?: string }): Promise<readonly Parked[]>;
  /** Publishes it on its topic again and takes it out of the parking, in one step; false where there is no such id. */
  replay(id: string): Promise<boolean>;
  discard(id: string): Promise<boolean>;

  /** Messages published and not yet finished by the group. */
  lag(topic: string, group: string): Promise<number>;
  close(): Promise<void>;
}
