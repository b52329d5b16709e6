import { randomUUID } from 'node:crypto';
import { systemMachineClock } from '#event-sourcing';
import { EventStoreDbStore } from '#event-sourcing/eventstoredb';
import { eventStoreContract, type StoreUnderTest } from '#event-sourcing/testing';
import { type EventStoreServer, startEventStore } from './kit/event-store.js';

// Whatever server is given: nothing here knows which one it is, and its log may hold anything already.
let server: EventStoreServer;

beforeAll(async () => {
  server = await startEventStore();
});

afterAll(() => server.stop());

const quiet = { debug: () => undefined, warn: () => undefined };

function onServer(prefixed: boolean): () => Promise<StoreUnderTest> {
  return async () => {
    const namespace = `contract-${randomUUID()}-`;
    const open = () =>
      EventStoreDbStore.open({
        url: server.url,
        sandbox: true,
        clock: systemMachineClock,
        log: quiet,
        prefixes: prefixed ? ['account-', namespace] : [],
      });
    let store = await open();
    return {
      store,
      namespace,
      patienceMs: 10_000,
      reopen: async () => {
        await store.close();
        store = await open();
        return store;
      },
      dispose: () => store.close(),
    };
  };
}

eventStoreContract('the store on EventStoreDB', onServer(false));
eventStoreContract('the store on EventStoreDB that shares its log with other programs', onServer(true));
