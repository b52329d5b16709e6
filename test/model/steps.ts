import type { CycleLength } from './calendar.js';

/** What a plan gives per cycle, by plan id; the plan `trial` is known besides. */
export interface Catalogue {
  readonly every: CycleLength;
  readonly credits: Readonly<Record<string, number>>;
}

/** The shipped plans (rule 1) with one cycle length for all of them. */
export function shippedPlans(every: CycleLength): Catalogue {
  return {
    every,
    credits: {
      'artist-basic': 1,
      'artist-advanced': 1,
      'artist-premium': 2,
      'gallery-basic': 4,
      'gallery-advanced': 8,
      'gallery-premium': 16,
    },
  };
}

/** The account every history is about. */
export const accountId = 'a-1';

export type GrantSource = 'purchase' | 'goodwill';

/** Which allotment to revoke: that of a grant, or the n-th (from 0) of those the view lists at that instant. */
type AllotmentRef = { readonly grantKey: string } | { readonly nth: number };

/** What can happen to an account. A video is named by the key that created it. */
export type Happening =
  | { readonly kind: 'createVideo'; readonly key: string }
  | { readonly kind: 'cancelVideo'; readonly video: string }
  | { readonly kind: 'renderStarted'; readonly video: string; readonly attempt: number }
  | { readonly kind: 'renderCompleted'; readonly video: string; readonly attempt: number }
  | { readonly kind: 'renderFailed'; readonly video: string; readonly attempt: number; readonly retryable: boolean }
  | { readonly kind: 'leaseLost'; readonly video: string; readonly attempt: number }
  | {
      readonly kind: 'grant';
      readonly key: string;
      readonly credits: number;
      readonly source: GrantSource;
      readonly validFrom?: string;
      readonly expiresAt?: string;
    }
  | { readonly kind: 'revoke'; readonly allotment: AllotmentRef }
  | { readonly kind: 'billing'; readonly type: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'settle' }
  | { readonly kind: 'pass' };

/** A happening at an instant of the business clock (milliseconds); it never decreases within a history. */
export type Step = Happening & { readonly now: number };

export type VideoOutcome = 'in-progress' | 'ready' | 'failed' | 'cancelled';

/** What a step answers. `applied` and `nothing-new` are told apart only for exact repeats (see `sameResult`). */
export type StepResult =
  | { readonly kind: 'accepted'; readonly replayed: boolean }
  | { readonly kind: 'insufficient'; readonly available: 0; readonly nextRenewalAt: string | null }
  | { readonly kind: 'video'; readonly outcome: VideoOutcome }
  | {
      readonly kind: 'refused';
      readonly code: 'unknown-video' | 'already-started' | 'unknown-allotment' | 'nothing-to-revoke' | 'invalid-grant';
    }
  | { readonly kind: 'granted'; readonly replayed: boolean }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'nothing-new' }
  | { readonly kind: 'parked' }
  | { readonly kind: 'none' };

export type Source = 'plan' | 'trial' | 'purchase' | 'goodwill';

export interface AllotmentShown {
  readonly source: Source;
  readonly quantity: number;
  readonly remaining: number;
  readonly validFrom: string;
  readonly expiresAt: string | null;
}

/** The `credits` object without ids and position, its allotments sorted by `inShownOrder`. */
export interface View {
  readonly status: 'active' | 'past-due' | 'renewal-pending' | 'paused' | 'trial' | 'ended' | 'none';
  readonly planId: string | null;
  readonly creditsPerCycle: number | null;
  readonly available: number;
  readonly upcoming: number;
  readonly inProgress: number;
  readonly usedThisCycle: number;
  readonly cycle: { readonly start: string; readonly end: string } | null;
  readonly nextRenewalAt: string | null;
  readonly nextPlanId: string | null;
  readonly endsAt: string | null;
  readonly allotments: readonly AllotmentShown[];
}

/** An account that can be compared with the reference: the real one behind an adapter, or the reference itself. */
export interface AccountUnderTest {
  apply(step: Step): StepResult | Promise<StepResult>;
  /** What a read at `at` shows: mostly the last step's instant, also earlier and later ones (`inProgress` counts only now). */
  view(at: number): View | Promise<View>;
}

/** Soonest end first, never-ending last, then by what else is shown, so that equal sets compare equal. */
export function inShownOrder(allotments: readonly AllotmentShown[]): AllotmentShown[] {
  const key = (one: AllotmentShown) =>
    [one.expiresAt ?? '~', one.source, one.validFrom, String(one.quantity).padStart(9), String(one.remaining).padStart(9)].join('|');
  return [...allotments].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

export const iso = (instant: number): string => new Date(instant).toISOString();
