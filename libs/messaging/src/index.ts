export * from './cloud-events.js';
export type { QueueClock, Report } from './delivery/surroundings.js';
export * from './queue.port.js';
