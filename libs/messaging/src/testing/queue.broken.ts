import type { QueueClock } from '../delivery/surroundings.js';
import type { ConsumerOptions, Delivery, Handled, MessageQueue, Parked, Taken } from '../queue.port.js';
import { done, type QueueUnderTest } from './clause.js';

/** What a broken copy remembers beyond a restart. */
interface World {
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

/** The bench with the defect in its queue, also after restarts. */
export function broken(bench: QueueUnderTest, { defect, sweep }: BrokenQueue): QueueUnderTest {
  const world: World = { clock: bench.clock, topic: bench.topic, generation: 1, counted: 0, groups: new Set() };
  let current = bench.queue;
  const wrap = (queue: MessageQueue): MessageQueue => ({ ...delegating(queue, world), ...defect(queue, world) });
  return {
    ...bench,
    queue: wrap(current),
    async restart() {
      world.generation += 1;
      current = await bench.restart();
      return wrap(current);
    },
    async sweep() {
      await sweep?.(current, world);
      await bench.sweep();
    },
  };
}

function delegating(queue: MessageQueue, { groups }: World): MessageQueue {
  return {
    publish: (topic, messages, upTo) => queue.publish(topic, messages, upTo),
    checkpoint: (publisher) => queue.checkpoint(publisher),
    consume: (options) => queue.consume(options),
    take: (topic, group, waitMs, signal) => queue.take(topic, groups.add(group) && group, waitMs, signal),
    park: (topic, group, message, reason) => queue.park(topic, group, message, reason),
    parked: (options) => queue.parked(options),
    replay: (id) => queue.replay(id),
    discard: (id) => queue.discard(id),
    lag: (topic, group) => queue.lag(topic, group),
    close: () => queue.close(),
  };
}

type Handler = ConsumerOptions['handler'];

function consuming(change: (options: ConsumerOptions) => ConsumerOptions): BrokenQueue['defect'] {
  return (queue) => ({ consume: (options) => queue.consume(change(options)) });
}

function handling(change: (handler: Handler, queue: MessageQueue, world: World, options: ConsumerOptions) => Handler): BrokenQueue['defect'] {
  return (queue, world) => ({ consume: (options) => queue.consume({ ...options, handler: change(options.handler, queue, world, options) }) });
}

function taking(change: (taken: Taken, world: World) => Taken): BrokenQueue['defect'] {
  return (queue, world) => ({
    async take(topic, group, waitMs, signal) {
      const taken = await queue.take(topic, group, waitMs, signal);
      return taken && change(taken, world);
    },
  });
}

/** Does it a little later, unless the process has died by then. */
async function later(world: World, act: () => Promise<unknown>): Promise<void> {
  const { generation } = world;
  await world.clock.sleep(100);
  if (world.generation === generation) await act();
}

async function find(queue: MessageQueue, id: string): Promise<Parked | undefined> {
  return (await queue.parked({ limit: 100 })).find((parked) => parked.id === id);
}

/** Finishes all that is on offer, as if it had been handled. */
async function finishAll(queue: MessageQueue, topic: string, group: string): Promise<void> {
  for (let taken = await queue.take(topic, group, 0); taken; taken = await queue.take(topic, group, 0)) await taken.done();
}

export const brokenQueues: readonly BrokenQueue[] = [
  {
    name: 'runs the messages of a key side by side',
    caughtBy: 'messages of one key are handled one at a time, in the order they were published',
    defect: consuming((options) => ({ ...options, order: 'offered' })),
  },
  {
    name: 'lets one call of publish overtake another',
    caughtBy: 'calls of publish that overlap are kept in the order of the calls',
    defect: (queue, world) => ({
      async publish(topic, messages, upTo) {
        world.counted += 1;
        if (world.counted % 2 === 1) await world.clock.sleep(20);
        await queue.publish(topic, messages, upTo);
      },
    }),
  },
  {
    name: 'puts a message that failed at the end of its topic',
    caughtBy: 'a message that failed is handled before the later ones of its key',
    defect: handling((handler, queue) => async (delivery, signal) => {
      try {
        return await handler(delivery, signal);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        await queue.publish(delivery.topic, [delivery]);
        return done;
      }
    }),
  },
  {
    name: 'waits for the slow message before any other',
    caughtBy: 'one slow key, with all that waits behind it, holds up no other key',
    defect: consuming((options) => ({ ...options, concurrency: 1 })),
  },
  {
    name: 'keeps the order of a key where side by side was asked for',
    caughtBy: 'in the order `offered`, messages begin in order and run side by side also within a key',
    defect: consuming((options) => ({ ...options, order: 'key' })),
  },
  {
    name: 'runs twice as many handlers',
    caughtBy: 'as many handlers run at once as `concurrency` says, and no more',
    defect: consuming((options) => ({ ...options, concurrency: 2 * (options.concurrency ?? 1) })),
  },
  {
    name: 'has one group for all',
    caughtBy: 'every group sees every message',
    defect: consuming((options) => ({ ...options, group: 'all' })),
  },
  {
    name: 'gives every member all messages',
    caughtBy: 'members of one group share the messages: each is handled once, by one of them',
    defect: (queue, world) => ({ consume: (options) => queue.consume({ ...options, group: `${options.group}-${(world.counted += 1)}` }) }),
  },
  {
    name: 'begins a new group at the end',
    caughtBy: "messages from before the group's first consumer are seen by it, from the beginning",
    defect: (queue) => ({
      async consume(options) {
        await finishAll(queue, options.topic, options.group);
        return queue.consume(options);
      },
    }),
  },
  {
    name: 'is always idle',
    caughtBy: '`idle` resolves when what was published before the call is handled, and waits for nothing later',
    defect: (queue) => ({ consume: async (options) => ({ stop: (await queue.consume(options)).stop, idle: async () => undefined }) }),
  },
  {
    name: 'does not wait for the handlers when it stops',
    caughtBy: '`stop` takes no more, aborts the signals, waits for the handlers; what was not finished is offered to the next',
    defect: (queue) => ({
      async consume(options) {
        const { idle, stop } = await queue.consume(options);
        return { idle, stop: async () => void stop() };
      },
    }),
  },
  {
    name: 'says that messages are stored before they are',
    caughtBy: 'what was published is there after a restart',
    defect: (queue, world) => ({ publish: async (topic, messages, upTo) => void later(world, () => queue.publish(topic, messages, upTo)) }),
  },
  {
    name: 'publishes one message at a time',
    caughtBy: 'the messages of one call are all there after a crash, or none of them',
    defect: (queue, world) => ({
      async publish(topic, messages) {
        for (const message of messages) {
          await queue.publish(topic, [message]);
          await later(world, async () => undefined);
        }
      },
    }),
  },
  {
    name: 'stores the checkpoint before the messages',
    caughtBy: "a publisher's checkpoint is stored with the messages: a restart never shows one without the other",
    defect: (queue, world) => ({
      async publish(topic, messages, upTo) {
        await queue.publish(topic, [], upTo);
        await later(world, () => queue.publish(topic, messages));
      },
    }),
  },
  {
    name: 'forgets its groups when it dies',
    caughtBy: 'what a stopped consumer had finished is not offered again after a restart',
    defect: (queue, { generation }) => ({ consume: (options) => queue.consume({ ...options, group: `${options.group}-${generation}` }) }),
  },
  {
    name: 'finishes a message before it is handled',
    caughtBy: 'what was being handled at a crash is offered again',
    defect: handling((handler) => async (delivery, signal) => {
      void handler(delivery, signal);
      return done;
    }),
  },
  {
    name: 'keeps only the lowest unfinished place',
    caughtBy: 'a message finished before an earlier one is not offered again, the earlier one is',
    defect: (queue) => {
      const held: { finished: boolean; readonly taken: Taken }[] = [];
      return {
        async take(...call) {
          const taken = await queue.take(...call);
          if (!taken) return undefined;
          const mine = { finished: false, taken };
          held.push(mine);
          return {
            ...taken,
            async done() {
              mine.finished = true;
              while (held[0]?.finished) await held.shift()?.taken.done();
            },
          };
        },
      };
    },
  },
  {
    name: 'numbers offers and calls that an offset',
    caughtBy: 'the same message has the same offset each time it is offered',
    defect: taking((taken, world) => ({ ...taken, offset: String((world.counted += 1)) })),
  },
  {
    name: 'cuts bodies at 64 kB',
    caughtBy: 'keys, headers and bodies arrive as they were sent: a megabyte, none at all, every script',
    defect: taking((taken) => ({ ...taken, body: taken.body.slice(0, 65_536) })),
  },
  {
    name: 'counts what was published as what is left',
    caughtBy: '`lag` counts what the group has not finished, and is right after a restart',
    defect: (queue, world) => ({
      async publish(topic, messages, upTo) {
        world.counted += messages.length;
        await queue.publish(topic, messages, upTo);
      },
      lag: async () => world.counted,
    }),
  },
  {
    name: 'drops by age alone',
    caughtBy: 'retention never drops what a known group has not finished',
    defect: () => ({}),
    sweep: async (queue, world) => {
      for (const group of world.groups) await finishAll(queue, world.topic, group);
    },
  },
  {
    name: 'begins to count anew in an empty topic',
    caughtBy: 'places are not used twice after everything was finished and dropped',
    defect: taking((taken, world) => ({ ...taken, offset: String(Number(taken.offset) - world.counted) })),
    sweep: async (_, world) => void (world.counted = 2),
  },
  {
    name: 'never gives up on a message',
    caughtBy: 'a handler that throws is tried again, as often as `attempts` says, then the message is parked with its reason while others go on',
    defect: consuming((options) => ({ ...options, attempts: 1_000 })),
  },
  {
    name: 'tries again without a pause',
    caughtBy: 'between the attempts there is a pause',
    defect: handling((handler, _queue, _world, { attempts = 5 }) => (delivery, signal) => insist(handler, delivery, signal, attempts)),
  },
  {
    name: 'loses the reason',
    caughtBy: 'a handler may park a message at once, with a reason; it is listed as it was sent and not offered again',
    defect: handling((handler) => async (delivery, signal) => {
      const handled = await handler(delivery, signal);
      return handled.kind === 'park' ? { kind: 'park', reason: '' } : handled;
    }),
  },
  {
    name: 'moves on before the parked message is stored',
    caughtBy: 'a message counts as finished by parking only when it is stored as parked',
    defect: handling((handler, queue, world, { group }) => async (delivery, signal) => {
      const handled = await handler(delivery, signal);
      if (handled.kind === 'park') void later(world, () => queue.park(delivery.topic, group, delivery, handled.reason));
      return done;
    }),
  },
  {
    name: 'parks in memory',
    caughtBy: 'a message that never was on a topic can be parked, durably, without being offered to anybody',
    defect: () => {
      const kept: Parked[] = [];
      return {
        async park(topic, group, message, reason) {
          const parked = { ...message, topic, group, reason, offset: '', parkedAt: 0, id: String(kept.length + 1) };
          kept.push(parked);
          return parked;
        },
        parked: async () => kept,
      };
    },
  },
  {
    name: 'always lists the first page',
    caughtBy: 'parked messages are listed oldest first, page by page',
    defect: (queue) => ({ parked: ({ limit }) => queue.parked({ limit }) }),
  },
  {
    name: 'replays without headers',
    caughtBy: 'replay publishes the message on its topic again, as it was, and takes it out of the parking, once',
    defect: (queue) => ({
      async replay(id) {
        const parked = await find(queue, id);
        if (!parked || !(await queue.discard(id))) return false;
        await queue.publish(parked.topic, [{ key: parked.key, headers: {}, body: parked.body }]);
        return true;
      },
    }),
  },
  {
    name: 'replays in two steps',
    caughtBy: 'a crash during replay leaves the message parked or on its topic: not neither, not both',
    defect: (queue, world) => ({
      async replay(id) {
        const parked = await find(queue, id);
        if (!parked || !(await queue.discard(id))) return false;
        await later(world, () => queue.publish(parked.topic, [parked]));
        return true;
      },
    }),
  },
  {
    name: 'discards in words only',
    caughtBy: 'discard takes a message out of the parking for good, once',
    defect: () => ({ discard: async () => true }),
  },
  {
    name: 'forgets that a message was done',
    caughtBy: 'a taken message that is done is not offered again, also after a restart; one that is not done is',
    defect: taking((taken) => ({ ...taken, done: async () => undefined })),
  },
  {
    name: 'keeps what was given back',
    caughtBy: 'a message that is given back is offered again at once',
    defect: taking((taken) => ({ ...taken, giveBack: async () => undefined })),
  },
  {
    name: 'does not wait for a message',
    caughtBy: '`take` waits for a message up to `waitMs`, then answers with none',
    defect: (queue) => ({ take: (topic, group) => queue.take(topic, group, 0) }),
  },
  {
    name: 'goes on taking when nobody waits any more',
    caughtBy: 'an aborted `take` answers with none at once, and swallows no message',
    defect: (queue) => ({ take: (topic, group, waitMs) => queue.take(topic, group, waitMs) }),
  },
  {
    name: 'gives callers a group of their own',
    caughtBy: 'callers of `take` and consumers of one group share its messages',
    defect: (queue) => ({ take: (topic, group, waitMs) => queue.take(topic, `${group}-callers`, waitMs) }),
  },
];

async function insist(handler: Handler, delivery: Delivery, signal: AbortSignal, attempts: number): Promise<Handled> {
  try {
    return await handler(delivery, signal);
  } catch (error) {
    if (attempts <= 1) throw error;
    return insist(handler, delivery, signal, attempts - 1);
  }
}
