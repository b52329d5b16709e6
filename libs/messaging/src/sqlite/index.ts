export type { QueueDatabase, QueueStatement, SqlValue } from './queue-database.js';
export { SqliteQueue, type SqliteQueueOptions } from './sqlite-queue.js';
