import { askDesk } from './desk.client.js';
import { type EventStoreServer, startEventStore } from './event-store.js';
import { type Kafka, startKafka } from './kafka.js';
import { postgresAt, type PostgresDatabases, startPostgres } from './postgres.js';
import { type S3Buckets, type S3Environment, s3At, startS3 } from './s3.js';

/** Engines that all test files use side by side: names (topics, databases, buckets, streams) must be of the asking file alone. */

export type SharedKafka = Pick<Kafka, 'bootstrap' | 'version'>;
export type SharedS3 = { readonly endpoint: string; readonly env: S3Environment; readonly version: string };
export type SharedEventStore = Pick<EventStoreServer, 'url' | 'kind' | 'version'>;

/**
 * One broker. It is not to be harmed: who kills or cuts starts one of their own. Who cannot choose the names of topics asks for that of a
 * `lane`, where nobody else is at the same time.
 */
export async function sharedKafka(lane?: string): Promise<SharedKafka> {
  return (await askDesk<SharedKafka>('kafka', lane)) ?? own(`kafka ${lane ?? ''}`, startKafka);
}

export async function sharedPostgres(): Promise<PostgresDatabases> {
  const answer = await askDesk<{ readonly url: string }>('postgres');
  return answer ? postgresAt(answer.url) : own('postgres', startPostgres);
}

export async function sharedS3(): Promise<S3Buckets> {
  const answer = await askDesk<SharedS3>('s3');
  return answer ? s3At(answer.endpoint, answer.env, answer.version) : own('s3', startS3);
}

/** A fault would meet whoever asks next: tests of faults start a double of their own. */
export async function sharedEventStore(): Promise<SharedEventStore> {
  return (await askDesk<SharedEventStore>('event-store')) ?? own('event-store', startEventStore);
}

/** Without a desk (a program of its own, or jest with another configuration): this process's own, once. */
function own<T>(name: string, start: () => Promise<T>): Promise<T> {
  const started = (owned.get(name) as Promise<T> | undefined) ?? start();
  owned.set(name, started);
  return started;
}

const owned = new Map<string, Promise<unknown>>();
