import type { Answer } from '#contracts';
import { accepted } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CREDIT_ACCOUNTS, type CreditAccounts, PLANS } from '../account/accounts.port.js';
import { ApplyBillingEvent } from '../account/credits.commands.js';
import { causes } from '../account/credits.events.js';
import { type Plans } from '../plans/plans.js';
import { readBillingEvent } from './billing-event.js';
import { billingCommand } from './billing.saga.js';

type Placed = Answer<{ readonly position: string }>;

/** Billing events by topic and by HTTP come through here; a refusal means that the caller parks the event with its reason. */
@CommandHandler(ApplyBillingEvent)
export class ApplyBillingEventHandler implements ICommandHandler<ApplyBillingEvent> {
  constructor(
    @Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts,
    @Inject(PLANS) private readonly plans: Plans,
  ) {}

  async execute({ type, data, caller }: ApplyBillingEvent): Promise<Placed> {
    const read = readBillingEvent(type, data);
    if (!read.ok) return parked(read.reason);
    const { accountId, cause, decide } = billingCommand(read.event, this.plans);
    const outcome = await this.accounts.transact({ ...caller, id: accountId, cause, decide });
    if (outcome.kind === 'rejected') return parked('unknown plan');
    if (outcome.kind === 'reused') throw new Error(`cause "${cause}" cannot be reused`);
    const standing = outcome.kind === 'accepted' ? outcome : await standingOf(this.accounts, accountId);
    return { kind: 'done', replayed: outcome.kind === 'replayed', value: { position: this.accounts.token(standing.position) } };
  }
}

/** Where the account stands, nothing written. */
async function standingOf(accounts: CreditAccounts, accountId: string): Promise<{ readonly position: bigint }> {
  const standing = await accounts.transact({ id: accountId, cause: causes.settle(), decide: () => accepted() });
  if (standing.kind !== 'accepted') throw new Error(`reading ${accountId} was ${standing.kind}`);
  return standing;
}

const parked = (reason: string): Placed => ({ kind: 'refused', refusal: { code: 'parked', reason, detail: reason } });
