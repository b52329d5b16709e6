import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type RawHistory, rawHistories } from './arbitraries.js';
import { DAY } from './calendar.js';
import { breaches } from './invariants.js';
import { ReferenceAccount } from './reference-account.js';
import { type AccountUnderTest, type Catalogue, type Step, type StepResult, type View, iso } from './steps.js';
import { tellHistory } from './tell-history.js';

export interface ModelRun {
  /** How many steps to compare in all; it ends with the history that reaches them. */
  readonly commands: number;
  /** Moves in the longest history. */
  readonly longest?: number;
  /** The generator's seed; the same seed gives the same histories. */
  readonly seed?: number;
}

/** The figures of a run without a difference. */
export interface ModelReport {
  readonly commands: number;
  readonly histories: number;
  readonly seed: number;
}

/**
 * Plays random histories to a fresh account and to the reference, and compares every answer and the view after every
 * step. Throws with the seed and the shortest differing history told as a story.
 */
export async function compareWithReference(
  open: (plans: Catalogue) => AccountUnderTest | Promise<AccountUnderTest>,
  run: ModelRun,
): Promise<ModelReport> {
  const seed = run.seed ?? 1;
  let commands = 0;
  let histories = 0;
  for (let round = 0; commands < run.commands; round++) {
    const property = fc.asyncProperty(rawHistories(run.longest ?? 30), async (raw) => {
      const { plans, steps } = tellHistory(raw);
      commands += steps.length;
      histories += 1;
      const difference = await firstDifference(await open(plans), plans, steps);
      if (difference) throw new Error(difference);
    });
    const details = await fc.check(property, { seed: seed + round, numRuns: 50, endOnFailure: false });
    if (details.failed)
      throw new Error(storyOf(details.counterexample?.[0], details.errorInstance, seed + round, details.counterexamplePath));
  }
  return { commands, histories, seed };
}

/** The first place where an account and the reference part, in words, or null where they agree to the end. */
async function firstDifference(account: AccountUnderTest, plans: Catalogue, steps: readonly Step[]): Promise<string | null> {
  const reference = new ReferenceAccount(plans);
  const heard: Step[] = [];
  for (const [n, step] of steps.entries()) {
    const repeated = heard.some((earlier) => saysTheSame(earlier, step));
    heard.push(step);
    const expected = reference.apply(step);
    const actual = await account.apply(step);
    if (!sameResult(expected, actual, repeated))
      return `step ${n} answered ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
    const parts = partsThatDiffer(reference.view(step.now), await account.view(step.now));
    if (parts) return `after step ${n} the view differs: ${parts}`;
    const broken = breaches(reference);
    if (broken.length > 0) return `after step ${n} the reference itself breaks ${broken.join('; ')}`;
  }
  return differenceAtOtherTimes(account, reference, steps);
}

/** Reads of the past (half way through) and of the time to come (45 days on), where nothing is written any more. */
async function differenceAtOtherTimes(
  account: AccountUnderTest,
  reference: ReferenceAccount,
  steps: readonly Step[],
): Promise<string | null> {
  const halfway = steps[Math.floor(steps.length / 2)]?.now;
  const later = (steps.at(-1)?.now ?? 0) + 45 * DAY;
  for (const at of [halfway ?? later, later]) {
    const [expected, actual] = [reference.view(at), await account.view(at)];
    const parts = partsThatDiffer({ ...expected, inProgress: 0 }, { ...actual, inProgress: 0 });
    if (parts) return `in the end the view at ${iso(at)} differs: ${parts}`;
  }
  return null;
}

/** Whether a billing event was heard before; between subscription events the name makes no difference (rule 15). */
function saysTheSame(earlier: Step, step: Step): boolean {
  if (earlier.kind !== 'billing' || step.kind !== 'billing') return false;
  const family = (type: string) => (type.startsWith('billing.subscription.') ? 'subscription' : type);
  return family(earlier.type) === family(step.type) && isDeepStrictEqual(earlier.data, step.data);
}

/** Whether two answers say the same; only an exact repeat must be told from an event that merely changed nothing. */
function sameResult(expected: StepResult, actual: StepResult, repeated: boolean): boolean {
  const taken = (result: StepResult) => result.kind === 'applied' || result.kind === 'nothing-new';
  if (taken(expected) && taken(actual)) return !repeated || actual.kind === 'nothing-new';
  return isDeepStrictEqual(expected, actual);
}

function partsThatDiffer(expected: View, actual: View): string | null {
  const parts = (Object.keys(expected) as (keyof View)[]).filter((part) => !isDeepStrictEqual(expected[part], actual[part]));
  return parts.length === 0
    ? null
    : parts.map((part) => `${part} is ${JSON.stringify(actual[part])} instead of ${JSON.stringify(expected[part])}`).join('; ');
}

function storyOf(raw: RawHistory | undefined, error: unknown, seed: number, path: string | null): string {
  const what = error instanceof Error ? error.message : String(error);
  const told = raw ? tellHistory(raw).steps.map((step, n) => `  ${n}. ${tell(step)}`) : [];
  return [`The account and the reference part (seed ${seed}, path ${path ?? '?'}, cycles ${raw?.every ?? '?'}): ${what}`, ...told].join(
    '\n',
  );
}

/** One step as a line to read. */
function tell({ now, kind, ...rest }: Step): string {
  const said = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [iso(now), kind, ...said].join(' ');
}
