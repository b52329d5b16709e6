import { instant } from '#contracts';
import { EVENT_NAMESPACE, uuid5 } from '#event-sourcing';
import type { Plans } from '../plans/plans.js';
import { type CreditEvent, causes, type ExpiryReason, type PlanSet } from './credits.events.js';
import { type Allotment, balanceOf, type Credits, endOf, evolveCredits } from './credits.state.js';
import {
  type Confirmation,
  type DueCycle,
  dueCycle,
  highest,
  isEnded,
  namedIn,
  owedIn,
  runningCycle,
  type Subscription,
  type WrittenCycle,
} from './subscription.js';

/** Something that time brings, at an instant in ms. */
type Due =
  | { readonly at: number; readonly kind: 'expiry'; readonly allotment: Allotment }
  | { readonly at: number; readonly kind: 'cycle'; readonly subscription: Subscription; readonly due: DueCycle }
  | {
      readonly at: number;
      readonly kind: 'upgrade';
      readonly subscription: Subscription;
      readonly cycle: WrittenCycle;
      readonly plan: Confirmation;
      readonly owed: number;
    }
  | { readonly at: number; readonly kind: 'trial'; readonly span: { start: number; end: number | null }; readonly credits: number | null };

/** Ten years of monthly cycles of several subscriptions, each allotted and expired: more than this is a bug. */
const MOST_DUE_AT_ONCE = 5_000;

/** When time next brings something to write, in ms; null: never. Does not depend on the catalogue. */
export function nextDueAt(credits: Credits): number | null {
  return nextDue(credits)?.at ?? null;
}

/** What time has brought up to `now` and nobody has written yet: in order, each dated at its own instant (rules 11 to 14). */
export function settleCredits(credits: Credits, now: number, accountId: string, plans: Plans): readonly CreditEvent[] {
  const events: CreditEvent[] = [];
  let state = credits;
  for (let due = nextDue(state); due && due.at <= now; due = nextDue(state)) {
    for (const event of write(state, due, accountId, plans)) {
      events.push(event);
      state = evolveCredits(state, event, now);
    }
    if (events.length > MOST_DUE_AT_ONCE) throw new Error(`settling ${accountId} does not come to an end`);
  }
  return events;
}

/** The credits as a command at `now` finds them: settled in memory (rule 13). */
export function settledAt(credits: Credits, now: number, accountId: string, plans: Plans): Credits {
  return settleCredits(credits, now, accountId, plans).reduce((state, event) => evolveCredits(state, event, now), credits);
}

/** The earliest thing due; at one instant what ends comes before what begins. */
function nextDue(credits: Credits): Due | undefined {
  let first: Due | undefined;
  const offer = (due: Due | undefined): void => {
    if (due && (!first || due.at < first.at)) first = due;
  };
  for (const allotment of credits.allotments) {
    const at = allotment.remaining > 0 && !allotment.closed ? endOf(credits, allotment) : null;
    if (at !== null) offer({ at, kind: 'expiry', allotment });
  }
  for (const subscription of credits.subscriptions) {
    offer(dueUpgrade(subscription));
    const due = dueCycle(subscription);
    if (due) offer({ at: due.at, kind: 'cycle', subscription, due });
  }
  offer(dueTrial(credits));
  return first;
}

/** The account's one trial, asked for by itself or by a subscription's newest event (rule 18). */
function dueTrial({ trial, hadPlan, subscriptions }: Credits): Due | undefined {
  if (hadPlan || trial?.given) return undefined;
  if (trial) return { at: trial.startsAt, kind: 'trial', span: { start: trial.startsAt, end: trial.endsAt }, credits: trial.credits };
  const asked = subscriptions.flatMap((s) => (s.trial && s.trial.start < s.trial.end ? [s.trial] : []));
  const [first] = asked.sort((a, b) => a.start - b.start);
  return first && { at: first.start, kind: 'trial', span: first, credits: null };
}

/** The difference that a plan named inside the running cycle adds to it (rule 19). */
function dueUpgrade(subscription: Subscription): Due | undefined {
  const { cycle } = subscription;
  if (!cycle || isEnded(subscription.status)) return undefined;
  const owed = owedIn(subscription, cycle);
  if (!owed || owed.credits <= cycle.given) return undefined;
  const at = Math.max(cycle.start, subscription.writableFrom, ...subscription.confirmations.map((c) => c.decidedAt));
  return runningCycle(subscription, at) ? { at, kind: 'upgrade', subscription, cycle, plan: owed.plan, owed: owed.credits } : undefined;
}

