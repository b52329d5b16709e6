import { type BrokenQueue, taking } from './broken-queue.js';

/** Queues that break a clause of taking by hand. */
export const takingBroken: readonly BrokenQueue[] = [
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
