import type { MessageQueue } from '../queue.port.js';
import type { BrokenQueue, World } from './broken-queue.js';
import type { QueueUnderTest } from './clause.js';
import { durabilityBroken } from './durability.broken.js';
import { orderBroken } from './order.broken.js';
import { parkingBroken } from './parking.broken.js';
import { takingBroken } from './taking.broken.js';

/** The zoo: at least one broken copy for every clause of the contract. */
export const brokenQueues: readonly BrokenQueue[] = [...orderBroken, ...durabilityBroken, ...parkingBroken, ...takingBroken];

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
