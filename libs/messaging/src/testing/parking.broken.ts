import type { Delivery, Handled, Parked } from '../queue.port.js';
import { type BrokenQueue, type Handler, consuming, find, handling, later, unwatched } from './broken-queue.js';
import { done } from './clause.js';

/** Queues that break a clause of failing and parking. */
export const parkingBroken: readonly BrokenQueue[] = [
  {
    name: 'never gives up on a message',
    caughtBy:
      'a handler that throws is tried again, as often as `attempts` says, then the message is parked with its reason while others go on',
    defect: consuming((options) => ({ ...options, attempts: 1_000 })),
  },
  {
    name: 'tries again without a pause',
    caughtBy: 'between the attempts there is a pause',
    defect: handling(
      (handler, _queue, _world, { attempts = 5 }) =>
        (delivery, signal) =>
          insist(handler, delivery, signal, attempts),
    ),
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
      if (handled.kind === 'park') unwatched(later(world, () => queue.park(delivery.topic, group, delivery, handled.reason)));
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
];

async function insist(handler: Handler, delivery: Delivery, signal: AbortSignal, attempts: number): Promise<Handled> {
  try {
    return await handler(delivery, signal);
  } catch (error) {
    if (attempts <= 1) throw error;
    return insist(handler, delivery, signal, attempts - 1);
  }
}
