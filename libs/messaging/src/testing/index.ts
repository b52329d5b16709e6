export { type QueueClause, type QueueUnderTest } from './clause.js';
export { MemoryBroker, MemoryQueue } from './memory-queue.js';
export { broken, type BrokenQueue, brokenQueues } from './queue.broken.js';
export { queueContract } from './queue.contract.js';
