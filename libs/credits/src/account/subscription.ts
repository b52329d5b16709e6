import { type Cut, cycleAt, cycleFrom, SAME_PERIOD_MS, type Span } from '../calendar/calendar.js';
import type { BillingStatus } from './credits.events.js';

/** A period that an `active` event has confirmed as paid. Instants in milliseconds. */
export interface Period extends Cut {
  /** `occurredAt` of the newest event that said its end. */
  readonly endAsOf: number;
  /** When we learned of it, and of its present end. */
  readonly announcedAt: number;
  readonly endDecidedAt: number;
  readonly closed: Closing | null;
}

/** A period ended or refunded: as of a billing instant, decided at ours. A refund is for ever (rules 21, 22). */
export interface Closing {
  readonly asOf: number;
  readonly at: number;
  readonly forEver: boolean;
}

/** An `active` event: at `occurredAt` billing named this plan, worth `credits` then, for the period with this start. */
export interface Confirmation {
  readonly occurredAt: number;
  readonly decidedAt: number;
  readonly planId: string;
  readonly credits: number;
  readonly periodStart: number;
  /** What else it said, to tell a repeat; the period and the newest event say what counts. */
  readonly periodEnd: number;
  readonly cancelAtPeriodEnd: boolean;
}

/** The last cycle that was written. `worth` holds what each plan named in it counts as, fixed for the cycle (rule 2). */
export interface WrittenCycle extends Span {
  readonly periodStart: number;
  /** The latest start of any cycle ever written: a period told late may have cycles where another's were written (rule 20). */
  readonly latestStart: number;
  readonly given: number;
  readonly worth: { readonly [planId: string]: number };
}

/** What an account knows of one subscription. */
export interface Subscription {
  readonly id: string;
  /** Of the newest event: the one with the greatest `occurredAt`. Null where only a failed payment or refund came. */
  readonly status: BillingStatus | null;
  readonly occurredAt: number;
  readonly cancelAtPeriodEnd: boolean;
  readonly paymentFailedAt: number | null;
  readonly confirmations: readonly Confirmation[];
  readonly periods: readonly Period[];
  readonly cycle: WrittenCycle | null;
  /** Starts of refunded periods. */
  readonly refunds: readonly ({ readonly start: number } & Closing)[];
  /** The last time it ended: what was paid for before that is closed (rule 21). */
  readonly ended: Closing | null;
  /** The trial that the newest event asks for: from when to when, not before we learned of it (rules 17, 18). */
  readonly trial: Span | null;
  /** After a pause or an end: no cycle is written for the time before this instant. */
  readonly writableFrom: number;
}

/** Before every instant; unlike -Infinity it survives JSON. */
export const LONG_AGO = Number.MIN_SAFE_INTEGER;

export function newSubscription(id: string): Subscription {
  return {
    id,
    status: null,
    occurredAt: LONG_AGO,
    cancelAtPeriodEnd: false,
    paymentFailedAt: null,
    confirmations: [],
    periods: [],
    cycle: null,
    refunds: [],
    ended: null,
    trial: null,
    writableFrom: LONG_AGO,
  };
}

export const isEnded = (status: BillingStatus | null): boolean => status === 'canceled' || status === 'ended';
export const isBlocked = (status: BillingStatus | null): boolean => status === 'paused' || isEnded(status);
export const samePeriod = (a: number, b: number): boolean => Math.abs(a - b) < SAME_PERIOD_MS;

/** A period that was closed before it began never begins: it ends no other. */
const isVoid = (period: Period): boolean => period.closed !== null && period.closed.at < period.start;

export function periodStarting(subscription: Subscription, start: number): Period | undefined {
  return subscription.periods.find((period) => samePeriod(period.start, start));
}

/** The period with the latest start not after `at`: the only one whose cycle can run then (rule 12). */
export function currentPeriod(subscription: Subscription, at: number): Period | undefined {
  return subscription.periods.findLast((period) => period.start <= at && !isVoid(period));
}

/** The end of the last period that is paid and open. */
export function paidUntil(subscription: Subscription): number {
  const last = subscription.periods.findLast((period) => !isVoid(period));
  return last && !last.closed ? last.end : LONG_AGO;
}

/** The instant at which a later period takes over from the one starting at `start`, as far as is known. */
function takenOverAt(subscription: Subscription, start: number): number {
  const next = subscription.periods.find((period) => period.start > start && !isVoid(period));
  return next ? Math.max(next.start, next.announcedAt) : Number.MAX_SAFE_INTEGER;
}

