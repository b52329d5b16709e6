import fc from 'fast-check';
import type { CycleLength } from './calendar.js';

/** What somebody does next, in numbers that mean something only together with what went before (see `tellHistory`). */
export type Move =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'waitForBoundary'; readonly nth: number; readonly offset: number }
  | { readonly do: 'create'; readonly times: number }
  | { readonly do: 'createAgain' | 'cancel'; readonly pick: number }
  | {
      readonly do: 'render';
      readonly pick: number;
      readonly attempt: number;
      readonly says: 'renderStarted' | 'renderCompleted' | 'leaseLost' | 'retryable' | 'forGood';
    }
  | {
      readonly do: 'grant';
      readonly credits: number;
      readonly source: 'purchase' | 'goodwill';
      readonly fromIn: number;
      readonly lasts: number | null;
    }
  | { readonly do: 'grantAgain' | 'revokeGrant' | 'revokeListed'; readonly pick: number }
  | { readonly do: 'trial'; readonly lasts: number | null }
  | { readonly do: 'purchase'; readonly payment: number; readonly credits: number; readonly lasts: number | null }
  | { readonly do: 'refundPurchase'; readonly payment: number }
  | { readonly do: 'refundPeriod' | 'fail'; readonly subscription: number; readonly ahead: boolean; readonly late: number }
  | ({ readonly do: SubscriptionMove } & Delivery & { readonly subscription: number; readonly plan: number; readonly jitter: number })
  | { readonly do: 'absurd'; readonly subscription: number; readonly field: string; readonly value: unknown }
  | { readonly do: 'settle' };

/** What a billing system decides about a subscription; each becomes one event of its whole state. */
export type SubscriptionMove =
  | 'start'
  | 'renew'
  | 'changePlan'
  | 'changePlanFromNow'
  | 'toYear'
  | 'shorten'
  | 'cancelAtEnd'
  | 'uncancel'
  | 'end'
  | 'pause'
  | 'resume'
  | 'owe'
  | 'startTrialing'
  | 'say';

interface Delivery {
  /** Milliseconds between the happening and its arrival; negative: it is announced for later. */
  readonly late: number;
  /** How long after the first arrival the same event arrives again, or null. */
  readonly again: number | null;
}

export interface RawHistory {
  readonly every: CycleLength;
  readonly begins: string;
  /** The plan (by its place in the catalogue) the first subscription starts with, or null to begin with nothing. */
  readonly opening: number | null;
  readonly moves: readonly Move[];
}

/** More than billing's clock is set apart by for one period told with several starts: no two such events are of one instant. */
export const LEAST_WAIT_MS = 3;
const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** Places in time where calendars go wrong, and ordinary ones. */
const begins = [
  '2027-01-01T00:00:00.000Z',
  '2027-01-31T10:00:00.000Z',
  '2028-01-30T23:59:59.999Z',
  '2028-02-29T00:00:00.000Z',
  '2027-08-31T12:30:00.000Z',
  '2027-05-15T08:00:00.001Z',
];

const pick = fc.nat({ max: 7 });
const offset = fc.constantFrom(0, -1, 1);
const lateness = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(2 * second, hour, 26 * hour) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 50 }).map((days) => days * day) },
  { weight: 1, arbitrary: fc.constantFrom(-hour, -5 * day) },
);
const again = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(0, second, 3 * day, 40 * day) },
);
const lasts = fc.constantFrom(null, day, 20 * day, 30 * day, 90 * day);

const subscriptionMoves: readonly (readonly [SubscriptionMove, number])[] = [
  ['start', 6],
  ['renew', 8],
  ['changePlan', 6],
  ['changePlanFromNow', 2],
  ['toYear', 2],
  ['shorten', 1],
  ['cancelAtEnd', 2],
  ['uncancel', 2],
  ['end', 2],
  ['pause', 2],
  ['resume', 3],
  ['owe', 2],
  ['startTrialing', 1],
  ['say', 1],
];

const subscriptionMove: fc.Arbitrary<Move> = fc.record({
  do: fc.oneof(...subscriptionMoves.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) }))),
  subscription: fc.constantFrom(0, 0, 0, 1),
  plan: fc.nat({ max: 5 }),
  jitter: fc.constantFrom(0, 0, 0, 0, 0, 60 * second, 3480 * second),
  late: lateness,
  again,
});

/** What cannot be right, field by field (rule 16). */
const absurdity: fc.Arbitrary<Move> = fc
  .constantFrom<readonly [string, unknown]>(
    ['planId', 'golden'],
    ['planId', ''],
    ['status', 'asleep'],
    ['interval', 'week'],
    ['periodEnd', 'tomorrow'],
    ['periodEnd', '2026-01-01T00:00:00.000Z'],
    ['periodEnd', '2099-01-01T00:00:00.000Z'],
    ['periodStart', 7],
    ['subscriptionId', 'no good'],
    ['cancelAtPeriodEnd', 'perhaps'],
    ['occurredAt', null],
  )
  .chain(([field, value]) => fc.constantFrom(0, 1).map((subscription) => ({ do: 'absurd' as const, subscription, field, value })));

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 14, arbitrary: subscriptionMove },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), times: fc.constantFrom(1, 1, 2, 4) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('waitForBoundary' as const), nth: fc.constantFrom(0, 0, 0, 1, 2), offset }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(LEAST_WAIT_MS, second, 3 * hour, day, 10 * day, 31 * day, 200 * day),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('render' as const),
      pick,
      attempt: fc.constantFrom(1, 1, 2, 3),
      says: fc.constantFrom(
        'renderStarted' as const,
        'renderCompleted' as const,
        'leaseLost' as const,
        'retryable' as const,
        'forGood' as const,
        'forGood' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('createAgain' as const, 'cancel' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('grant' as const),
      credits: fc.constantFrom(1, 2, 3, 1000, 0, 1001),
      source: fc.constantFrom('purchase' as const, 'goodwill' as const),
      fromIn: fc.constantFrom(0, 0, -day, day, 25 * day),
      lasts,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('grantAgain' as const, 'revokeGrant' as const, 'revokeListed' as const),
      pick: fc.nat({ max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trial' as const), lasts }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('purchase' as const), payment: fc.nat({ max: 2 }), credits: fc.constantFrom(1, 3, 0), lasts }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refundPurchase' as const), payment: fc.nat({ max: 2 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('refundPeriod' as const, 'fail' as const),
      subscription: fc.constantFrom(0, 1),
      ahead: fc.boolean(),
      late: fc.constantFrom(0, hour, 10 * day),
    }),
  },
  { weight: 1, arbitrary: absurdity },
  { weight: 2, arbitrary: fc.constant({ do: 'settle' as const }) },
);

/** Histories of one account, realistic and nasty, that shrink move by move. */
export const rawHistories = (moves: number): fc.Arbitrary<RawHistory> =>
  fc.record({
    every: fc.constantFrom('P30D' as const, 'P1M' as const),
    begins: fc.constantFrom(...begins),
    opening: fc.constantFrom(null, 0, 2, 3, 3, 4, 5, 5),
    moves: fc.array(move, { minLength: 1, maxLength: moves, size: 'max' }),
  });
