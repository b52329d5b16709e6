import type { QueueClock } from '../delivery/surroundings.js';
import type { ConsumerOptions, MessageQueue, Parked, Taken } from '../queue.port.js';

/** What a broken copy remembers beyond a restart. */
export interface World {
  readonly clock: QueueClock;
  readonly topic: string;
  generation: number;
  counted: number;
  readonly groups: Set<string>;
}

/** A queue with one defect, and the clause that must notice. */
export interface BrokenQueue {
  readonly name: string;
  readonly caughtBy: string;
  readonly defect: (queue: MessageQueue, world: World) => Partial<MessageQueue>;
  readonly sweep?: (queue: MessageQueue, world: World) => Promise<void>;
}

/** What consumers are made with. */
export type Handler = ConsumerOptions['handler'];

/** A defect in what consumers are asked with. */
export function consuming(change: (options: ConsumerOptions) => ConsumerOptions): BrokenQueue['defect'] {
  return (queue) => ({ consume: (options) => queue.consume(change(options)) });
}

/** A defect around the handler. */
export function handling(
  change: (handler: Handler, queue: MessageQueue, world: World, options: ConsumerOptions) => Handler,
): BrokenQueue['defect'] {
  return (queue, world) => ({
    consume: (options) => queue.consume({ ...options, handler: change(options.handler, queue, world, options) }),
  });
}

/** A defect in what is taken by hand. */
export function taking(change: (taken: Taken, world: World) => Taken): BrokenQueue['defect'] {
  return (queue, world) => ({
    async take(topic, group, waitMs, signal) {
      const taken = await queue.take(topic, group, waitMs, signal);
      return taken && change(taken, world);
    },
  });
}

/** Does it a little later, unless the process has died by then. */
export async function later(world: World, act: () => Promise<unknown>): Promise<void> {
  const { generation } = world;
  await world.clock.sleep(100);
  if (world.generation === generation) await act();
}

/** The parked message, where there is one. */
export async function find(queue: MessageQueue, id: string): Promise<Parked | undefined> {
  return (await queue.parked({ limit: 100 })).find((parked) => parked.id === id);
}

/** Finishes all that is on offer, as if it had been handled. */
export async function finishAll(queue: MessageQueue, topic: string, group: string): Promise<void> {
  for (let taken = await queue.take(topic, group, 0); taken; taken = await queue.take(topic, group, 0)) await taken.done();
}

/** Goes on without waiting, and without minding how it ends: the defect itself. */
export function unwatched(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => error);
}
