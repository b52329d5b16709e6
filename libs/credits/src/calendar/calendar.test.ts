import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  addMonths,
  type Cut,
  cycleAt,
  cycleCount,
  cycleFrom,
  type CycleLength,
  cycleOf,
  cycleStart,
  isPossiblePeriod,
} from './calendar.js';

interface Vectors {
  readonly starts: readonly { readonly every: CycleLength; readonly from: string; readonly days: readonly string[] }[];
  readonly periods: readonly {
    readonly every: CycleLength;
    readonly start: string;
    readonly end: string;
    readonly cycles: number;
    readonly lastStart?: string;
  }[];
}

const vectors = JSON.parse(readFileSync(new URL('./vectors/cycles.json', import.meta.url), 'utf8')) as Vectors;
const iso = (ms: number): string => new Date(ms).toISOString();
const ms = (text: string): number => Date.parse(text);
const DAY = 24 * 60 * 60 * 1000;

const lengths = fc.constantFrom<CycleLength>('P30D', 'P1M');
const origins = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });
const cuts: fc.Arbitrary<Cut> = fc
  .record({ length: lengths, start: origins, lasts: fc.integer({ min: 14 * DAY, max: 3652 * DAY }) })
  .map(({ length, start, lasts }) => ({ length, start, end: start + lasts }))
  .filter(isPossiblePeriod);

const all = (cut: Cut) => Array.from({ length: cycleCount(cut) }, (_, n) => cycleOf(cut, n));

/** One calendar month after `at`, were the anchor's day `day`: the day as far as the month has it. */
function stepMonth(at: number, day: number): number {
  const date = new Date(at);
  const lastOfNext = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 2, 0)).getUTCDate();
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, Math.min(day, lastOfNext));
  return midnight + (at % DAY);
}

