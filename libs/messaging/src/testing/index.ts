export type { QueueClause, QueueUnderTest } from './clause.js';
export { MemoryBroker, MemoryQueue } from './memory-queue.js';
export type { BrokenQueue } from './broken-queue.js';
export { broken, brokenQueues } from './queue.broken.js';
export { queueContract } from './queue.contract.js';
