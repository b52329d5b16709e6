export * from './event-store.contract.js';
export * from './event-store.under-test.js';
export * from './memory-event-store.js';
