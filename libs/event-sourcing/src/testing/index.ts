export * from './projection.dump.js';
export * from './manual.clock.js';
export * from './memory-read-models.js';
export * from './seeded.ids.js';
export * from './read-models.broken.js';
export * from './read-models.contract.js';
export type { ReadModelClause, ReadModelPlace } from './read-models.situation.js';
