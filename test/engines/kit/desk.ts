// Holds the engines that all test files share, each started for the first who asks: `node test/launch.mjs test/engines/kit/desk.ts`.
// One line of JSON on stdout says where it listens, once everything is installed; it ends with its standard input.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SharedEngine } from './desk.client.js';
import { startEventStore } from './event-store.js';
import { installKafka, startKafka } from './kafka.js';
import { installPostgres, startPostgres } from './postgres.js';
import { installS3, startS3 } from './s3.js';

type Stoppable = { stop(): Promise<void> };

const start: Readonly<Record<SharedEngine, () => Promise<Stoppable>>> = {
  kafka: startKafka,
  postgres: startPostgres,
  s3: startS3,
  'event-store': startEventStore,
};
/** By engine and lane. */
const started = new Map<string, Promise<Stoppable>>();
const versions = new Map<string, Set<string>>();

await installAll();
const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500, { connection: 'close' }).end(String(error)),
  );
}).listen(0, '127.0.0.1');
await once(server, 'listening');
// What the engines that are started here really are, they note here too.
process.env['ENGINE_DESK'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
console.log(JSON.stringify({ desk: process.env['ENGINE_DESK'] }));

process.stdin.resume();
process.stdin.on('end', () => void end());

async function answer(request: IncomingMessage): Promise<unknown> {
  const asked = request.url?.slice(1) ?? '';
  if (asked === 'ran') return request.method === 'POST' ? note(request) : table();
  const [name = ''] = asked.split('/');
  if (!isEngine(name)) throw new Error(`There is no engine ${name}.`);
  const engine = started.get(asked) ?? start[name]();
  started.set(asked, engine);
  return engine;
}

async function note(request: IncomingMessage): Promise<null> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { engine, version } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly engine: string; readonly version: string };
  versions.set(engine, (versions.get(engine) ?? new Set()).add(version));
  return null;
}

function table(): Record<string, string[]> {
  return Object.fromEntries([...versions].sort().map(([engine, of]) => [engine, [...of].sort()]));
}

/** First of all, for it may take minutes, which no test should wait for. What cannot be had is told, and missed by who asks for it. */
async function installAll(): Promise<void> {
  const results = await Promise.allSettled([installKafka('3.9.2').then(() => installKafka('4.4.0')), installPostgres(), installS3()]);
  for (const result of results) if (result.status === 'rejected') console.error(String(result.reason));
}

async function end(): Promise<void> {
  const engines = await Promise.allSettled(started.values());
  for (const engine of engines) if (engine.status === 'fulfilled') await engine.value.stop();
  process.exit(0);
}

function isEngine(name: string): name is SharedEngine {
  return Object.hasOwn(start, name);
}