function write(credits: Credits, due: Due, accountId: string, plans: Plans): readonly CreditEvent[] {
  switch (due.kind) {
    case 'expiry':
      return [expired(credits, due.allotment, due.at, reasonOf(credits, due.allotment, due.at), causes.expired(due.allotment.id))];
    case 'trial':
      return [trialSet(credits, due.span, due.credits ?? plans.trial.creditsInTotal, accountId)];
    case 'upgrade': {
      const { subscription, cycle, plan, owed } = due;
      const cause = causes.upgrade(subscription.id, instant(cycle.periodStart), instant(cycle.start), owed);
      const set = planSet(subscription.id, plan.planId, cycle.periodStart, cycle);
      return [
        allotted(credits, {
          accountId,
          cause,
          at: due.at,
          validFrom: due.at,
          credits: owed - cycle.given,
          plan: set,
          reason: 'plan upgrade',
        }),
      ];
    }
    case 'cycle':
      return newCycle(credits, due.subscription, due.due, accountId, plans);
  }
}

/** A cycle's set, and the end of the trial with the first one (rule 18), under one cause: the cycle's (rule 12). */
function newCycle(credits: Credits, subscription: Subscription, due: DueCycle, accountId: string, plans: Plans): readonly CreditEvent[] {
  const { cycle, period } = due;
  const worth = (c: Confirmation): number => plans.cyclePlans.get(c.planId)?.creditsPerCycle ?? c.credits;
  const plan = highest(namedIn(subscription, cycle, period.start), worth);
  if (!plan) throw new Error(`no plan is named for the cycle of ${subscription.id} at ${instant(cycle.start)}`);
  const anew = subscription.cycle !== null && cycle.start <= subscription.cycle.latestStart;
  const cause = anew
    ? causes.cycleAnew(subscription.id, instant(period.start), instant(cycle.start))
    : causes.cycle(subscription.id, instant(cycle.start));
  const validFrom = Math.max(cycle.start, subscription.writableFrom);
  const trials = credits.allotments.filter((a) => a.source === 'trial' && a.remaining > 0 && !a.closed);
  const ended = trials.map((a) => expired(credits, a, due.at, 'trial-over', cause));
  const after = ended.reduce((state, event) => evolveCredits(state, event, due.at), credits);
  const set = planSet(subscription.id, plan.planId, period.start, cycle);
  return [...ended, allotted(after, { accountId, cause, at: validFrom, validFrom, credits: worth(plan), plan: set, reason: 'plan cycle' })];
}

function planSet(subscriptionId: string, planId: string, periodStart: number, cycle: { start: number; end: number }): PlanSet {
  return { subscriptionId, planId, periodStart: instant(periodStart), cycleStart: instant(cycle.start), cycleEnd: instant(cycle.end) };
}

function allotted(
  credits: Credits,
  set: { accountId: string; cause: string; at: number; validFrom: number; credits: number; plan: PlanSet; reason: string },
): CreditEvent {
  return {
    type: 'CreditsAllotted',
    cause: set.cause,
    data: {
      allotmentId: allotmentIdOf(set.accountId, set.cause),
      source: 'plan',
      credits: set.credits,
      validFrom: instant(set.validFrom),
      expiresAt: set.plan.cycleEnd,
      reason: set.reason,
      actor: null,
      ticket: null,
      plan: set.plan,
      balanceAfter: balanceOf(credits) + set.credits,
      at: instant(set.at),
    },
  };
}

function trialSet(credits: Credits, span: { start: number; end: number | null }, quantity: number, accountId: string): CreditEvent {
  return {
    type: 'CreditsAllotted',
    cause: causes.trial(),
    data: {
      allotmentId: allotmentIdOf(accountId, causes.trial()),
      source: 'trial',
      credits: quantity,
      validFrom: instant(span.start),
      expiresAt: span.end === null ? null : instant(span.end),
      reason: 'trial',
      actor: null,
      ticket: null,
      plan: null,
      balanceAfter: balanceOf(credits) + quantity,
      at: instant(span.start),
    },
  };
}

/** What is left of an allotment ends. */
export function expired(credits: Credits, allotment: Allotment, at: number, reason: ExpiryReason, cause: string): CreditEvent {
  const { id, remaining } = allotment;
  return {
    type: 'CreditsExpired',
    cause,
    data: { allotmentId: id, credits: remaining, reason, balanceAfter: balanceOf(credits) - remaining, at: instant(at) },
  };
}

function reasonOf(credits: Credits, allotment: Allotment, at: number): ExpiryReason {
  if (allotment.cutAt !== null && allotment.cutAt <= at) return allotment.source === 'trial' ? 'trial-over' : 'ended';
  if (!allotment.plan) return 'expired';
  const subscription = credits.subscriptions.find((s) => s.id === allotment.plan?.subscriptionId);
  return subscription && dueCycle(subscription)?.at === at ? 'renewed' : 'expired';
}

/** An allotment's id follows from the account and from what gave it. */
export function allotmentIdOf(accountId: string, cause: string): string {
  return uuid5(EVENT_NAMESPACE, `allotment\n${accountId}\n${cause}`);
}
