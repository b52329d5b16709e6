import { instant } from '#contracts';
import { accepted, type Decided, type Past, rejected } from '#event-sourcing';
import type { CycleLength } from '../calendar/calendar.js';
import type { Plans } from '../plans/plans.js';
import { type BillingStatus, type CreditEvent, causes, type SubscriptionRecorded } from './credits.events.js';
import { balanceOf, type Credits, evolveCredits } from './credits.state.js';
import { allotmentIdOf, settleCredits } from './settling.js';
import { isSuperseded, newSubscription, periodStarting, type Subscription } from './subscription.js';
import { isReopenedBy, type Recorded, recordedOf } from './subscription.recording.js';
import { revoked } from './using.decisions.js';

/** Where a billing event is decided: the account, its instant (ms), the catalogue. */
export interface At {
  readonly accountId: string;
  readonly now: number;
  readonly plans: Plans;
}

type Billing = (credits: Credits, past: Past) => Decided<CreditEvent, never>;

/** The content of a `billing.subscription.*` event that can be right; instants in ms. */
export interface SubscriptionEvent {
  readonly subscriptionId: string;
  readonly planId: string;
  readonly interval: string;
  readonly status: BillingStatus;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly cancelAtPeriodEnd: boolean;
  readonly occurredAt: number;
}

/** Why an event that reads well is set aside all the same (rule 16). */
export interface UnknownPlan {
  readonly code: 'unknown-plan';
}

/** Takes in what billing says of a subscription: the state decides, in any order, once (rules 15 to 21). */
export function recordSubscription(
  event: SubscriptionEvent & { readonly trial: boolean },
  at: At,
): (credits: Credits) => Decided<CreditEvent, UnknownPlan> {
  const { now, plans } = at;
  const { trial, ...named } = event;
  return (credits) => {
    const subscription = credits.subscriptions.find((s) => s.id === event.subscriptionId) ?? newSubscription(event.subscriptionId);
    const plan = planNamed(subscription, event, plans);
    if (!plan) return rejected<UnknownPlan>({ code: 'unknown-plan' });
    const data: SubscriptionRecorded['data'] = {
      ...named,
      status: trial ? 'trialing' : event.status,
      planCredits: plan.credits,
      planCycle: plan.cycle,
      periodStart: instant(event.periodStart),
      periodEnd: instant(event.periodEnd),
      occurredAt: instant(Math.min(event.occurredAt, now)),
      at: instant(now),
    };
    const events: CreditEvent[] = saysSomethingNew(subscription, data, now) ? [{ type: 'SubscriptionRecorded', data }] : [];
    return events.length === 0 ? accepted() : settled(credits, events, at);
  };
}

/** Starts the account's one trial (rule 18); nothing the second time, after its end, or where there ever was a plan allotment. */
export function recordTrial(trial: { readonly endsAt: number | null; readonly occurredAt: number }, at: At): Billing {
  return (credits) => {
    const over = trial.endsAt !== null && trial.endsAt <= at.now;
    if (credits.trial || credits.hadPlan || over) return accepted();
    const recorded: CreditEvent = {
      type: 'TrialRecorded',
      cause: causes.trialStarted(),
      data: {
        startsAt: instant(at.now),
        endsAt: trial.endsAt === null ? null : instant(trial.endsAt),
        credits: at.plans.trial.creditsInTotal,
        occurredAt: instant(Math.min(trial.occurredAt, at.now)),
        at: instant(at.now),
      },
    };
    return settled(credits, [recorded], at);
  };
}

/** A payment failed: shown as past due until the subscription's next event (rule 22). */
export function recordPaymentFailure(
  failure: { readonly subscriptionId: string; readonly periodStart: number; readonly occurredAt: number },
  at: At,
): Billing {
  return (credits) => {
    const occurredAt = Math.min(failure.occurredAt, at.now);
    const subscription = credits.subscriptions.find((s) => s.id === failure.subscriptionId);
    if (subscription && (occurredAt < subscription.occurredAt || occurredAt <= (subscription.paymentFailedAt ?? Number.MIN_SAFE_INTEGER)))
      return accepted();
    const data = {
      subscriptionId: failure.subscriptionId,
      periodStart: instant(failure.periodStart),
      occurredAt: instant(occurredAt),
      at: instant(at.now),
    };
    return settled(credits, [{ type: 'PaymentFailureRecorded', data }], at);
  };
}

/** A period's payment was given back: closed for ever, its unspent rest revoked now (rule 22). */
export function refundPeriod(
  refund: { readonly subscriptionId: string; readonly periodStart: number; readonly occurredAt: number },
  at: At,
): Billing {
  return (credits) => {
    const subscription = credits.subscriptions.find((s) => s.id === refund.subscriptionId);
    const start = (subscription && periodStarting(subscription, refund.periodStart)?.start) ?? refund.periodStart;
    if (subscription?.refunds.some((r) => r.start === start)) return accepted();
    const recorded: CreditEvent = {
      type: 'RefundRecorded',
      data: {
        subscriptionId: refund.subscriptionId,
        periodStart: instant(start),
        occurredAt: instant(Math.min(refund.occurredAt, at.now)),
        at: instant(at.now),
      },
    };
    const ofPeriod = credits.allotments.filter((a) => a.plan?.subscriptionId === refund.subscriptionId && a.plan.periodStart === start);
    return settled(
      credits,
      [recorded],
      at,
      ofPeriod.map((a) => a.id),
    );
  };
}

