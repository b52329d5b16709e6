import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ran } from './desk.client.js';
import { cached, onPath, run } from './installing.js';
import { freshFolder, OwnedProcess, removeFolder } from './owned.js';
import { freePort } from './ports.js';
import { until } from './until.js';

const READY_MS = 30_000;
const MODULE = 'github.com/versity/versitygw';
const VERSION = 'v1.8.0';
const REGION = 'us-east-1';

/** The usual names of the environment, as the SDK reads them. */
export interface S3Environment extends Readonly<Record<string, string>> {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  readonly AWS_REGION: string;
}

/** Makes buckets on a server that runs, ours or another. */
export interface S3Buckets {
  readonly endpoint: string;
  /** Credentials of the owner. */
  readonly env: S3Environment;
  /** What the server is: `versitygw v1.8.0`. */
  readonly version: string;
  /** Makes an empty bucket of this name, which must be new, and answers the FILES_URL of `prefix` in it. */
  bucket(name: string, prefix?: string): Promise<string>;
}

export interface S3 extends S3Buckets {
  /** The FILES_URL of a bucket that is there from the start. */
  readonly filesUrl: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** versitygw on a folder: it checks signatures, ranges, multipart uploads and conditions as S3 does. */
export async function startS3(): Promise<S3> {
  const binary = await installS3();
  const home = freshFolder('s3');
  const data = join(home, 'data');
  mkdirSync(data);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = { AWS_ACCESS_KEY_ID: 'engine-kit', AWS_SECRET_ACCESS_KEY: 'secret-of-the-engine-kit', AWS_REGION: REGION };
  let server: OwnedProcess;
  const start = async () => {
    server = new OwnedProcess({
      name: 'versitygw',
      command: binary,
      args: ['--port', `127.0.0.1:${port}`, '--region', REGION, '--quiet', 'posix', data],
      log: join(home, 'versitygw.log'),
      cwd: home,
      env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY },
    });
    await until('versitygw', READY_MS, () => {
      server.mustRun();
      return asked(endpoint, env, (client) => client.send(new ListBucketsCommand({})));
    });
  };
  await start();
  const buckets = s3At(endpoint, env, `versitygw ${versionOf(binary)}`);
  await ran('S3', buckets.version);
  return {
    ...buckets,
    filesUrl: await buckets.bucket('files', 'kit'),
    kill: () => server.kill(),
    start,
    stop: async () => {
      await server.stop();
      removeFolder(home);
    },
  };
}

export function s3At(endpoint: string, env: S3Environment, version: string): S3Buckets {
  return {
    endpoint,
    env,
    version,
    bucket: async (name, prefix = 'files') => {
      await asked(endpoint, env, (client) => client.send(new CreateBucketCommand({ Bucket: name })));
      return `s3://${name}/${prefix}?endpoint=${endpoint}&region=${env.AWS_REGION}`;
    },
  };
}

/** Builds the server once; answers where its program is. */
export async function installS3(): Promise<string> {
  const folder = await cached(`versitygw-${VERSION}`, async (filling) => {
    if (!onPath('go')) throw new Error('Please install Go 1.25 or newer: the S3 server of the engine tests is built by it.');
    await run('go', ['install', `${MODULE}/cmd/versitygw@${VERSION}`], { ...process.env, GOBIN: filling });
  });
  return join(folder, 'versitygw');
}

async function asked<T>(endpoint: string, env: S3Environment, ask: (client: S3Client) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({ endpoint, region: env.AWS_REGION, credentials, forcePathStyle: true, maxAttempts: 1 });
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

/** The module's version as the Go linker wrote it into the program; its own `--version` knows only how it was built. */
function versionOf(binary: string): string {
  const mark = `mod\t${MODULE}\t`;
  const program = readFileSync(binary);
  const at = program.indexOf(mark) + mark.length;
  return program.subarray(at, program.indexOf('\t', at)).toString();
}
