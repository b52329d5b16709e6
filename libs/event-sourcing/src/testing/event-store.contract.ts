import { appendClauses } from './event-store.append-clauses.js';
import { logClauses } from './event-store.log-clauses.js';
import { readClauses } from './event-store.read-clauses.js';
import type { Clause, StoreUnderTest } from './event-store.under-test.js';

export const eventStoreClauses: readonly Clause[] = [...appendClauses, ...readClauses, ...logClauses];

/** The tests that every event store passes. `makeStore` makes a fresh store, or a fresh namespace in a living one. */
export function eventStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of an event store:`, () => {
    it.each(eventStoreClauses.map((clause) => [clause.sentence, clause] as const))('%s', async (_sentence, clause) => {
      const test = await makeStore();
      try {
        await clause.run(test);
      } finally {
        await test.dispose();
      }
    });
  });
}
