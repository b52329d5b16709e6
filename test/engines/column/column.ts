import { join } from 'node:path';
import { createTopics, readSettings } from '#service';
import { Client } from '../../e2e/client.js';
import { type EventStoreServer, startEventStore } from '../kit/event-store.js';
import { type Kafka, startKafka } from '../kit/kafka.js';
import { freshFolder, OwnedProcess, removeFolder } from '../kit/owned.js';
import { freePort } from '../kit/ports.js';
import { type Postgres, startPostgres } from '../kit/postgres.js';
import { type S3, startS3 } from '../kit/s3.js';
import { until } from '../kit/until.js';

export const STAFF_KEY = 'staff-key-of-the-column-0123456789';
const READY_MS = 60_000;

export type Role = 'api' | 'processor' | 'render-worker';

/** One process of the service, built, with its health on a port of its own. */
export class RoleProcess {
  #process: OwnedProcess | undefined;

  constructor(
    readonly role: Role,
    readonly port: number,
    private readonly env: NodeJS.ProcessEnv,
    private readonly folder: string,
  ) {}

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Begins it, and resolves when it is ready; `more` changes its environment. */
  async start(more: NodeJS.ProcessEnv = {}): Promise<void> {
    this.begin(more);
    await this.ready();
  }

  begin(more: NodeJS.ProcessEnv = {}): void {
    this.#process = new OwnedProcess({
      name: `${this.role} on ${this.port}`,
      command: process.execPath,
      args: [join(process.cwd(), `dist/standalone/${this.role}.js`)],
      log: join(this.folder, `${this.role}-${this.port}.log`),
      cwd: this.folder,
      env: { ...this.env, ...more, PORT: String(this.port) },
      stopSignal: 'SIGTERM',
    });
  }

  async ready(): Promise<void> {
    await until(`${this.role} on ${this.port} is ready`, READY_MS, async () => {
      this.#process?.mustRun();
      return (await fetch(`${this.base}/healthz/ready`)).ok || undefined;
    });
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  /** All that it has said. */
  said(): string {
    return this.#process?.said() ?? '';
  }

  freeze(): void {
    this.#process?.freeze();
  }

  thaw(): void {
    this.#process?.thaw();
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }
}

export interface ColumnOptions {
  readonly apis?: number;
  readonly processors?: number;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole servers column: engines of its own, topics made, and so many processes of each kind. */
export interface Column {
  readonly kafka: Kafka;
  readonly postgres: Postgres;
  readonly s3: S3;
  readonly eventStore: EventStoreServer;
  readonly apis: readonly RoleProcess[];
  readonly processors: readonly RoleProcess[];
  readonly workers: readonly RoleProcess[];
  /** The environment that all processes share. */
  readonly env: Readonly<Record<string, string>>;
  /** Speaks to the n-th api as staff. */
  client(n?: number): Client;
  stop(): Promise<void>;
}

export async function startColumn({ apis = 2, processors = 2, workers = 2, env: more = {} }: ColumnOptions = {}): Promise<Column> {
  const folder = freshFolder('column');
  const [kafka, postgres, s3, eventStore] = await Promise.all([startKafka(), startPostgres(), startS3(), startEventStore()]);
  const ports = await Promise.all(Array.from({ length: apis + processors + workers }, freePort));
  const env = {
    PATH: process.env['PATH'] ?? '',
    ENGINES: 'servers',
    SANDBOX: 'true',
    EVENT_STORE_URL: eventStore.url,
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    DATABASE_URL: await postgres.database('credits'),
    FILES_URL: s3.filesUrl,
    ...s3.env,
    PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
    STAFF_API_KEY: STAFF_KEY,
    URL_SIGNING_KEY: 'signing-key-of-the-column-0123456789',
    RENDER_WORKERS: '1',
    LOG_LEVEL: 'warn',
    ...more,
  };
  const settings = readSettings(env);
  if (settings.kafka === undefined) throw new Error('there are no brokers');
  const { kafka: connection } = settings;
  await until('the topics are made', READY_MS, async () => {
    await createTopics(connection, { replicas: 1, report: () => undefined });
    return true;
  });
  const roles: Role[] = [
    ...Array<Role>(apis).fill('api'),
    ...Array<Role>(processors).fill('processor'),
    ...Array<Role>(workers).fill('render-worker'),
  ];
  const all = roles.map((role, n) => {
    const own = role === 'render-worker' ? { WORKER_ID: `worker-${n}` } : {};
    return new RoleProcess(role, ports[n] as number, { ...env, ...own }, folder);
  });
  const of = (role: Role): readonly RoleProcess[] => all.filter((each) => each.role === role);
  const stopped = async (): Promise<void> => {
    await Promise.all(all.map((each) => each.stop()));
    await Promise.all([kafka.stop(), postgres.stop(), s3.stop(), eventStore.stop()]);
    removeFolder(folder);
  };
  try {
    await Promise.all(all.map((each) => each.start()));
  } catch (error) {
    const said = all.map((each) => `${each.role} ${each.port}: ${each.said().slice(-2_000)}`).join('\n');
    await stopped();
    throw new Error(`the column did not start: ${String(error)}\n${said}`, { cause: error });
  }
  return {
    kafka,
    postgres,
    s3,
    eventStore,
    apis: of('api'),
    processors: of('processor'),
    workers: of('render-worker'),
    env,
    client: (n = 0) => new Client((of('api')[n] as RoleProcess).base, STAFF_KEY),
    stop: stopped,
  };
}

/** Lets a fault last: there is no condition to wait for but the time itself. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