describe('the starts of cycles', () => {
  it.each(vectors.starts)('rule 9: $every from $from are those of the vectors', ({ every, from, days }) => {
    expect(days.map((_, n) => iso(cycleStart(every, ms(from), n)))).toEqual(days.map((day) => day + from.slice(10)));
  });

  it('rule 9: any n directly is what stepping n times gives, without drift over a hundred years', () => {
    fc.assert(
      fc.property(lengths, origins, (length, origin) => {
        const day = new Date(origin).getUTCDate();
        let stepped = origin;
        for (let n = 1; n <= 1200; n++) {
          stepped = length === 'P30D' ? stepped + 30 * DAY : stepMonth(stepped, day);
          if (cycleStart(length, origin, n) !== stepped) throw new Error(`${length} ${n} after ${iso(origin)}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('rule 9: a hundred years after a 31 January is a 31 January, whatever Februaries came between', () => {
    expect(iso(cycleStart('P1M', ms('2027-01-31T10:00:00.000Z'), 1200))).toBe('2127-01-31T10:00:00.000Z');
    expect(iso(cycleStart('P1M', ms('2027-01-31T10:00:00.000Z'), 1201))).toBe('2127-02-28T10:00:00.000Z');
    expect(iso(addMonths(ms('2028-02-29T00:00:00.000Z'), 12))).toBe('2029-02-28T00:00:00.000Z');
  });

  it('rule 9: the millionth start is computed as quickly as the first', () => {
    const timed = (n: number): number => {
      const before = performance.now();
      for (let times = 0; times < 20_000; times++) cycleStart('P1M', Date.UTC(2027, 0, 31), n);
      return performance.now() - before;
    };
    timed(1);
    const near = Math.min(timed(1), timed(1), timed(1));
    expect(Math.min(timed(100_000), timed(100_000), timed(100_000))).toBeLessThan(10 * near + 50);
  });
});

describe('a paid period', () => {
  it.each(vectors.periods)('rule 10: $every from $start to $end is $cycles cycles', ({ every, start, end, cycles, lastStart }) => {
    const cut = { length: every, start: ms(start), end: ms(end) };
    const pieces = all(cut);
    expect(pieces).toHaveLength(cycles);
    expect(pieces.at(-1)?.end).toBe(cut.end);
    if (lastStart !== undefined) expect(pieces.at(-1)?.start).toBe(ms(lastStart));
  });

  it('rule 10: its cycles touch, cover it and never overlap', () => {
    fc.assert(
      fc.property(cuts, (cut) => {
        const pieces = all(cut);
        expect(pieces[0]?.start).toBe(cut.start);
        expect(pieces.at(-1)?.end).toBe(cut.end);
        for (const [n, piece] of pieces.entries()) {
          expect(piece.end).toBeGreaterThan(piece.start);
          if (n > 0) expect(piece.start).toBe(pieces[n - 1]?.end);
        }
      }),
    );
  });

  it('rule 10: only its last cycle may be shorter or longer, by half a cycle at most', () => {
    fc.assert(
      fc.property(cuts, (cut) => {
        const n = cycleCount(cut) - 1;
        const whole = cycleStart(cut.length, cut.start, n + 1) - cycleStart(cut.length, cut.start, n);
        const next = cycleStart(cut.length, cut.start, n + 2) - cycleStart(cut.length, cut.start, n + 1);
        const last = cycleOf(cut, n);
        expect(2 * (last.end - last.start)).toBeLessThan(2 * whole + next);
        if (n > 0) expect(2 * (last.end - last.start)).toBeGreaterThanOrEqual(whole);
      }),
    );
  });

  it.each([
    ['a millisecond less than half a cycle joins', 45 * DAY - 1, 1],
    ['exactly half a cycle stands alone', 45 * DAY, 2],
  ])('rule 10: a rest of %s', (_what, lasts, cycles) => {
    expect(cycleCount({ length: 'P30D', start: 0, end: lasts })).toBe(cycles);
  });

  it('rule 12: the cycle at an instant is the one that holds it', () => {
    fc.assert(
      fc.property(cuts, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (cut, share) => {
        const at = cut.start + Math.floor(share * (cut.end - cut.start));
        const cycle = cycleAt(cut, at);
        expect(cycle.start <= at && at < cycle.end).toBe(true);
        expect(all(cut)).toContainEqual(cycle);
        expect(cycleAt(cut, cycle.start)).toEqual(cycle);
        expect(cycleAt(cut, cycle.end - 1)).toEqual(cycle);
      }),
    );
  });

  it.each([
    ['13 days, 23:59:59.999', 14 * DAY - 1, false],
    ['14 days', 14 * DAY, true],
    ['ten years', addMonths(0, 120), true],
    ['a millisecond more than ten years', addMonths(0, 120) + 1, false],
    ['less than nothing', -DAY, false],
  ])('rule 16: of %s is possible: %s', (_what, end, possible) => {
    expect(isPossiblePeriod({ start: 0, end: end })).toBe(possible);
  });
});

describe('a cycle after the cut has changed under a running one', () => {
  it('rule 20: ends at the first boundary at least half a cycle later', () => {
    const year: Cut = { length: 'P30D', start: 0, end: 365 * DAY };
    expect(cycleFrom(year, 31 * DAY)).toEqual({ start: 31 * DAY, end: 60 * DAY });
    expect(cycleFrom(year, 45 * DAY)).toEqual({ start: 45 * DAY, end: 60 * DAY });
    expect(cycleFrom(year, 45 * DAY + 1)).toEqual({ start: 45 * DAY + 1, end: 90 * DAY });
  });

  it('rule 20: is none where less than half a cycle is left', () => {
    expect(cycleFrom({ length: 'P30D', start: 0, end: 35 * DAY }, 31 * DAY)).toBeUndefined();
    expect(cycleFrom({ length: 'P30D', start: 0, end: 35 * DAY }, 35 * DAY)).toBeUndefined();
  });

  it('rule 20: is the ordinary one where it starts on a boundary', () => {
    fc.assert(
      fc.property(cuts, fc.nat({ max: 200 }), (cut, pick) => {
        const pieces = all(cut);
        const piece = pieces[pick % pieces.length];
        expect(piece && cycleFrom(cut, piece.start)).toEqual(piece);
      }),
    );
  });
});
