import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Environment, expectVerified, removeFolder, type RunningService } from '../../e2e/service.js';
import { type RunningDouble, startDouble } from '../double/start-double.js';
import { ran } from '../kit/desk.client.js';
import { freePort } from '../kit/ports.js';
import { sharedKafka, sharedPostgres, sharedS3 } from '../kit/shared.js';
import { until } from '../kit/until.js';
import { InTurn, InTurnClient } from './in-turn.network.js';
import { environmentOf, makeTopics, type ProcessEnvironment, processesOf, type RoleProcess, STAFF_KEY, startAll } from './processes.js';
import { expectInOrder } from './published.js';
import { clearTopics } from './topics.js';

const COUNTS = { api: 2, processor: 2, 'render-worker': 2 };
const NO_WORKERS = { ...COUNTS, 'render-worker': 0 };
const REFUSED_MS = 30_000;

/** What one folder stands for: a log, a database and a bucket of its own. The topics have fixed names, so a broker is one folder's at a time: each worker of jest has its own. */
interface Ground {
  readonly double: RunningDouble;
  readonly env: ProcessEnvironment;
  /** Apis first. */
  readonly ports: readonly number[];
  /** Between the clients and the apis; it outlives the processes, as clients do. */
  readonly network: InTurn;
}

const grounds = new Map<string, Ground>();
let current: ColumnService | undefined;

/** The whole servers column in the place of the embedded service: two apis, two processors, two render workers where they are wanted. */
export class ColumnService implements RunningService {
  readonly client: InTurnClient;

  private constructor(
    readonly folder: string,
    private readonly ground: Ground,
    private readonly processes: readonly RoleProcess[],
  ) {
    this.client = new InTurnClient(ground.network, STAFF_KEY);
  }

  static async start(folder: string, environment: Environment = {}): Promise<ColumnService> {
    if (current !== undefined && current.folder !== folder) throw new Error(`the brokers are in use by ${current.folder}`);
    const ground = grounds.get(folder) ?? (await freshGround(folder));
    grounds.set(folder, ground);
    const { PORT: _fixed, ...settings } = environment;
    const env = { ...ground.env, RENDER_WORKERS: '0', TMPDIR: folder, ...settings };
    const counts = env.RENDER_WORKERS === '0' ? NO_WORKERS : COUNTS;
    const service = new ColumnService(folder, ground, processesOf({ counts, ports: ground.ports, env, folder }));
    current = service;
    ground.network.restarted();
    try {
      await startAll(service.processes);
    } catch (error) {
      await service.#remove();
      throw error;
    }
    return service;
  }

  /** An api with settings that it is to refuse. */
  static async refused(folder: string, environment: Environment = {}): Promise<{ readonly code: number | null; readonly said: string }> {
    const port = await freePort();
    const nowhere = {
      eventStoreUrl: 'esdb://127.0.0.1:1?tls=false',
      bootstrap: ['127.0.0.1:1'],
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      filesUrl: 's3://bucket/files',
      s3: { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_REGION: 'none' },
      publicUrl: `http://127.0.0.1:${port}`,
      more: {},
    };
    const env = { ...(grounds.get(folder)?.env ?? environmentOf(nowhere)), ...environment };
    const [api] = processesOf({ counts: { ...NO_WORKERS, processor: 0, api: 1 }, ports: [port], env, folder });
    if (api === undefined) throw new Error('there is no api');
    const wrongPort = environment['PORT'];
    api.begin(wrongPort === undefined ? {} : { PORT: wrongPort });
    await until('the api has refused', REFUSED_MS, () => !api.running || undefined);
    return { code: api.exitCode, said: api.said() };
  }

  async stop(): Promise<number | null> {
    const running = this.processes.filter((each) => each.running);
    await Promise.all(running.map((each) => each.stop()));
    return running.map(({ exitCode }) => exitCode).find((code) => code !== 0) ?? 0;
  }

  async kill(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.kill()));
  }

  async finish(): Promise<void> {
    try {
      if (this.processes.every(({ running }) => running)) {
        await expectVerified(this.client);
        await expectInOrder(this.ground.env, this.client);
      }
    } finally {
      await this.#remove();
    }
  }

  async #remove(): Promise<void> {
    await this.stop();
    await this.ground.double.stop();
    grounds.delete(this.folder);
    removeFolder(this.folder);
    current = undefined;
  }

  async leftByRenders(): Promise<readonly string[]> {
    const folder = join(this.folder, 'video-credits-render');
    if (!existsSync(folder)) return [];
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }
}

/** A log of its own always: who is given EVENT_STORE_URL cannot empty that server between two folders. */
async function freshGround(folder: string): Promise<Ground> {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '-');
  const counts = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
  const [kafka, postgres, s3, double] = await Promise.all([
    sharedKafka(process.env['JEST_WORKER_ID']),
    sharedPostgres(),
    sharedS3(),
    startDouble({ tls: true, credentials: 'admin:changeit' }),
  ]);
  await ran('Event store', 'EventStoreDB protocol double');
  const ports = await Promise.all(Array.from({ length: counts }, freePort));
  const env = environmentOf({
    eventStoreUrl: double.url,
    bootstrap: kafka.bootstrap,
    databaseUrl: await postgres.database(name),
    filesUrl: await s3.bucket(name),
    s3: s3.env,
    publicUrl: `http://127.0.0.1:${ports[0]}`,
    more: {},
  });
  await clearTopics(kafka.bootstrap);
  await makeTopics(env);
  const bases = ports.slice(0, COUNTS.api).map((port) => `http://127.0.0.1:${port}`);
  return { double, env, ports, network: new InTurn(bases, STAFF_KEY) };
}
