export * from './cloud-event.js';
export * from './commands.js';
export * from './problems.js';
export * from './schemas.js';
export * from './views.js';
export * from './instants.js';
