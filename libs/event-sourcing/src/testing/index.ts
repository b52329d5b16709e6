export * from './manual.clock.js';
export * from './seeded.ids.js';
