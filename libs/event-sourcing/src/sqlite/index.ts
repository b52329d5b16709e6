export * from './folder-lock.js';
export * from './open.js';
export * from './sqlite-database.js';
export * from './sqlite-event-store.js';
export * from './statement.js';
export * from './sqlite-read-models.js';
