export { FolderFiles } from './folder-files.js';
