import { type BrokenQueue, consuming, finishAll, handling, unwatched } from './broken-queue.js';
import { done } from './clause.js';

/** Queues that break a clause of order, groups and concurrency. */
export const orderBroken: readonly BrokenQueue[] = [
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
        return { idle, stop: async () => unwatched(stop()) };
      },
    }),
  },
];
