/** Length of a plan's cycle as ISO 8601: thirty times 24 hours, or one calendar month (rule 2). */
export type CycleLength = 'P30D' | 'P1M';

/** A half-open run of time, in milliseconds since the epoch. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A paid period that is to be cut into cycles of one length. */
export interface Cut extends Span {
  readonly length: CycleLength;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const THIRTY_DAYS_MS = 30 * DAY_MS;
/** Two period starts closer than this are the same period (rule 15). */
export const SAME_PERIOD_MS = 60 * 60 * 1000;
/** Shortest and longest paid period that can be right (rule 10); ten years with their leap days. */
export const MIN_PERIOD_MS = 14 * DAY_MS;
export const GOODWILL_WITHOUT_CYCLE_MS = THIRTY_DAYS_MS;

/** Start of cycle n ≥ 0, computed from the original start, never chained; a month is clamped to its last day (rule 9). */
export function cycleStart(length: CycleLength, origin: number, n: number): number {
  return length === 'P30D' ? origin + n * THIRTY_DAYS_MS : addMonths(origin, n);
}

/** The instant plus n calendar months, the time of day kept, the day clamped to the month's last. */
export function addMonths(origin: number, n: number): number {
  const from = new Date(origin);
  const day = from.getUTCDate();
  const shifted = new Date(origin);
  shifted.setUTCDate(1);
  shifted.setUTCMonth(from.getUTCMonth() + n);
  const lastDay = new Date(Date.UTC(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, 0)).getUTCDate();
  shifted.setUTCDate(Math.min(day, lastDay));
  return shifted.getTime();
}

/** The greatest n ≥ 0 whose cycle starts at or before `at`; 0 for anything earlier. */
function indexAt(length: CycleLength, origin: number, at: number): number {
  if (at <= origin) return 0;
  if (length === 'P30D') return Math.floor((at - origin) / THIRTY_DAYS_MS);
  const from = new Date(origin);
  const to = new Date(at);
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return addMonths(origin, months) <= at ? months : months - 1;
}

/** How many cycles the period has; a rest shorter than half a cycle has joined the one before (rule 10). */
export function cycleCount(cut: Cut): number {
  const last = indexAt(cut.length, cut.start, cut.end - 1);
  if (last === 0) return 1;
  const start = cycleStart(cut.length, cut.start, last);
  const nominal = cycleStart(cut.length, cut.start, last + 1) - start;
  return 2 * (cut.end - start) < nominal ? last : last + 1;
}

/** Cycle n of the period, 0 ≤ n < cycleCount; the last ends with the period. */
export function cycleOf(cut: Cut, n: number): Span {
  return {
    start: cycleStart(cut.length, cut.start, n),
    end: n + 1 >= cycleCount(cut) ? cut.end : cycleStart(cut.length, cut.start, n + 1),
  };
}

/** The cycle that runs at `at`, which lies inside the period. */
export function cycleAt(cut: Cut, at: number): Span {
  return cycleOf(cut, Math.min(indexAt(cut.length, cut.start, at), cycleCount(cut) - 1));
}

/**
 * The cycle that starts at `from` after the cut has changed under a running one: it ends at the first boundary at least
 * half a cycle later (rule 20). Undefined where less than that is left of the period.
 */
export function cycleFrom(cut: Cut, from: number): Span | undefined {
  if (from >= cut.end) return undefined;
  if (from <= cut.start) return cycleOf(cut, 0);
  const count = cycleCount(cut);
  const n = indexAt(cut.length, cut.start, from);
  const nominal = cycleStart(cut.length, cut.start, n + 1) - cycleStart(cut.length, cut.start, n);
  for (let k = n + 1; k <= n + 2; k++) {
    const end = k < count ? cycleStart(cut.length, cut.start, k) : cut.end;
    if (2 * (end - from) >= nominal) return { start: from, end };
    if (end === cut.end) return undefined;
  }
  return undefined;
}

/** True where a period of this extent can be right (rule 10): from 14 days to ten years. */
export function isPossiblePeriod(period: Span): boolean {
  return period.end - period.start >= MIN_PERIOD_MS && period.end <= addMonths(period.start, 120);
}
