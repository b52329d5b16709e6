export { S3Files, type S3FilesOptions } from './s3-files.js';
export { FilesUrlError } from './s3-location.js';
