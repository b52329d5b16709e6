/** A second calendar, by brute force: it counts cycles up one by one from the start. Instants are milliseconds of UTC. */
export type CycleLength = 'P30D' | 'P1M';

export interface Cycle {
  readonly start: number;
  readonly end: number;
}

export const DAY = 24 * 60 * 60 * 1000;

/** `n` calendar months after `from`, clamped to the month's last day, at the same time of day (rule 9). */
export function monthsAfter(from: number, n: number): number {
  const date = new Date(from);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + n;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
  return midnight + (from - Date.UTC(year, date.getUTCMonth(), date.getUTCDate()));
}

/** The start of cycle `n` (from 0) of a period that starts at `from`, were the period endless (rule 9). */
export function startOfCycle(every: CycleLength, from: number, n: number): number {
  return every === 'P30D' ? from + n * 30 * DAY : monthsAfter(from, n);
}

/** The cycles of a paid period: they touch, cover it, and a rest shorter than half a cycle joins the one before (rule 10). */
export function cut(every: CycleLength, start: number, end: number): Cycle[] {
  const starts = [start];
  for (let n = 1; startOfCycle(every, start, n) < end; n++) {
    const here = startOfCycle(every, start, n);
    const whole = startOfCycle(every, start, n + 1) - here;
    if (2 * (end - here) < whole) break;
    starts.push(here);
  }
  return starts.map((from, n) => ({ start: from, end: starts[n + 1] ?? end }));
}

/**
 * The cycles after only the period's end has moved (rule 20): what was allotted keeps its written end; the
 * next starts there and ends at the first boundary of the new cut at least half a cycle later. None where none is left.
 */
export function recut(before: readonly Cycle[], every: CycleLength, start: number, end: number, written: ReadonlySet<number>): Cycle[] {
  const kept = before.filter((cycle) => written.has(cycle.start));
  const fresh = cut(every, start, end);
  let from = kept.at(-1)?.end;
  if (from === undefined) return fresh;
  let atLeast = wholeCycleAround(every, start, from) / 2;
  for (const boundary of fresh.map((cycle) => cycle.end)) {
    if (boundary <= from || boundary - from < atLeast) continue;
    kept.push({ start: from, end: boundary });
    from = boundary;
    atLeast = 0;
  }
  return kept;
}

function wholeCycleAround(every: CycleLength, start: number, instant: number): number {
  let n = 0;
  while (startOfCycle(every, start, n + 1) <= instant) n++;
  return startOfCycle(every, start, n + 1) - startOfCycle(every, start, n);
}
