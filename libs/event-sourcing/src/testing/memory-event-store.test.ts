import { eventStoreContract, type StoreUnderTest } from './index.js';
import { MemoryEventStore, type MemoryEventStoreOptions } from './memory-event-store.js';

function inMemory(options?: MemoryEventStoreOptions): () => Promise<StoreUnderTest> {
  return async () => {
    let store = MemoryEventStore.create(options);
    return {
      store,
      namespace: 'test-',
      patienceMs: 5_000,
      reopen: async () => {
        await store.close();
        store = store.reopen();
        return store;
      },
      dispose: () => store.close(),
    };
  };
}

eventStoreContract('the store in memory', inMemory());
eventStoreContract('the store in memory with small positions', inMemory({ firstPosition: 1n, step: 1n }));
