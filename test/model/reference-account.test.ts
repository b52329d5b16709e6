import { readFileSync } from 'node:fs';
import { type CycleLength, cut, startOfCycle } from './calendar.js';
import { disagreements } from './example.js';
import { examples } from './examples.js';
import { create, pass } from './histories.js';
import { breaches } from './invariants.js';
import { ReferenceAccount } from './reference-account.js';
import { shippedPlans } from './steps.js';

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
  it.each(examples)('rule $rule: $title', async (example) => {
    expect(await disagreements(example, (plans) => new ReferenceAccount(plans))).toEqual([]);
  });

  it.each(examples)('keeps every invariant in rule $rule: $title', ({ every, steps }) => {
    const account = new ReferenceAccount(shippedPlans(every ?? 'P30D'));
    for (const step of steps) account.apply(step);
    expect(breaches(account)).toEqual([]);
  });

  it('finds an example that does not hold', async () => {
    const wrong = {
      rule: 1,
      title: 'gold',
      steps: create('2027-01-01', 'v1'),
      expect: [{ after: 0, result: 'accepted' as const, view: { available: 7 } }],
    };
    expect(await disagreements(wrong, (plans) => new ReferenceAccount(plans))).toEqual([
      'step 0 answered insufficient instead of accepted',
      'after step 0 available is 0 instead of 7',
    ]);
  });

  it('shows a past instant as it was shown then', () => {
    const account = new ReferenceAccount(shippedPlans('P30D'));
    const steps = examples.find(({ title }) => title.startsWith('an upgrade gives'))?.steps ?? [];
    const shown = steps.map((step) => {
      account.apply(step);
      return account.view(step.now);
    });
    account.apply(pass('2027-06-01'));
    expect(steps.map((step) => account.view(step.now))).toEqual(shown);
  });
});
