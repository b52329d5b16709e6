import { Client } from '../../e2e/client.js';
import { type EventStoreServer, startEventStore } from '../kit/event-store.js';
import { type Kafka, startKafka } from '../kit/kafka.js';
import { freshFolder, removeFolder } from '../kit/owned.js';
import { freePort } from '../kit/ports.js';
import { type Postgres, startPostgres } from '../kit/postgres.js';
import { type S3, startS3 } from '../kit/s3.js';
import { environmentOf, makeTopics, processesOf, type RoleProcess, STAFF_KEY, startAll } from './processes.js';

export { RoleProcess, STAFF_KEY } from './processes.js';

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
  const env = environmentOf({
    eventStoreUrl: eventStore.url,
    bootstrap: kafka.bootstrap,
    databaseUrl: await postgres.database('credits'),
    filesUrl: s3.filesUrl,
    s3: s3.env,
    publicUrl: `http://127.0.0.1:${ports[0]}`,
    more,
  });
  await makeTopics(env);
  const all = processesOf({ counts: { api: apis, processor: processors, 'render-worker': workers }, ports, env, folder });
  const of = (role: RoleProcess['role']): readonly RoleProcess[] => all.filter((each) => each.role === role);
  const stopped = async (): Promise<void> => {
    await Promise.all(all.map((each) => each.stop()));
    await Promise.all([kafka.stop(), postgres.stop(), s3.stop(), eventStore.stop()]);
    removeFolder(folder);
  };
  try {
    await startAll(all);
  } catch (error) {
    await stopped();
    throw error;
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
