export * from './event-store.contract.js';
export * from './event-store.under-test.js';
export * from './manual.clock.js';
export * from './memory-event-store.js';
export * from './memory-read-models.js';
export * from './read-models.broken.js';
export * from './read-models.contract.js';
export * from './seeded.ids.js';
export type { ReadModelClause, ReadModelPlace } from './read-models.situation.js';
