import { startDouble } from '../double/start-double.js';
import type { Faults } from '../double/faults.js';
import { ran } from './desk.client.js';
import { until } from './until.js';

const READY_MS = 30_000;

/** Where a real server is, in the client's own words: `esdb://…`. Without it the protocol double serves. */
const REAL = 'EVENT_STORE_URL';

export interface EventStoreServer {
  /** For `EventStoreDBClient.connectionString`. */
  readonly url: string;
  readonly kind: 'real' | 'double';
  /** What it really is: `EventStoreDB 24.10.0`, or that it is the double. */
  readonly version: string;
  /** What can be told to go wrong; a real server takes no such orders. */
  readonly faults?: Faults;
  /** Ends the double; leaves a real server alone. */
  stop(): Promise<void>;
}

export async function startEventStore(): Promise<EventStoreServer> {
  const url = process.env[REAL];
  const server = url ? await theRealOne(url) : await theDouble();
  await ran('Event store', server.version);
  return server;
}

async function theDouble(): Promise<EventStoreServer> {
  const { url, faults, stop } = await startDouble();
  return { url, faults, stop, kind: 'double', version: 'EventStoreDB protocol double' };
}

async function theRealOne(url: string): Promise<EventStoreServer> {
  // Only here: the package is heavy, and its generated messages are global to the process.
  const { EventStoreDBClient } = await import('@eventstore/db-client');
  const client = EventStoreDBClient.connectionString(url);
  try {
    const version = await until(`the event store of ${REAL}`, READY_MS, async () => {
      for await (const _event of client.readAll({ maxCount: 1 })) continue;
      // The client asks the server for its version to know what it can, and keeps the answer to itself.
      const { serverVersion } = await (client as unknown as { readonly capabilities: Promise<{ readonly serverVersion: string }> })
        .capabilities;
      return serverVersion;
    });
    return { url, kind: 'real', version: `EventStoreDB ${version}`, stop: () => Promise.resolve() };
  } finally {
    await client.dispose();
  }
}
