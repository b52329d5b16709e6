import assert from 'node:assert/strict';
import type { QueueClock } from '../delivery/surroundings.js';
import type { Delivery, Handled, Message, MessageQueue, Taken } from '../queue.port.js';

/** A queue with nothing in it, and the power to kill and clean it. */
export interface QueueUnderTest {
  readonly queue: MessageQueue;
  /** The clock that the queue runs by; it may run faster than the wall's. */
  readonly clock: QueueClock;
  /** A topic that nobody has used before. */
  readonly topic: string;
  /** How long, on `clock`, a clause waits for what must happen. */
  readonly patienceMs: number;
  /** As after kill −9: the old object's consumers are dead, what was not finished is offered again by the new one. */
  restart(): Promise<MessageQueue>;
  /** Retention at its strictest: drops whatever it may drop, however young. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** One promise of the port. Rejects where the queue does not keep it. */
export interface QueueClause {
  readonly sentence: string;
  run(bench: QueueUnderTest): Promise<void>;
}

export const done: Handled = { kind: 'done' };

/** Messages of one key with the bodies `first` … `first + count - 1`. */
export function numbered(key: string, count: number, first = 1): readonly Message[] {
  return Array.from({ length: count }, (_, i) => message(key, String(first + i)));
}

export function message(key: string, body: string, headers: Message['headers'] = { ce_type: 'test' }): Message {
  return { key, headers, body };
}

/** A handler that notes what it gets, as `key:body`. */
export function noting(seen: string[]): (delivery: Delivery) => Promise<Handled> {
  return async ({ key, body }) => {
    seen.push(`${key}:${body}`);
    return done;
  };
}

/** Waits until the condition holds; fails when patience ends. */
export async function until(bench: QueueUnderTest, what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = bench.clock.now() + bench.patienceMs;
  while (!(await condition())) {
    if (bench.clock.now() > deadline) assert.fail(`in vain: ${what}`);
    await bench.clock.sleep(5);
  }
}

/** The promise's value; fails when patience ends before it settles. */
export async function within<T>(bench: QueueUnderTest, what: string, promise: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = bench.clock.sleep(bench.patienceMs, ended.signal).then(() => assert.fail(`in vain: ${what}`));
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch((error: unknown) => error);
    ended.abort();
  }
}

/** Takes one message that must be there. */
export async function takeOne(bench: QueueUnderTest, queue: MessageQueue, group = 'g'): Promise<Taken> {
  const taken = await within(bench, 'a message is taken', queue.take(bench.topic, group, bench.patienceMs));
  assert.ok(taken, 'a message is offered');
  return taken;
}

/** The bodies of everything that is offered to the group, each finished, until nothing more comes. */
export async function drain(bench: QueueUnderTest, queue: MessageQueue, group = 'g'): Promise<readonly string[]> {
  const seen: string[] = [];
  const consumer = await queue.consume({
    topic: bench.topic,
    group,
    handler: async ({ body }) => {
      seen.push(body);
      return done;
    },
  });
  await within(bench, 'everything is handled', consumer.idle());
  await within(bench, 'the consumer stops', consumer.stop());
  return seen;
}

/** A gate that handlers wait at. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}
