import fc from 'fast-check';
import { compareWithReference } from './account.model.js';
import { ReferenceAccount } from './reference-account.js';
import { rawHistories } from './arbitraries.js';
import { tellHistory } from './tell-history.js';
import type { AccountUnderTest, Catalogue, Step, StepResult, View } from './steps.js';

const commands = Number(process.env['MODEL_COMMANDS'] ?? 20_000);
const seed = Number(process.env['MODEL_SEED'] ?? 1);

/** The reference with one defect, to see that the comparison can fail. */
class Defective implements AccountUnderTest {
  private readonly account: ReferenceAccount;

  constructor(
    plans: Catalogue,
    private readonly heard: (step: Step) => Step = (step) => step,
    private readonly seen: (view: View) => View = (view) => view,
  ) {
    this.account = new ReferenceAccount(plans);
  }

  apply(step: Step): StepResult {
    return this.account.apply(this.heard(step));
  }

  view(at: number): View {
    return this.seen(this.account.view(at));
  }
}

const parted = (open: (plans: Catalogue) => AccountUnderTest) => compareWithReference(open, { commands: 100_000, seed });

/** What must happen to credits in a few hundred histories, or they would prove little: fact, cause, source. */
const mustHappen = [
  'allotted cycle plan',
  'allotted upgrade plan',
  'allotted trial trial',
  'allotted payment purchase',
  'allotted goodwill goodwill',
  'expired expired plan',
  'revoked revoked plan',
  'revoked revoked purchase',
  'returned returned plan',
  'expired returned plan',
  'revoked returned plan',
  'consumed late plan',
];

describe('the histories', () => {
  it('reach everything that can happen to a credit', () => {
    const happened = new Set<string>();
    for (const raw of fc.sample(rawHistories(30), { numRuns: 1_000, seed })) {
      const { plans, steps } = tellHistory(raw);
      const account = new ReferenceAccount(plans);
      for (const step of steps) account.apply(step);
      for (const { kind, cause, allotment } of account.book.facts)
        happened.add(`${kind} ${cause.split(':')[0]} ${account.book.allotments[allotment]?.source}`);
    }
    expect([...happened]).toEqual(expect.arrayContaining(mustHappen));
  });
});

describe('an account compared with the reference', () => {
  it('agrees with itself, and every invariant holds after every step', async () => {
    const report = await compareWithReference((plans) => new ReferenceAccount(plans), { commands, seed });
    expect(report.commands).toBeGreaterThanOrEqual(commands);
  }, 1_800_000);

  it('is told apart when it takes every failed render for one that may be tried again', async () => {
    const retries = (step: Step): Step => (step.kind === 'renderFailed' ? { ...step, retryable: true } : step);
    await expect(parted((plans) => new Defective(plans, retries))).rejects.toThrow(/seed \d+.*\n {2}0\. /s);
  });

  it('is told apart when an upgrade counts for nothing', async () => {
    const forget = (step: Step): Step =>
      step.kind === 'billing' && step.type.endsWith('plan-changed') ? { kind: 'pass', now: step.now } : step;
    await expect(parted((plans) => new Defective(plans, forget))).rejects.toThrow(/seed/);
  });

  it('is told apart when plan credits are shown a millisecond too long', async () => {
    const late = (view: View): View => ({
      ...view,
      cycle: view.cycle && { ...view.cycle, end: new Date(Date.parse(view.cycle.end) + 1).toISOString() },
    });
    await expect(parted((plans) => new Defective(plans, undefined, late))).rejects.toThrow(/cycle is/);
  });

  it('is told apart when months drift', async () => {
    await expect(parted((plans) => new ReferenceAccount({ ...plans, every: 'P30D' }))).rejects.toThrow(/P1M/);
  });
});
