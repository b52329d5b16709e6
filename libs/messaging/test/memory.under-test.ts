import { MemoryBroker, MemoryQueue, type QueueUnderTest } from '../src/testing/index.js';
import { quickClock } from './quick.clock.js';

export function memoryBench(patienceMs: number): QueueUnderTest {
  const clock = quickClock(25);
  const broker = new MemoryBroker({ clock });
  let current = new MemoryQueue(broker);
  return {
    queue: current,
    clock,
    topic: 'topic',
    patienceMs,
    restart: async () => {
      current.vanish();
      return (current = new MemoryQueue(broker));
    },
    sweep: async () => broker.sweep(),
    close: async () => current.vanish(),
  };
}
