export * from './files.port.js';
