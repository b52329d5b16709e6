import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ran } from './desk.client.js';
import { fromDebian } from './installing.js';
import { freshFolder, OwnedProcess, removeFolder } from './owned.js';
import { freePort } from './ports.js';
import { until } from './until.js';

const READY_MS = 30_000;
const VERSIONS = '/usr/lib/postgresql';
const CONNECTIONS = 200;

/** Makes databases on a server that runs, ours or another. */
export interface PostgresDatabases {
  /** The server's own first database. */
  readonly url: string;
  /** What the server says that it is: `PostgreSQL 15.18`. */
  readonly version: string;
  /** A fresh database of this name, an older one dropped; answers its URL. */
  database(name: string): Promise<string>;
}

export interface Postgres extends PostgresDatabases {
  /** kill -9 of the server; its connections break. */
  kill(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Debian's PostgreSQL on a folder of its own. It survives `kill` either way; `durable` also waits for the disk, as crash tests and measurements must. */
export async function startPostgres({ durable = false }: { readonly durable?: boolean } = {}): Promise<Postgres> {
  await installPostgres();
  const home = freshFolder('postgres');
  const data = join(home, 'data');
  const log = join(home, 'postgres.log');
  const user = process.getuid?.() === 0 ? nobody() : undefined;
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(log, '');
  if (user) for (const path of [data, log]) chownSync(path, user.uid, user.gid);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const launch = (command: string, args: readonly string[]) =>
    new OwnedProcess({ name: command, command: join(binaries(), command), args, log, cwd: home, stopSignal: 'SIGQUIT', ...user });

  const initdb = launch('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']);
  await until('initdb', READY_MS, () => !initdb.running || undefined);
  if (!existsSync(join(data, 'PG_VERSION'))) initdb.mustRun();

  let server: OwnedProcess;
  const start = async () => {
    server = launch('postgres', settings({ data, port, durable }));
    await until('PostgreSQL', READY_MS, async () => {
      // After a kill the children of the killed server may hold its memory for a moment.
      if (!server.running && server.said().trimEnd().split('\n').slice(-3).join().includes('still in use')) {
        server = launch('postgres', settings({ data, port, durable }));
      }
      server.mustRun();
      return ask(url, 'SELECT 1').then(() => true);
    });
  };
  await start();
  const databases = await postgresAt(url);
  await ran('PostgreSQL', databases.version);
  return {
    ...databases,
    kill: () => server.kill(),
    start,
    stop: async () => {
      await server.stop();
      removeFolder(home);
    },
  };
}

/** A server that runs already, by the URL of a database of an owner who may make others. */
export async function postgresAt(url: string): Promise<PostgresDatabases> {
  const [row] = await ask(url, 'SHOW server_version');
  return {
    url,
    version: `PostgreSQL ${String(row?.['server_version']).split(' ')[0]}`,
    database: async (name) => {
      const quoted = pg.escapeIdentifier(name);
      await ask(url, `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
      await ask(url, `CREATE DATABASE ${quoted}`);
      const own = new URL(url);
      own.pathname = `/${encodeURIComponent(name)}`;
      return own.href;
    },
  };
}

export async function installPostgres(): Promise<void> {
  await fromDebian(['postgresql'], () => newest() !== undefined);
}

function settings({ data, port, durable }: { readonly data: string; readonly port: number; readonly durable: boolean }): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: CONNECTIONS,
    // In the data folder, so that a kill leaves nothing behind elsewhere.
    dynamic_shared_memory_type: 'mmap',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: READY_MS });
  // A connection that breaks also tells the one who waits for its answer.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function newest(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const versions = readdirSync(VERSIONS).filter((version) => existsSync(join(VERSIONS, version, 'bin/postgres')));
  return versions.sort((one, other) => Number(other) - Number(one))[0];
}

function binaries(): string {
  return join(VERSIONS, newest() as string, 'bin');
}

/** PostgreSQL refuses to run as root. */
function nobody(): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((user) => user.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (!uid || !gid) throw new Error('There is no user nobody to run PostgreSQL as.');
  return { uid: Number(uid), gid: Number(gid) };
}
