export { type BrokenFiles, broken, brokenFiles } from './files.broken.js';
export { type FilesClause, filesContract, type FilesUnderTest } from './files.contract.js';
export { MemoryFiles } from './memory-files.js';
