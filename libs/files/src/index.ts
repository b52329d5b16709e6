export { InvalidFileKeyError, isFileKey } from './file-key.js';
export * from './files.port.js';
