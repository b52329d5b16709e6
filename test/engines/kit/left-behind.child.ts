import { startPostgres } from './postgres.js';
import { startS3 } from './s3.js';

/** Starts two servers, says where they are, and waits to be killed. */
const [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
process.stdout.write(`${JSON.stringify([postgres.url, s3.endpoint])}\n`);
process.stdin.resume();
