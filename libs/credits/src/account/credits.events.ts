import type { Source } from '#contracts';
import type { Fact } from '#event-sourcing';
import type { CycleLength } from '../calendar/calendar.js';

/** Instants in stored events are RFC 3339 UTC with milliseconds; `at` is when the event takes effect. */
type Moved = {
  allotmentId: string;
  /** Whole credits moved, at least 1. */
  credits: number;
  /** Available plus upcoming credits of the account just after this event. */
  balanceAfter: number;
  at: string;
};

/** The set of a plan names the subscription, the plan, and the cycle it belongs to. */
export type PlanSet = {
  subscriptionId: string;
  planId: string;
  periodStart: string;
  cycleStart: string;
  cycleEnd: string;
};

/** A set of credits was given together. */
export type CreditsAllotted = Fact<
  'CreditsAllotted',
  Moved & {
    source: Source;
    validFrom: string;
    expiresAt: string | null;
    reason: string;
    actor: string | null;
    ticket: string | null;
    plan: PlanSet | null;
  }
>;
/** One credit of an allotment pays for one video. */
export type CreditConsumed = Fact<'CreditConsumed', Moved & { videoId: string }>;
/** A video that was not delivered gives its credit back to the allotment it came from. `usedAt` is when it was used. */
export type CreditReturned = Fact<'CreditReturned', Moved & { videoId: string; usedAt: string }>;

/** Why credits ended: their own end, their cycle's end, the subscription's end, a plan's first set ending the trial. */
export type ExpiryReason = 'expired' | 'renewed' | 'ended' | 'trial-over';
/** What was left of an allotment ended with it. */
export type CreditsExpired = Fact<'CreditsExpired', Moved & { reason: ExpiryReason }>;
/** The unspent rest of an allotment was taken back, by support or a refund. */
export type CreditsRevoked = Fact<'CreditsRevoked', Moved & { reason: string; actor: string | null }>;

type Level = { available: number; nextRenewalAt: string | null; at: string };
/** What is available fell to the low mark. */
export type CreditsLow = Fact<'CreditsLow', Level>;
/** What is available fell to zero. */
export type CreditsExhausted = Fact<'CreditsExhausted', Level>;

export const billingStatuses = [
  'active',
  'trialing',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
  'ended',
] as const;
export type BillingStatus = (typeof billingStatuses)[number];

/** What billing said of a subscription (rules 15, 17), with what the catalogue said of its plan at that time (rule 2). */
export type SubscriptionRecorded = Fact<
  'SubscriptionRecorded',
  {
    subscriptionId: string;
    planId: string;
    planCredits: number;
    planCycle: CycleLength;
    interval: string;
    status: BillingStatus;
    periodStart: string;
    periodEnd: string;
    cancelAtPeriodEnd: boolean;
    occurredAt: string;
    at: string;
  }
>;
/** Billing started a trial (rule 18); `credits` is what the catalogue gives for it. */
export type TrialRecorded = Fact<
  'TrialRecorded',
  { startsAt: string; endsAt: string | null; credits: number; occurredAt: string; at: string }
>;
/** A payment failed: shown until the subscription's next event, nothing else (rule 22). */
export type PaymentFailureRecorded = Fact<
  'PaymentFailureRecorded',
  { subscriptionId: string; periodStart: string; occurredAt: string; at: string }
>;
/** The payment of a period was given back: the period is closed for ever (rule 22). */
export type RefundRecorded = Fact<'RefundRecorded', { subscriptionId: string; periodStart: string; occurredAt: string; at: string }>;
/** The payment of a purchase was given back; the purchase may arrive later (rule 22). */
export type PurchaseRefundRecorded = Fact<
  'PurchaseRefundRecorded',
  { paymentId: string; allotmentId: string; occurredAt: string; at: string }
>;

export type CreditEvent =
  | CreditsAllotted
  | CreditConsumed
  | CreditReturned
  | CreditsExpired
  | CreditsRevoked
  | CreditsLow
  | CreditsExhausted
  | SubscriptionRecorded
  | TrialRecorded
  | PaymentFailureRecorded
  | RefundRecorded
  | PurchaseRefundRecorded;

/** Who gave a set: the person named, else the key that a purchase or goodwill came by. A plan's and a trial's sets come of themselves. */
export function giverOf({ source, actor }: CreditsAllotted['data'], { keyName }: { readonly keyName?: string }): string | null {
  return actor ?? (source === 'purchase' || source === 'goodwill' ? (keyName ?? null) : null);
}

const part = (text: string | number): string => encodeURIComponent(text);

/** The business ids of what made something happen (RULES.md). */
export const causes = {
  request: (command: string, key: string): string => `request:${command}:${part(key)}`,
  cycle: (subscriptionId: string, start: string): string => `cycle:${part(subscriptionId)}:${part(start)}`,
  /** Where a new period has a cycle at an instant up to which cycles of another were written. */
  cycleAnew: (subscriptionId: string, periodStart: string, start: string): string =>
    `cycle-anew:${part(subscriptionId)}:${part(periodStart)}:${part(start)}`,
  upgrade: (subscriptionId: string, periodStart: string, start: string, owed: number): string =>
    `upgrade:${part(subscriptionId)}:${part(periodStart)}:${part(start)}:${owed}`,
  expired: (allotmentId: string): string => `expired:${part(allotmentId)}`,
  revoked: (allotmentId: string): string => `revoked:${part(allotmentId)}`,
  trial: (): string => 'trial:',
  trialStarted: (): string => 'trial-started:',
  subscription: (id: string, ...said: (string | number | boolean)[]): string =>
    `subscription:${part(id)}:${said.map((x) => part(String(x))).join(':')}`,
  paymentFailed: (subscriptionId: string, occurredAt: string): string => `payment-failed:${part(subscriptionId)}:${part(occurredAt)}`,
  settle: (): string => 'settle:',
  payment: (paymentId: string): string => `payment:${part(paymentId)}`,
  refund: (...parts: string[]): string => `refund:${parts.map(part).join(':')}`,
  returned: (useId: string): string => `returned:${part(useId)}`,
  goodwill: (useId: string): string => `goodwill:${part(useId)}`,
} as const;
