export * from './addresses.js';
export * from './api-keys.js';
export * from './key.events.js';
export * from './scopes.js';
export * from './secret-file.js';
export * from './signed-urls.js';
export * from './staff-key.js';
