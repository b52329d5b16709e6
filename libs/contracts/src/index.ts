export * from './cloud-event.js';
export * from './commands.js';
export * from './problems.js';
export * from './views.js';
