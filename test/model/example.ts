import { isDeepStrictEqual } from 'node:util';
import type { CycleLength } from './calendar.js';
import { type AccountUnderTest, type Catalogue, type Step, type StepResult, shippedPlans, type View } from './steps.js';

/** A rule worked out by hand: after step `after` (from 0) its answer is `result` and a read at that instant shows `view`. */
export interface Example {
  readonly rule: number;
  readonly title: string;
  /** The cycle length of all plans; `P30D` where not said. */
  readonly every?: CycleLength;
  readonly steps: readonly Step[];
  readonly expect: readonly { readonly after: number; readonly result?: StepResult['kind']; readonly view?: Partial<View> }[];
}

/** Plays an example to a fresh account and answers every place where it differs; empty when it agrees. */
export async function disagreements(
  example: Example,
  open: (plans: Catalogue) => AccountUnderTest | Promise<AccountUnderTest>,
): Promise<string[]> {
  const account = await open(shippedPlans(example.every ?? 'P30D'));
  const found: string[] = [];
  for (const [n, step] of example.steps.entries()) {
    const result = await account.apply(step);
    const view = await account.view(step.now);
    for (const then of example.expect.filter(({ after }) => after === n)) {
      if (then.result && then.result !== result.kind) found.push(`step ${n} answered ${result.kind} instead of ${then.result}`);
      for (const [part, value] of Object.entries(then.view ?? {})) {
        const shown = view[part as keyof View];
        if (!isDeepStrictEqual(shown, value))
          found.push(`after step ${n} ${part} is ${JSON.stringify(shown)} instead of ${JSON.stringify(value)}`);
      }
    }
  }
  return found;
}
