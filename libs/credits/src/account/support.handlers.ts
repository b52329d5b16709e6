import { type AllotmentView, type Answer, instant, type Refusal } from '#contracts';
import { type Outcome, type RecordedEvent, rejected, requestHash } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { creditsView } from '../balance/credits.view.js';
import { type Plans } from '../plans/plans.js';
import { CREDIT_ACCOUNTS, type CreditAccounts, PLANS } from './accounts.port.js';
import { type AllotmentAnswer, GrantCredits, RevokeCredits } from './credits.commands.js';
import { causes, type CreditsAllotted, type CreditsRevoked } from './credits.events.js';
import type { Credits } from './credits.state.js';
import { grantCredits, revokeCredits } from './support.decisions.js';

type Done = Extract<Outcome<Credits, never>, { kind: 'accepted' | 'replayed' }>;

@CommandHandler(GrantCredits)
export class GrantCreditsHandler implements ICommandHandler<GrantCredits> {
  constructor(
    @Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts,
    @Inject(PLANS) private readonly plans: Plans,
  ) {}

  async execute({ accountId, request, key, caller }: GrantCredits): Promise<Answer<AllotmentAnswer>> {
    const cause = causes.request('GrantCredits', key);
    const outcome = await this.accounts.transact({
      ...caller,
      id: accountId,
      cause,
      requestHash: requestHash({ accountId, ...request }),
      decide: (credits, past, now) => grantCredits({ ...request, accountId, cause, now })(credits, past),
    });
    if (outcome.kind === 'reused') return { kind: 'refused', refusal: { code: 'idempotency-key-reused' } };
    if (outcome.kind === 'rejected') return { kind: 'refused', refusal: outcome.refusal };
    const { data } = outcome.events[0] as RecordedEvent & CreditsAllotted;
    const allotment: AllotmentView = {
      id: data.allotmentId,
      source: data.source,
      quantity: data.credits,
      remaining: data.credits,
      validFrom: data.validFrom,
      expiresAt: data.expiresAt,
    };
    return answer(accountId, allotment, outcome, this.plans, this.accounts);
  }
}

@CommandHandler(RevokeCredits)
export class RevokeCreditsHandler implements ICommandHandler<RevokeCredits> {
  constructor(
    @Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts,
    @Inject(PLANS) private readonly plans: Plans,
  ) {}

  async execute({ accountId, allotmentId, request, key, caller }: RevokeCredits): Promise<Answer<AllotmentAnswer>> {
    const outcome = await this.accounts.transact({
      ...caller,
      id: accountId,
      cause: key === null ? causes.revoked(allotmentId) : causes.request('RevokeCredits', key),
      ...(key !== null && { requestHash: requestHash({ accountId, allotmentId, ...request }) }),
      decide: (credits, past, now) => revokeCredits({ ...request, allotmentId, now })(credits, past),
    });
    if (outcome.kind === 'reused') return { kind: 'refused', refusal: { code: 'idempotency-key-reused' } };
    if (outcome.kind === 'rejected') return this.#asBefore(accountId, allotmentId, outcome.refusal);
    return this.#answer(accountId, allotmentId, outcome);
  }

  /** An allotment revoked before answers the same again; otherwise the stream tells a used up one from an unknown one. */
  async #asBefore(accountId: string, allotmentId: string, refusal: Refusal): Promise<Answer<AllotmentAnswer>> {
    const before = await this.accounts.transact({ id: accountId, cause: causes.revoked(allotmentId), decide: () => rejected(refusal) });
    if (before.kind === 'replayed') return this.#answer(accountId, allotmentId, before);
    const given = await this.#given(accountId, allotmentId);
    return { kind: 'refused', refusal: given ? refusal : { code: 'unknown-allotment' } };
  }

  async #answer(accountId: string, allotmentId: string, outcome: Done): Promise<Answer<AllotmentAnswer>> {
    const given = await this.#given(accountId, allotmentId);
    if (!given) throw new Error(`allotment ${allotmentId} of ${accountId} was revoked but never given`);
    const { data } = outcome.events.find((event) => event.type === 'CreditsRevoked') as RecordedEvent & CreditsRevoked;
    const allotment = {
      id: allotmentId,
      source: given.source,
      quantity: given.credits,
      remaining: 0,
      validFrom: given.validFrom,
      expiresAt: instant(Math.min(Date.parse(data.at), given.expiresAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(given.expiresAt))),
    };
    return answer(accountId, allotment, outcome, this.plans, this.accounts);
  }

  async #given(accountId: string, allotmentId: string): Promise<CreditsAllotted['data'] | undefined> {
    const PAGE = 500;
    for (let from: number | undefined; ; ) {
      const page = await this.accounts.readBackwards(accountId, from, PAGE);
      const event = page.find(({ type, data }) => type === 'CreditsAllotted' && data['allotmentId'] === allotmentId);
      if (event) return (event as RecordedEvent & CreditsAllotted).data;
      const last = page.at(-1);
      if (page.length < PAGE || !last || last.version === 0) return undefined;
      from = last.version - 1;
    }
  }
}

function answer(
  accountId: string,
  allotment: AllotmentView,
  outcome: Done,
  plans: Plans,
  accounts: CreditAccounts,
): Answer<AllotmentAnswer> {
  const credits = creditsView(outcome.state, { accountId, now: outcome.at, plans, position: accounts.token(outcome.position) });
  return { kind: 'done', replayed: outcome.kind === 'replayed', value: { allotment, credits } };
}
