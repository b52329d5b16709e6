import { accepted, type Aggregate, type Fact } from '#event-sourcing';

export type Added = Fact<'Added', { readonly amount: number }>;

export interface Count {
  readonly sum: number;
  readonly times: number;
}

/** The smallest aggregate that shows a lost or doubled command: it counts what was added, and how often. */
export function counting(prefix: string): Aggregate<Count, Added> {
  return {
    prefix,
    initial: { sum: 0, times: 0 },
    evolve: ({ sum, times }, { data }) => ({ sum: sum + data.amount, times: times + 1 }),
    settle: () => [],
    sizeOf: () => 32,
  };
}

/** The command: two facts, so that an append cut in half would show. */
export function add(amount: number) {
  return () => accepted<Added>({ type: 'Added', data: { amount } }, { type: 'Added', data: { amount: -amount } });
}
export const FACTS_PER_COMMAND = 2;
