import { type Cut, cycleAt, cycleFrom, SAME_PERIOD_MS, type Span } from '../calendar/calendar.js';
import type { BillingStatus, SubscriptionRecorded } from './credits.events.js';

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
interface Closing {
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
const LONG_AGO = Number.MIN_SAFE_INTEGER;

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
const isBlocked = (status: BillingStatus | null): boolean => status === 'paused' || isEnded(status);
const samePeriod = (a: number, b: number): boolean => Math.abs(a - b) < SAME_PERIOD_MS;

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

/** Billing's event in numbers, as the fold and the decision read it. */
export interface Recorded {
  readonly planId: string;
  readonly planCredits: number;
  readonly planCycle: Cut['length'];
  readonly status: BillingStatus;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly cancelAtPeriodEnd: boolean;
  readonly occurredAt: number;
  readonly at: number;
}

export function recordedOf(data: SubscriptionRecorded['data']): Recorded {
  return {
    ...data,
    periodStart: Date.parse(data.periodStart),
    periodEnd: Date.parse(data.periodEnd),
    occurredAt: Date.parse(data.occurredAt),
    at: Date.parse(data.at),
  };
}

/** The subscription with one of its events taken in: the state decides, in whatever order they come (rule 15). */
export function recordEvent(subscription: Subscription, event: Recorded): Subscription {
  const newest = event.occurredAt >= subscription.occurredAt;
  const confirmed = event.status === 'active' ? confirm(subscription, event) : subscription;
  const resumes = newest && isBlocked(subscription.status) && !isBlocked(event.status);
  const known = periodStarting(subscription, event.periodStart);
  const writableFrom = resumes || (known && isReopenedBy(known, event)) ? resumedAt(subscription, event) : subscription.writableFrom;
  if (!newest) return { ...confirmed, writableFrom };
  return {
    ...confirmed,
    writableFrom,
    status: event.status,
    occurredAt: event.occurredAt,
    cancelAtPeriodEnd: event.cancelAtPeriodEnd,
    paymentFailedAt:
      subscription.paymentFailedAt !== null && subscription.paymentFailedAt > event.occurredAt ? subscription.paymentFailedAt : null,
    trial: event.status === 'trialing' ? { start: Math.max(event.periodStart, event.at), end: event.periodEnd } : null,
    ...(isEnded(event.status) && end(confirmed, { asOf: event.occurredAt, at: event.at, forEver: false })),
  };
}

/** From when cycles are written again: from now, or from the start of a period that is new after the pause or end. */
function resumedAt(subscription: Subscription, event: Recorded): number {
  const afresh =
    event.status === 'active' && !periodStarting(subscription, event.periodStart) && event.periodStart >= subscription.occurredAt;
  return afresh ? Math.min(event.periodStart, event.at) : event.at;
}

/** Whether an event confirms anew a period that an earlier one had ended (rule 21). */
export function isReopenedBy(period: Period, event: Recorded): boolean {
  return event.status === 'active' && period.closed !== null && !period.closed.forEver && event.occurredAt >= period.closed.asOf;
}

function end(subscription: Subscription, ended: Closing): Pick<Subscription, 'ended' | 'periods'> {
  return { ended, periods: subscription.periods.map((period) => close(period, ended)) };
}

/** The subscription with a period's payment given back, also where that period is not known yet (rule 22). */
export function recordRefund(subscription: Subscription, start: number, asOf: number, at: number): Subscription {
  const refund = { asOf, at, forEver: true };
  return {
    ...subscription,
    refunds: [...subscription.refunds, { start, ...refund }],
    periods: subscription.periods.map((period) => (samePeriod(period.start, start) ? close(period, refund) : period)),
  };
}

/** Whether a period with this start would be older than one that has begun by `at`: it allots nothing (rule 15). */
export function isSuperseded(subscription: Subscription, start: number, at: number): boolean {
  const current = currentPeriod(subscription, at);
  return current !== undefined && start < current.start;
}

/** The subscription once a cycle, or an upgrade's difference for one, has been allotted. */
export function recordAllotment(
  subscription: Subscription,
  cycle: Span & { periodStart: number; planId: string },
  credits: number,
): Subscription {
  const running = subscription.cycle;
  if (running && running.periodStart === cycle.periodStart && running.start === cycle.start) {
    return { ...subscription, cycle: { ...running, given: running.given + credits } };
  }
  const named = namedIn(subscription, cycle, cycle.periodStart);
  const worth = { ...Object.fromEntries(named.map((c) => [c.planId, Math.min(c.credits, credits)])), [cycle.planId]: credits };
  const latestStart = Math.max(running?.latestStart ?? LONG_AGO, cycle.start);
  const written = { start: cycle.start, end: cycle.end, periodStart: cycle.periodStart, latestStart, given: credits, worth };
  return forgetOver({ ...subscription, cycle: written }, written);
}

/** A later closing of what is closed already moves only the instant that a reactivation must be newer than. */
function close(period: Period, closing: Closing): Period {
  if (period.closed?.forEver) return period;
  return { ...period, closed: { ...closing, at: period.closed?.at ?? closing.at } };
}

function confirm(subscription: Subscription, event: Recorded): Subscription {
  const known = periodStarting(subscription, event.periodStart);
  const periodStart = known?.start ?? event.periodStart;
  const confirmation = {
    occurredAt: event.occurredAt,
    decidedAt: event.at,
    planId: event.planId,
    credits: event.planCredits,
    periodStart,
    periodEnd: event.periodEnd,
    cancelAtPeriodEnd: event.cancelAtPeriodEnd,
  };
  const confirmations = insertConfirmation(subscription.confirmations, confirmation);
  const { cycle } = subscription;
  const named = cycle && namedIn({ ...subscription, confirmations }, cycle, cycle.periodStart).includes(confirmation);
  return {
    ...subscription,
    confirmations,
    cycle:
      named && cycle.worth[event.planId] === undefined ? { ...cycle, worth: { ...cycle.worth, [event.planId]: event.planCredits } } : cycle,
    periods: known ? subscription.periods.map((p) => (p === known ? reconfirm(p, event) : p)) : addPeriod(subscription, event),
  };
}

function reconfirm(period: Period, event: Recorded): Period {
  const confirmed = {
    ...period,
    closed: isReopenedBy(period, event) ? null : period.closed,
  };
  if (event.occurredAt < period.endAsOf) return confirmed;
  const asSaid = { ...confirmed, endAsOf: event.occurredAt };
  return event.periodEnd === period.end ? asSaid : { ...asSaid, end: event.periodEnd, endDecidedAt: event.at };
}

function addPeriod(subscription: Subscription, event: Recorded): readonly Period[] {
  if (isSuperseded(subscription, event.periodStart, event.at)) return subscription.periods;
  const { ended } = subscription;
  const refund = subscription.refunds.find((r) => samePeriod(r.start, event.periodStart));
  const period: Period = {
    start: event.periodStart,
    end: event.periodEnd,
    length: event.planCycle,
    endAsOf: event.occurredAt,
    announcedAt: event.at,
    endDecidedAt: event.at,
    closed: refund ? { asOf: refund.asOf, at: refund.at, forEver: true } : ended && event.occurredAt < ended.asOf ? ended : null,
  };
  return [...subscription.periods, period].sort((a, b) => a.start - b.start);
}

/** Keeps them in order of `occurredAt` (at a tie the later arrival last); the middle one of three alike says nothing. */
function insertConfirmation(all: readonly Confirmation[], added: Confirmation): readonly Confirmation[] {
  const index = all.findLastIndex((c) => c.occurredAt <= added.occurredAt) + 1;
  const list = [...all.slice(0, index), added, ...all.slice(index)];
  const alike = (a: Confirmation | undefined, b: Confirmation | undefined): boolean =>
    a?.planId === b?.planId && a?.periodStart === b?.periodStart;
  return list.filter((c, i) => c === added || !alike(list[i - 1], c) || !alike(c, list[i + 1]));
}

/** Drops what no cycle from `written` on can ask for: older periods, their refunds, and plans no longer in force. */
function forgetOver(subscription: Subscription, written: WrittenCycle): Subscription {
  const inForce = subscription.confirmations.findLast((c) => c.occurredAt <= written.start);
  const ofPeriod = subscription.confirmations.findLast((c) => c.occurredAt <= written.start && c.periodStart === written.periodStart);
  return {
    ...subscription,
    periods: subscription.periods.filter((period) => period.start >= written.periodStart),
    refunds: subscription.refunds.filter((refund) => refund.start > written.periodStart - SAME_PERIOD_MS),
    confirmations: subscription.confirmations.filter(
      (c) => c === inForce || c === ofPeriod || c.occurredAt >= written.start || c.periodStart > written.periodStart,
    ),
  };
}
