import { join } from 'node:path';
import { createTopics, readSettings } from '#service';
import { OwnedProcess } from '../kit/owned.js';
import type { S3Environment } from '../kit/s3.js';
import { until } from '../kit/until.js';

export const STAFF_KEY = 'staff-key-of-the-column-0123456789';
const READY_MS = 60_000;

/** What a process of the servers column is. */
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
      env: { ...this.env, PORT: String(this.port), ...more },
      stopSignal: 'SIGTERM',
    });
  }

  async ready(): Promise<void> {
    await until(`${this.role} on ${this.port} is ready`, READY_MS, async () => {
      this.#process?.mustRun();
      return (await fetch(`${this.base}/healthz/ready`)).ok || undefined;
    });
  }

  /** How it ended; null while it runs, and where a signal ended it. */
  get exitCode(): number | null {
    return this.#process?.exitCode ?? null;
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

export type ProcessEnvironment = Readonly<Record<string, string>>;

/** Where the engines of a column are. */
export interface EngineAddresses {
  readonly eventStoreUrl: string;
  readonly bootstrap: readonly string[];
  readonly databaseUrl: string;
  readonly filesUrl: string;
  readonly s3: S3Environment;
  readonly publicUrl: string;
  /** What is to be otherwise. */
  readonly more: ProcessEnvironment;
}

/** The environment that all processes of a column share. */
export function environmentOf({
  eventStoreUrl,
  bootstrap,
  databaseUrl,
  filesUrl,
  s3,
  publicUrl,
  more,
}: EngineAddresses): ProcessEnvironment {
  return {
    PATH: process.env['PATH'] ?? '',
    ENGINES: 'servers',
    SANDBOX: 'true',
    EVENT_STORE_URL: eventStoreUrl,
    KAFKA_BROKERS: bootstrap.join(','),
    DATABASE_URL: databaseUrl,
    FILES_URL: filesUrl,
    ...s3,
    PUBLIC_URL: publicUrl,
    STAFF_API_KEY: STAFF_KEY,
    URL_SIGNING_KEY: 'signing-key-of-the-column-0123456789',
    RENDER_WORKERS: '1',
    LOG_LEVEL: 'warn',
    ...more,
  };
}

/** Makes the product's topics, as its command line does. */
export async function makeTopics(env: ProcessEnvironment): Promise<void> {
  const { kafka } = readSettings(env);
  if (kafka === undefined) throw new Error('there are no brokers');
  await until('the topics are made', READY_MS, async () => {
    await createTopics(kafka, { replicas: 1, report: () => undefined });
    return true;
  });
}

export interface ProcessParts {
  readonly counts: Readonly<Record<Role, number>>;
  /** One for each, apis first. */
  readonly ports: readonly number[];
  readonly env: ProcessEnvironment;
  /** Where they run, and what they say is kept. */
  readonly folder: string;
}

/** So many processes of each kind, not yet begun. */
export function processesOf({ counts, ports, env, folder }: ProcessParts): readonly RoleProcess[] {
  const roles = (Object.entries(counts) as [Role, number][]).flatMap(([role, count]) => Array<Role>(count).fill(role));
  return roles.map((role, n) => {
    const own = role === 'render-worker' ? { WORKER_ID: `worker-${n}` } : {};
    return new RoleProcess(role, ports[n] as number, { ...env, ...own }, folder);
  });
}

/** Starts them all, and tells what each has said where one does not become ready. */
export async function startAll(processes: readonly RoleProcess[]): Promise<void> {
  try {
    await Promise.all(processes.map((each) => each.start()));
  } catch (error) {
    const said = processes.map((each) => `${each.role} ${each.port}: ${each.said().slice(-2_000)}`).join('\n');
    throw new Error(`the column did not start: ${String(error)}\n${said}`, { cause: error });
  }
}
