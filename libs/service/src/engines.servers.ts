import { keyAggregate } from '#access';
import { clockAggregate } from '#credits';
import { isEngineUnavailable, untilAvailable } from '#event-sourcing';
import { ConnectionStringError, EventStoreDbStore } from '#event-sourcing/eventstoredb';
import { PostgresDatabase, PostgresOwnership, PostgresReadModels } from '#event-sourcing/postgres';
import { FilesUrlError, S3Files } from '#files/s3';
import { ACCOUNT_PREFIX, artworkAggregate } from '#videos';
import { type EngineName, type Engines, type EngineSurroundings, type LogEngines, StartRefusedError } from './engines.port.js';
import { openKafka } from './queue.kafka.js';
import type { ServerSettings } from './settings.js';

/** Prefixes of the streams that this product writes. */
const STREAMS = [ACCOUNT_PREFIX, artworkAggregate.prefix, keyAggregate.prefix, clockAggregate.prefix];
/** An engine that answers later than so counts as away, ms. */
const PING_MS = 3_000;

/**
 * The servers column. Waits for the event store and the files, without which nothing can begin; the queue and the read models are
 * connected to with their first use. Throws StartRefusedError for an address that cannot be right.
 */
export async function openServers(servers: ServerSettings, sandbox: boolean, surroundings: EngineSurroundings): Promise<Engines> {
  const { clock, log } = surroundings;
  const patience = { clock, log, signal: new AbortController().signal };
  const waitFor = async <T>(name: EngineName, open: () => Promise<T>): Promise<T> => {
    const opened = await untilAvailable(open, { ...patience, name });
    if (opened === undefined) throw new Error('nobody ends this wait');
    return opened.value;
  };

  const { eventStoreUrl: url, kafka, databaseUrl, filesUrl } = servers;
  const store = await refusing('EVENT_STORE_URL', () => waitFor('event store', () => openStore(url, sandbox, surroundings)));
  const files = await refusing('FILES_URL', () => waitFor('files', () => S3Files.open({ url: filesUrl, log })));
  const queue = openKafka(kafka, surroundings);
  const database = new PostgresDatabase({ url: databaseUrl, log });
  const readModels = new PostgresReadModels(database);
  const pings: readonly (readonly [EngineName, () => Promise<unknown>])[] = [
    ['event store', () => store.ping()],
    ['message queue', () => queue.ping()],
    ['read models', () => database.ping()],
    ['files', () => files.ping()],
  ];
  let asked: Promise<readonly EngineName[]> | undefined;
  return {
    store,
    queue,
    readModels,
    files,
    ownership: new PostgresOwnership(database),
    // Who asks while they are being asked gets the same answer.
    away() {
      return (asked ??= unanswered().finally(() => (asked = undefined)));
    },
    async close() {
      await queue.close();
      await store.close();
      await readModels.close();
      files.close();
    },
  };

  async function unanswered(): Promise<readonly EngineName[]> {
    const answers = await Promise.all(pings.map(async ([name, ping]) => ((await answersInTime(ping)) ? [] : [name])));
    return answers.flat();
  }

  async function answersInTime(ping: () => Promise<unknown>): Promise<boolean> {
    const over = new AbortController();
    try {
      const late = clock.sleep(PING_MS, over.signal).then(() => false);
      return await Promise.race([ping().then(() => true), late]);
    } catch (error) {
      if (!isEngineUnavailable(error)) throw error;
      return false;
    } finally {
      over.abort();
    }
  }
}

/** The log alone, and the queue, which is connected to with its first use. Waits for nobody: EngineUnavailableError where the log is away. */
export async function openServersLog(servers: ServerSettings, sandbox: boolean, surroundings: EngineSurroundings): Promise<LogEngines> {
  const store = await refusing('EVENT_STORE_URL', () => openStore(servers.eventStoreUrl, sandbox, surroundings));
  const queue = openKafka(servers.kafka, surroundings);
  return {
    store,
    queue,
    async close() {
      await queue.close();
      await store.close();
    },
  };
}

function openStore(url: string, sandbox: boolean, { clock, log }: EngineSurroundings): Promise<EventStoreDbStore> {
  const warn = (fields: object, message: string): void => log(`${message} ${JSON.stringify(fields)}`);
  return EventStoreDbStore.open({ url, sandbox, clock, prefixes: STREAMS, log: { debug: () => undefined, warn } });
}

/** An address that cannot be right is the operator's to mend: it names its variable. */
async function refusing<T>(variable: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof ConnectionStringError || error instanceof FilesUrlError)
      throw new StartRefusedError(error.message.startsWith(variable) ? error.message : `${variable}: ${error.message}`);
    throw error;
  }
}
