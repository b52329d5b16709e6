import { readFileSync } from 'node:fs';
import { type CycleLength, cut, startOfCycle } from './calendar.js';
import { examples } from './examples.js';
import { breaches } from './invariants.js';
import { ReferenceAccount } from './reference-account.js';
import { shippedPlans } from './steps.js';

interface Vectors {
  readonly starts: readonly { readonly every: CycleLength; readonly from: string; readonly days: readonly string[] }[];
  readonly periods: readonly { readonly every: CycleLength; readonly start: string; readonly end: string; readonly cycles: number; readonly lastStart?: string }[];
}

const vectors = JSON.parse(readFileSync(new URL('./vectors/cycles.json', import.meta.url), 'utf8')) as Vectors;

describe("the model's calendar", () => {
  it.each(vectors.starts)('counts $every from $from as the vectors do', ({ every, from, days }) => {
    const starts = days.map((_, n) => new Date(startOfCycle(every, Date.parse(from), n)).toISOString());
    expect(starts).toEqual(days.map((day) => day + from.slice(10)));
  });

  it.each(vectors.periods)('cuts $every from $start to $end as the vectors do', ({ every, start, end, cycles, lastStart }) => {
    const pieces = cut(every, Date.parse(start), Date.parse(end));
    expect(pieces).toHaveLength(cycles);
    expect(pieces.at(-1)?.end).toBe(Date.parse(end));
    if (lastStart) expect(pieces.at(-1)?.start).toBe(Date.parse(lastStart));
  });
});

describe('the model', () => {
  it.each(examples)('rule $rule: $title', ({ every, steps, expect: expected }) => {
    const account = new ReferenceAccount(shippedPlans(every ?? 'P30D'));
    steps.forEach((step, n) => {
      const result = account.apply(step);
      const view = account.view(step.now);
      for (const then of expected.filter(({ after }) => after === n)) {
        if (then.result) expect({ after: n, result: result.kind }).toEqual({ after: n, result: then.result });
        if (then.view) expect({ after: n, view }).toEqual({ after: n, view: expect.objectContaining(then.view) });
      }
      expect(breaches(account)).toEqual([]);
    });
  });
});
