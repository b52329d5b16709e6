export { EventStoreRefusalError } from './append-answer.js';
export { ConnectionStringError } from './connection-string.js';
export * from './eventstoredb-store.js';
export type { StoreLog } from './store-log.js';
export { AppendTooLargeError } from './stored-event.js';