/** When a plan allotment of that period really ends: its own end, or earlier where the period moved or a new one starts (rule 20). */
export function endOfSet(subscription: Subscription, periodStart: number, ownEnd: number): number {
  const period = periodStarting(subscription, periodStart);
  const moved = period && period.end < ownEnd ? Math.max(period.end, period.endDecidedAt) : ownEnd;
  return Math.min(ownEnd, moved, takenOverAt(subscription, periodStart));
}

export interface DueCycle {
  /** When it is to be written: its start, or later where it became known or possible later. */
  readonly at: number;
  readonly cycle: Span;
  readonly period: Period;
}

/** The next cycle that time will bring, or has brought (rules 11 to 14); none while paused or ended. */
export function dueCycle(subscription: Subscription): DueCycle | undefined {
  if (isBlocked(subscription.status)) return undefined;
  for (const period of subscription.periods) {
    if (period.closed) continue;
    const cycle = nextCycle(subscription, period);
    if (!cycle) continue;
    const at = Math.max(cycle.start, period.announcedAt, subscription.writableFrom);
    const successor = subscription.periods.find((other) => other.start > period.start && !isVoid(other));
    if (!successor || (cycle.start < successor.start && at < Math.max(successor.start, successor.announcedAt)))
      return { at, cycle, period };
  }
  return undefined;
}

function nextCycle(subscription: Subscription, period: Period): Span | undefined {
  const { cycle, writableFrom } = subscription;
  if (cycle && cycle.periodStart > period.start) return undefined;
  const from = cycle?.periodStart === period.start ? cycle.end : period.start;
  const next = cycleFrom(period, from);
  if (!next || next.end > writableFrom) return next;
  return writableFrom < period.end ? cycleAt(period, writableFrom) : undefined;
}

/** The cycle that runs at `at`: written, not yet over, its period neither closed nor taken over. */
export function runningCycle(subscription: Subscription, at: number): WrittenCycle | undefined {
  const { cycle } = subscription;
  if (!cycle || isEnded(subscription.status) || at < cycle.start) return undefined;
  if (at >= endOfSet(subscription, cycle.periodStart, cycle.end)) return undefined;
  return periodStarting(subscription, cycle.periodStart)?.closed ? undefined : cycle;
}

/**
 * The confirmations that say what a cycle is owed (rule 19): the plan in force at its start, and those of its own period
 * that occurred inside it. A period that nobody had confirmed by the cycle's start takes no plan from before it (rule 20).
 */
export function namedIn(subscription: Subscription, cycle: Span, periodStart: number): readonly Confirmation[] {
  const own = subscription.confirmations.filter((c) => c.periodStart === periodStart);
  const known = own.some((c) => c.occurredAt <= cycle.start);
  const inForce = known ? subscription.confirmations.findLast((c) => c.occurredAt <= cycle.start) : undefined;
  const isInside = (c: Confirmation): boolean => c.periodStart === periodStart && c.occurredAt >= cycle.start && c.occurredAt < cycle.end;
  const named = subscription.confirmations.filter((c) => c === inForce || isInside(c));
  return named.length > 0 ? named : own.slice(0, 1);
}

/** The plan that gives most among those named, by what each is worth; the newest among equals. */
export function highest(named: readonly Confirmation[], worth: (c: Confirmation) => number): Confirmation | undefined {
  return named.reduce<Confirmation | undefined>((best, c) => (best && worth(best) > worth(c) ? best : c), undefined);
}

/** What the running cycle is owed in all, with the plan that gives it, and since when that is known. */
export function owedIn(
  subscription: Subscription,
  cycle: WrittenCycle,
): { readonly plan: Confirmation; readonly credits: number } | undefined {
  const worth = (c: Confirmation): number => cycle.worth[c.planId] ?? c.credits;
  const plan = highest(namedIn(subscription, cycle, cycle.periodStart), worth);
  return plan && { plan, credits: worth(plan) };
}

/** The plan that the newest `active` event named. */
export function newestPlan(subscription: Subscription): Confirmation | undefined {
  return subscription.confirmations.at(-1);
}

/** Whether a period with this start would be older than one that has begun by `at`: it allots nothing (rule 15). */
export function isSuperseded(subscription: Subscription, start: number, at: number): boolean {
  const current = currentPeriod(subscription, at);
  return current !== undefined && start < current.start;
}
