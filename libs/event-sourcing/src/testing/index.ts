export * from './manual.clock.js';
export * from './memory-event-store.js';
export * from './memory-read-models.js';
export * from './seeded.ids.js';
export * from './event-store.contract.js';
export * from './event-store.under-test.js';
export * from './memory-event-store.js';