/** A purchase's payment was given back: its unspent rest is revoked, also when it arrives later (rule 22). */
export function refundPurchase(refund: { readonly paymentId: string; readonly occurredAt: number }, at: At): Billing {
  return (credits, past) => {
    const cause = causes.refund(refund.paymentId);
    if (past.has(cause)) return accepted();
    const allotmentId = allotmentIdOf(at.accountId, causes.payment(refund.paymentId));
    const occurredAt = instant(Math.min(refund.occurredAt, at.now));
    const data = { paymentId: refund.paymentId, allotmentId, occurredAt, at: instant(at.now) };
    return settled(credits, [{ type: 'PurchaseRefundRecorded', cause, data }], at, [allotmentId]);
  };
}

/** Credits were bought; where their refund came first they end at once (rules 22, 23). */
export function purchaseCredits(
  purchase: { readonly paymentId: string; readonly credits: number; readonly expiresAt: number | null },
  at: At,
): Billing {
  return (credits, past) => {
    const cause = causes.payment(purchase.paymentId);
    if (past.has(cause)) return accepted();
    const id = allotmentIdOf(at.accountId, cause);
    const bought: CreditEvent = {
      type: 'CreditsAllotted',
      cause,
      data: {
        allotmentId: id,
        source: 'purchase',
        credits: purchase.credits,
        validFrom: instant(at.now),
        expiresAt: purchase.expiresAt === null ? null : instant(purchase.expiresAt),
        reason: `payment ${purchase.paymentId}`,
        actor: null,
        ticket: null,
        plan: null,
        balanceAfter: balanceOf(credits) + purchase.credits,
        at: instant(at.now),
      },
    };
    return settled(credits, [bought], at, past.has(causes.refund(purchase.paymentId)) ? [id] : []);
  };
}

/** The events, the unspent rest of the refunded allotments taken back, and what becomes due through them. */
function settled(
  credits: Credits,
  events: readonly CreditEvent[],
  { accountId, now, plans }: At,
  refunded: readonly string[] = [],
): Decided<CreditEvent, never> {
  const all = [...events];
  let state = events.reduce((s, event) => evolveCredits(s, event, now), credits);
  for (const id of refunded) {
    const allotment = state.allotments.find((a) => a.id === id && a.closed === null && a.remaining > 0);
    if (!allotment) continue;
    const { cause: _support, ...taken } = revoked(state, allotment, { now, reason: 'payment refunded', actor: null }, causes.revoked(id));
    all.push(taken);
    state = evolveCredits(state, taken, now);
  }
  return accepted(...all, ...settleCredits(state, now, accountId, plans));
}

/**
 * What a plan gives: by the catalogue, or for those who have a plan that left it, by what billing last named (rule 2). Such
 * a plan opens no new period.
 */
function planNamed(
  subscription: Subscription,
  event: SubscriptionEvent,
  plans: Plans,
): { credits: number; cycle: CycleLength } | undefined {
  if (event.planId === plans.trial.id) return { credits: plans.trial.creditsInTotal, cycle: 'P30D' };
  const plan = plans.cyclePlans.get(event.planId);
  if (plan) return { credits: plan.creditsPerCycle, cycle: plan.cycle };
  const had = subscription.confirmations.findLast((c) => c.planId === event.planId);
  const period = periodStarting(subscription, event.periodStart) ?? (event.status === 'active' ? undefined : subscription.periods.at(-1));
  return had && period && { credits: had.credits, cycle: period.length };
}

/** A repeat that says nothing new is recorded nowhere (rule 15). */
function saysSomethingNew(subscription: Subscription, data: SubscriptionRecorded['data'], now: number): boolean {
  const event = recordedOf(data);
  if (event.occurredAt > subscription.occurredAt) return true;
  const newestDiffers = event.status !== subscription.status || event.cancelAtPeriodEnd !== subscription.cancelAtPeriodEnd;
  if (event.occurredAt === subscription.occurredAt && newestDiffers) return true;
  if (event.status !== 'active') return false;
  const period = periodStarting(subscription, event.periodStart);
  if (!period) return !isSuperseded(subscription, event.periodStart, now) || namesOtherPlan(subscription, event, event.periodStart);
  const movesEnd = event.occurredAt > period.endAsOf || (event.occurredAt === period.endAsOf && event.periodEnd !== period.end);
  return (
    movesEnd ||
    confirmsEarlier(subscription, event, period.start) ||
    isReopenedBy(period, event) ||
    namesOtherPlan(subscription, event, period.start)
  );
}

/** Whether a period is known as paid from an earlier instant than before, and a cycle that asks for it may still come (rule 20). */
function confirmsEarlier({ confirmations, cycle }: Subscription, event: Recorded, periodStart: number): boolean {
  const first = confirmations.find((c) => c.periodStart === periodStart)?.occurredAt ?? Number.MAX_SAFE_INTEGER;
  const settled = cycle?.periodStart === periodStart && first <= cycle.start;
  return event.occurredAt < first && !settled;
}

/** Whether an older event changes which plan was named last up to its instant, at all or for its period, within what is still remembered. */
function namesOtherPlan({ confirmations }: Subscription, event: Recorded, periodStart: number): boolean {
  const { occurredAt, planId, periodEnd, cancelAtPeriodEnd } = event;
  const before = confirmations.findLast((c) => c.occurredAt <= occurredAt);
  const ofPeriod = confirmations.findLast((c) => c.occurredAt <= occurredAt && c.periodStart === periodStart);
  const said = confirmations.some(
    (c) =>
      c.occurredAt === occurredAt &&
      c.planId === planId &&
      c.periodStart === periodStart &&
      c.periodEnd === periodEnd &&
      c.cancelAtPeriodEnd === cancelAtPeriodEnd,
  );
  return !said && [before, ofPeriod].some((c) => c !== undefined && c.planId !== planId);
}
