import { brokenEventStores } from './event-store.broken.js';
import { eventStoreClauses } from './event-store.contract.js';
import type { MemoryEventStore } from './memory-event-store.js';

const finds = brokenEventStores.flatMap(({ store, foundBy }) => foundBy.map((beginning) => ({ store, beginning })));

describe('the contract of an event store finds', () => {
  it.each(finds.map((find) => [find.store.name, find.beginning, find] as const))(
    '%s: "%s…"',
    async (_name, _beginning, { store, beginning }) => {
      const clauses = eventStoreClauses.filter(({ sentence }) => sentence.startsWith(beginning));
      expect(clauses).toHaveLength(1);
      await expect(clauses[0]?.run(underTest(store.create()))).rejects.toThrow();
    },
  );

  it('something broken with every one of its clauses', () => {
    const idle = eventStoreClauses.filter(({ sentence }) => !finds.some(({ beginning }) => sentence.startsWith(beginning)));
    expect(idle.map(({ sentence }) => sentence)).toEqual([]);
  });
});

function underTest(store: MemoryEventStore) {
  return {
    store,
    namespace: 'test-',
    patienceMs: 100,
    reopen: async () => {
      await store.close();
      return store.reopen();
    },
    dispose: () => store.close(),
  };
}
