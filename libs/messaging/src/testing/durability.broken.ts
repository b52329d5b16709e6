import type { Taken } from '../queue.port.js';
import { type BrokenQueue, finishAll, handling, later, taking, unwatched } from './broken-queue.js';
import { done } from './clause.js';

/** Queues that break a clause about crashes. */
export const durabilityBroken: readonly BrokenQueue[] = [
  {
    name: 'says that messages are stored before they are',
    caughtBy: 'what was published is there after a restart',
    defect: (queue, world) => ({
      publish: async (topic, messages, upTo) => unwatched(later(world, () => queue.publish(topic, messages, upTo))),
    }),
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
      unwatched(handler(delivery, signal));
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
];
