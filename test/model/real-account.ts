import type { Plans } from '#credits';
import { AccountDriver, ms } from '../account/account.driver.js';
import { type AccountUnderTest, type Catalogue, inShownOrder, type Step, type StepResult, type View } from './steps.js';

/** The real account, behind its commands and reads, as the comparison wants it. */
export class RealAccount implements AccountUnderTest {
  readonly driver: AccountDriver;
  readonly #granted = new Map<string, string>();

  constructor(catalogue: Catalogue) {
    this.driver = new AccountDriver(plansOf(catalogue));
  }

  async apply(step: Step): Promise<StepResult> {
    const account = this.driver.at(step.now);
    switch (step.kind) {
      case 'createVideo': {
        const outcome = await account.create(step.key);
        if (outcome.kind === 'rejected')
          return { kind: 'insufficient', available: 0, nextRenewalAt: outcome.refusal['nextRenewalAt'] as string | null };
        return { kind: 'accepted', replayed: outcome.kind === 'replayed' };
      }
      case 'cancelVideo': {
        const outcome = await account.cancel(step.video);
        if (outcome.kind !== 'rejected') return { kind: 'video', outcome: 'cancelled' };
        return { kind: 'refused', code: outcome.refusal.code as 'already-started' };
      }
      case 'renderStarted':
        await account.started(step.video, step.attempt);
        return this.#outcome(step.video);
      case 'renderCompleted':
        await account.completed(step.video, step.attempt);
        return this.#outcome(step.video);
      case 'renderFailed':
        await account.failed(step.video, step.attempt, step.retryable);
        return this.#outcome(step.video);
      case 'leaseLost':
        await account.silent(step.video, step.attempt);
        return this.#outcome(step.video);
      case 'grant':
        return this.#grant(step);
      case 'revoke':
        return this.#revoke(step.allotment);
      case 'billing':
        return { kind: await account.bill(step.type, step.data) };
      case 'settle':
        await account.settle();
        return { kind: 'none' };
      case 'pass':
        return { kind: 'none' };
    }
  }

  async view(at: number): Promise<View> {
    const account = this.driver;
    const past = at < account.now ? at : undefined;
    if (at > account.now) account.at(at);
    const { plan, nextPlan, allotments, accountId: _accountId, position: _position, ...view } = await account.view(past);
    return {
      ...view,
      inProgress: view.inProgress ?? 0,
      planId: plan?.id ?? null,
      creditsPerCycle: plan?.creditsPerCycle ?? null,
      nextPlanId: nextPlan?.id ?? null,
      allotments: inShownOrder(allotments.map(({ id: _id, ...shown }) => shown)),
    };
  }

  async #outcome(key: string): Promise<StepResult> {
    const status = await this.driver.status(key);
    if (status === undefined) return { kind: 'refused', code: 'unknown-video' };
    return { kind: 'video', outcome: status === 'queued' || status === 'rendering' ? 'in-progress' : status };
  }

  async #grant({ key, credits, source, validFrom, expiresAt }: Step & { kind: 'grant' }): Promise<StepResult> {
    if (credits < 1 || credits > 1000) return { kind: 'refused', code: 'invalid-grant' };
    const answer = await this.driver.grant(key, {
      credits,
      source,
      validFrom: instantOrNull(validFrom),
      expiresAt: instantOrNull(expiresAt),
    });
    if (answer.kind === 'refused') return { kind: 'refused', code: 'invalid-grant' };
    this.#granted.set(key, answer.value.allotment.id);
    return { kind: 'granted', replayed: answer.replayed };
  }

  async #revoke(ref: (Step & { kind: 'revoke' })['allotment']): Promise<StepResult> {
    const id = 'grantKey' in ref ? this.#granted.get(ref.grantKey) : await this.#listed(ref.nth);
    const answer = await this.driver.revoke(id ?? 'unknown');
    return answer.kind === 'done' ? { kind: 'revoked' } : { kind: 'refused', code: answer.refusal.code as 'nothing-to-revoke' };
  }

  /** The id of the n-th allotment in the order shown. */
  async #listed(nth: number): Promise<string | undefined> {
    const { allotments } = await this.driver.view();
    const ids = new Map(allotments.map(({ id, ...shown }) => [shown, id]));
    const shown = inShownOrder([...ids.keys()])[nth];
    return shown && ids.get(shown);
  }
}

const instantOrNull = (text: string | undefined): number | null => (text === undefined ? null : ms(text));

function plansOf({ every, credits }: Catalogue): Plans {
  const cyclePlans = Object.entries(credits).map(([id, creditsPerCycle]) => [id, { id, name: id, creditsPerCycle, cycle: every }] as const);
  return { cyclePlans: new Map(cyclePlans), trial: { id: 'trial', name: 'Trial', creditsInTotal: 1 } };
}
