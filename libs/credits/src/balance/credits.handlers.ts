import type { CreditsView, LedgerLine, Page } from '#contracts';
import { type BusinessClock, InvalidCursorError } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { CREDIT_ACCOUNTS, type CreditAccounts, PLANS } from '../account/accounts.port.js';
import { type CreditsUntilChange, GetCredits, GetCreditsUntilChange, GetLedger } from '../account/credits.queries.js';
import { settledAt } from '../account/settling.js';
import { ledgerLine } from '../ledger/ledger.line.js';
import { type Plans } from '../plans/plans.js';
import { creditsView } from './credits.view.js';
import { shownUntil } from './shown-until.js';

export const BUSINESS_CLOCK = Symbol('BusinessClock');

/** A read shows what a command at that instant would find: what is due but not yet written is settled in memory (rule 13). */
@QueryHandler(GetCredits)
export class GetCreditsHandler implements IQueryHandler<GetCredits> {
  constructor(
    @Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts,
    @Inject(PLANS) private readonly plans: Plans,
    @Inject(BUSINESS_CLOCK) private readonly clock: BusinessClock,
  ) {}

  async execute({ accountId, at }: GetCredits): Promise<CreditsView> {
    const { credits, position } = await (at === undefined ? this.accounts.credits(accountId) : this.accounts.creditsAt(accountId, at));
    const now = at ?? this.clock.now();
    const settled = settledAt(credits, now, accountId, this.plans);
    return creditsView(settled, { accountId, now, plans: this.plans, position, past: at !== undefined });
  }
}

/** The same object as that of GetCredits, with the instant up to which it needs no second look. */
@QueryHandler(GetCreditsUntilChange)
export class GetCreditsUntilChangeHandler implements IQueryHandler<GetCreditsUntilChange> {
  constructor(
    @Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts,
    @Inject(PLANS) private readonly plans: Plans,
    @Inject(BUSINESS_CLOCK) private readonly clock: BusinessClock,
  ) {}

  async execute({ accountId, after }: GetCreditsUntilChange): Promise<CreditsUntilChange> {
    const { credits, position } = await this.accounts.credits(accountId, after);
    const now = this.clock.now();
    const settled = settledAt(credits, now, accountId, this.plans);
    return { credits: creditsView(settled, { accountId, now, plans: this.plans, position }), until: shownUntil(settled, now) };
  }
}

/** The ledger is the account's stream read backwards, page by version; the cursor is the version to go on from. */
@QueryHandler(GetLedger)
export class GetLedgerHandler implements IQueryHandler<GetLedger> {
  constructor(@Inject(CREDIT_ACCOUNTS) private readonly accounts: CreditAccounts) {}

  async execute({ accountId, limit, cursor }: GetLedger): Promise<Page<LedgerLine>> {
    const items: LedgerLine[] = [];
    let from = cursor === undefined ? undefined : versionOf(cursor);
    for (;;) {
      const page = await this.accounts.readBackwards(accountId, from, 2 * limit + 1);
      for (const event of page) {
        const line = ledgerLine(event);
        if (!line) continue;
        if (items.length === limit) return { items, nextCursor: cursorOf(event.version) };
        items.push(line);
      }
      const last = page.at(-1);
      if (page.length < 2 * limit + 1 || !last || last.version === 0) return { items, nextCursor: null };
      from = last.version - 1;
    }
  }
}

const cursorOf = (version: number): string => Buffer.from(`v${version}`).toString('base64url');

function versionOf(cursor: string): number {
  const version = /^v(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (version === undefined || cursorOf(Number(version)) !== cursor) throw new InvalidCursorError('the cursor is not one of this list');
  return Number(version);
}
