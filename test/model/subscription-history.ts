import type { SubscriptionSays } from './billing-message.js';
import { type Cycle, cut, recut } from './calendar.js';
import type { Catalogue } from './steps.js';

/** An event of one subscription as it was recorded: `occurredAt` counts as the arrival where it lies after it (rule 15). */
export interface Recorded extends SubscriptionSays {
  readonly arrivedAt: number;
  readonly order: number;
  readonly saidAt: number;
  /** Starts of the cycles that had been allotted when it arrived. */
  readonly written: ReadonlySet<number>;
}

/** A paid period as all its `active` events together tell it. */
export interface Period {
  readonly start: number;
  readonly end: number;
  /** Where cycles end at the latest: `end`, or the instant at which an earlier end was decided. */
  readonly stop: number;
  readonly events: readonly Recorded[];
  /** The cycles as written; those that reach beyond `stop` end there. */
  readonly cycles: readonly Cycle[];
}

const HOUR = 60 * 60 * 1000;

export const samePeriod = (a: number, b: number): boolean => Math.abs(a - b) < HOUR;

/** A trial whatever the status says about payment (rule 17). */
export const isTrial = (event: SubscriptionSays): boolean => event.status === 'trialing' || event.planId === 'trial';

/** True for an event that confirms the period it names as paid (rule 17). */
export const confirms = (event: SubscriptionSays): boolean => event.status === 'active' && !isTrial(event);

const isNewer = (a: Recorded, b: Recorded): boolean => a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.order > b.order);

/** The event that decides status and cancel flag: the greatest `occurredAt`, at a tie the later arrival (rule 15). */
export function newest(events: readonly Recorded[]): Recorded | undefined {
  return events.reduce<Recorded | undefined>((best, event) => (best && !isNewer(event, best) ? best : event), undefined);
}

/** The plan event that holds for a cycle starting at `instant`: the latest `active` one up to then (rule 19). */
export function inForce(events: readonly Recorded[], instant: number): Recorded | undefined {
  return newest(events.filter((event) => confirms(event) && event.occurredAt <= instant));
}

/** All paid periods ever confirmed, in the order they were first seen (rules 15 and 17). */
export function periodsOf(events: readonly Recorded[], plans: Catalogue): Period[] {
  const grouped: { start: number; events: Recorded[] }[] = [];
  for (const event of events.filter(confirms)) {
    const held = grouped.find((period) => samePeriod(period.start, event.periodStart));
    if (held) held.events.push(event);
    else grouped.push({ start: event.periodStart, events: [event] });
  }
  return grouped.map((period) => ({ ...period, ...cyclesOf(period.start, period.events, plans) }));
}

function cyclesOf(start: number, events: readonly Recorded[], plans: Catalogue): Pick<Period, 'end' | 'stop' | 'cycles'> {
  let leading: Recorded | undefined;
  let stop = start;
  let cycles: Cycle[] = [];
  for (const event of events) {
    if (leading && !isNewer(event, leading)) continue;
    if (!leading) {
      stop = event.periodEnd;
      cycles = cut(plans.every, start, event.periodEnd);
    } else if (event.periodEnd !== leading.periodEnd) {
      stop = event.periodEnd < leading.periodEnd ? Math.min(stop, Math.max(event.periodEnd, event.arrivedAt)) : event.periodEnd;
      cycles = recut(cycles, plans.every, start, event.periodEnd, event.written);
    }
    leading = event;
  }
  return { end: leading?.periodEnd ?? start, stop, cycles };
}

/** The period a subscription runs at an instant: that with the latest start not after it (rule 12). */
export function periodAt(periods: readonly Period[], instant: number): Period | undefined {
  return periods
    .filter((period) => period.start <= instant)
    .reduce<Period | undefined>((a, b) => (a && a.start > b.start ? a : b), undefined);
}

/** The cycle running at an instant, cut off where its period stops or a later one starts (rules 12 and 20); `written` is its own end. */
export function cycleAt(periods: readonly Period[], instant: number): { period: Period; cycle: Cycle; written: number } | undefined {
  const period = periodAt(periods, instant);
  const cycle = period?.cycles.find((one) => one.start <= instant && instant < one.end);
  if (!period || !cycle || instant >= period.stop) return undefined;
  const end = Math.min(cycle.end, cutOff(periods, period));
  return { period, cycle: { start: cycle.start, end }, written: cycle.end };
}

/** Where all of a period's cycles end at the latest: its stop, or the start of the next period. */
export function cutOff(periods: readonly Period[], period: Period): number {
  const laterStarts = periods.map((other) => other.start).filter((other) => other > period.start);
  return Math.min(period.stop, ...laterStarts);
}

/** False once an event that said "ended now" came, until a newer `active` event names the period again (rules 17 and 21). */
export function livesOn(period: Period, events: readonly Recorded[]): boolean {
  return closedBy(period, events).length === 0;
}

/** The events that ended the period and were not followed by a newer `active` one of it. */
export function closedBy(period: Period, events: readonly Recorded[]): Recorded[] {
  const ends = events.filter((event, n) => endsNow(event) && newest(events.slice(0, n + 1)) === event);
  return ends.filter((end) => !period.events.some((event) => isNewer(event, end)));
}

export const endsNow = (event: Recorded): boolean => event.status === 'canceled' || event.status === 'ended';

/**
 * The plan that decides what a cycle is owed: that in force at its start, or a higher one named inside it (rule 19). Where
 * nobody had named the period by then, the plan of the period before does not count: a later start brings the new plan (rule 20);
 * a cycle that was over before anybody named the period has the plan named first.
 */
export function planOwed(
  events: readonly Recorded[],
  period: Period,
  cycle: Cycle,
  plans: Catalogue,
): { planId: string; credits: number } | undefined {
  const candidates = period.events.filter((event) => cycle.start <= event.occurredAt && event.occurredAt < cycle.end);
  const atStart = inForce(events, cycle.start);
  if (atStart && period.events.some((event) => event.occurredAt <= cycle.start)) candidates.push(atStart);
  const earliest = [...period.events].sort((a, b) => (isNewer(a, b) ? 1 : -1))[0];
  if (candidates.length === 0 && earliest) candidates.push(earliest);
  const credits = Math.max(0, ...candidates.map((event) => plans.credits[event.planId] ?? 0));
  const deciding = newest(candidates.filter((event) => plans.credits[event.planId] === credits));
  return deciding && { planId: deciding.planId, credits };
}
