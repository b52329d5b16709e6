import { type AccountStatus, type CreditsView, instant, type PlanView, type Source } from '#contracts';
import type { Allotment, Credits } from '../account/credits.state.js';
import { balanceOf, endOf, usedSince } from '../account/credits.state.js';
import {
  type Confirmation,
  currentPeriod,
  dueCycle,
  endOfSet,
  isEnded,
  newestPlan,
  owedIn,
  paidUntil,
  runningCycle,
  type Subscription,
  type WrittenCycle,
} from '../account/subscription.js';
import type { Plans } from '../plans/plans.js';

const SOURCE_ORDER: { readonly [source in Source]: number } = { plan: 0, trial: 0, purchase: 1, goodwill: 2 };

/** The allotments a video could use at `now`, first to be used first (rule 7). The credits are settled. */
export function usableAt(credits: Credits, now: number): readonly Allotment[] {
  const usable = credits.allotments.filter((a) => a.remaining > 0 && !a.closed && a.validFrom <= now);
  if (usable.length < 2) return usable;
  const end = new Map(usable.map((a) => [a, endOf(credits, a) ?? Number.MAX_SAFE_INTEGER]));
  return usable.sort((a, b) => (end.get(a) ?? 0) - (end.get(b) ?? 0) || SOURCE_ORDER[a.source] - SOURCE_ORDER[b.source]);
}

/** Credits that can be used at `now`. */
export function availableAt(credits: Credits, now: number): number {
  return usableAt(credits, now).reduce((sum, a) => sum + a.remaining, 0);
}

/** The running cycle that is shown: of the subscription that was allotted most, the oldest among equals. */
export function cycleShown(credits: Credits, now: number): (WrittenCycle & { readonly subscription: Subscription }) | undefined {
  let shown: (WrittenCycle & { readonly subscription: Subscription }) | undefined;
  for (const subscription of credits.subscriptions) {
    const cycle = runningCycle(subscription, now);
    if (cycle && (!shown || cycle.given > shown.given)) {
      shown = { ...cycle, end: endOfSet(subscription, cycle.periodStart, cycle.end), subscription };
    }
  }
  return shown;
}

/** The earliest next cycle start over all subscriptions in ms; null where none is known. The credits are settled. */
export function nextRenewalAt(credits: Credits, now: number): number | null {
  const starts = credits.subscriptions.flatMap((s) => nextStart(s, now) ?? []);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** The credits object of settled credits, as the HTTP interface has it. `inProgress` null for a past instant. */
export function creditsView(
  credits: Credits,
  on: { accountId: string; now: number; plans: Plans; position: string; past?: boolean },
): CreditsView {
  const { accountId, now, plans, position } = on;
  const shown = cycleShown(credits, now);
  const available = availableAt(credits, now);
  const open = credits.allotments.reduce((sum, a) => sum + a.open, 0);
  const renewal = nextRenewalAt(credits, now);
  return {
    accountId,
    plan: shown ? planShown(shown, plans) : null,
    status: statusAt(credits, now),
    available,
    upcoming: balanceOf(credits) - available,
    inProgress: on.past ? null : open,
    usedThisCycle: shown ? usedSince(credits, shown.start) : 0,
    cycle: shown ? { start: instant(shown.start), end: instant(shown.end) } : null,
    nextRenewalAt: renewal === null ? null : instant(renewal),
    nextPlan: shown ? nextPlan(shown, now, plans) : null,
    endsAt: shown ? endsAt(shown.subscription, now) : null,
    allotments: credits.allotments.filter((a) => a.remaining > 0 && !a.closed).map((a) => allotmentView(credits, a)),
    position,
  };
}

/** One allotment as it is shown: its end is the earlier of its own and what is announced (rule 20). */
function allotmentView(credits: Credits, allotment: Allotment): CreditsView['allotments'][number] {
  const { id, source, quantity, remaining, validFrom } = allotment;
  const end = endOf(credits, allotment);
  return { id, source, quantity, remaining, validFrom: instant(validFrom), expiresAt: end === null ? null : instant(end) };
}

function planShown(cycle: WrittenCycle & { subscription: Subscription }, plans: Plans): PlanView | null {
  const owed = owedIn(cycle.subscription, cycle);
  return owed ? planView(owed.plan, plans, owed.credits) : null;
}

/** What another plan than the cycle's will give from the next one on. */
function nextPlan(cycle: WrittenCycle & { subscription: Subscription }, at: number, plans: Plans): PlanView | null {
  const now = owedIn(cycle.subscription, cycle);
  const next = newestPlan(cycle.subscription);
  if (!now || !next || next.planId === now.plan.planId || nextStart(cycle.subscription, at) === undefined) return null;
  return planView(next, plans, plans.cyclePlans.get(next.planId)?.creditsPerCycle ?? next.credits);
}

function planView(plan: Confirmation, plans: Plans, creditsPerCycle: number): PlanView {
  return { id: plan.planId, name: plans.cyclePlans.get(plan.planId)?.name ?? plan.planId, creditsPerCycle };
}

/** When a cancelled subscription ends: with the last period that is paid. */
function endsAt(subscription: Subscription, now: number): string | null {
  const { cancelAtPeriodEnd, status } = subscription;
  const until = paidUntil(subscription);
  return cancelAtPeriodEnd && !isEnded(status) && status !== 'trialing' && until > now ? instant(until) : null;
}

/** A cycle that is known to come, else the end of what is paid, where the renewal is expected. */
function nextStart(subscription: Subscription, now: number): number | undefined {
  if (situation(subscription, now) !== 'active') return undefined;
  const due = dueCycle(subscription);
  if (due && due.cycle.start > now) return due.cycle.start;
  const until = paidUntil(subscription);
  return !subscription.cancelAtPeriodEnd && until > now ? until : undefined;
}

/** What one subscription amounts to at `now`. */
function situation(subscription: Subscription, now: number): AccountStatus {
  const { status, paymentFailedAt } = subscription;
  if (paymentFailedAt !== null) return 'past-due';
  if (isEnded(status)) return 'ended';
  if (status === 'past_due' || status === 'unpaid' || status === 'incomplete') return 'past-due';
  if (status === 'paused') return 'paused';
  if (status === 'trialing') return subscription.trial && subscription.trial.end <= now ? 'ended' : 'none';
  if (status !== 'active') return status === 'incomplete_expired' ? 'ended' : 'none';
  const period = currentPeriod(subscription, now);
  const running = period && !period.closed && now < period.end;
  const coming = subscription.periods.some((other) => other.start > now && !other.closed);
  if (running || coming) return 'active';
  return subscription.cancelAtPeriodEnd ? 'ended' : 'renewal-pending';
}

const STATUS_ORDER: readonly AccountStatus[] = ['active', 'past-due', 'renewal-pending', 'paused', 'trial', 'ended', 'none'];

/** What the account amounts to at `now`, over all its subscriptions and its trial. */
export function statusAt(credits: Credits, now: number): AccountStatus {
  const all = credits.subscriptions.map((s) => situation(s, now));
  if (credits.trial) all.push(trialAt(credits, now));
  return STATUS_ORDER.find((status) => all.includes(status)) ?? 'none';
}

function trialAt({ trial, hadPlan }: Credits, now: number): AccountStatus {
  if (!trial || now < trial.startsAt) return 'none';
  if (hadPlan || (trial.endsAt !== null && trial.endsAt <= now)) return 'ended';
  return 'trial';
}
