import { type Cut, SAME_PERIOD_MS, type Span } from '../calendar/calendar.js';
import type { BillingStatus, SubscriptionRecorded } from './credits.events.js';
import {
  type Closing,
  type Confirmation,
  type Period,
  type Subscription,
  type WrittenCycle,
  isBlocked,
  isEnded,
  isSuperseded,
  LONG_AGO,
  namedIn,
  periodStarting,
  samePeriod,
} from './subscription.js';

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
