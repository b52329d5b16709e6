import type { AccountSummary, Page } from '#contracts';
import { BUSINESS_CLOCK, creditsView, PLANS, type Plans, settledAt } from '#credits';
import type { BusinessClock, RangeQuery, ReadModelStore } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { type AccountRow, FAILURE_COUNTS_MS } from './account.projection.js';
import { type AccountsWanted, ListAccounts } from './accounts.queries.js';
import { Accounts } from './accounts.js';

/** After every character that an id may have. */
const LAST = '~';

/** The rows that the list of accounts is read from. */
export class AccountRows {
  constructor(private readonly store: Pick<ReadModelStore, 'range'>) {}

  page(wanted: AccountsWanted, now: number, limit: number, cursor: string | undefined) {
    const query: RangeQuery = { ...rangeOf(wanted, now), limit, ...(cursor !== undefined && { cursor }) };
    return this.store.range<AccountRow>('accounts', 'accounts', query);
  }
}

/** Every list is one walk over one index; what time decides is a bound of it. */
function rangeOf(wanted: AccountsWanted, now: number): Omit<RangeQuery, 'limit' | 'cursor'> {
  if (wanted === 'all') return { index: ['activityAt'], equals: [], direction: 'descending' };
  if ('prefix' in wanted) return { index: [], equals: [], atLeast: wanted.prefix, atMost: wanted.prefix + LAST, direction: 'ascending' };
  const { trouble } = wanted;
  if (trouble === 'failed-renders')
    return { index: ['failedAt'], equals: [], atLeast: now - FAILURE_COUNTS_MS, atMost: now, direction: 'descending' };
  return { index: ['trouble', 'troubleFrom'], equals: [trouble], atMost: now, direction: 'descending' };
}

/** Each account as a command at this instant would find it: what is due but not yet written is settled in memory (rule 13). */
@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts> {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(AccountRows) private readonly rows: AccountRows,
    @Inject(PLANS) private readonly plans: Plans,
    @Inject(BUSINESS_CLOCK) private readonly clock: BusinessClock,
  ) {}

  async execute({ wanted, limit, cursor }: ListAccounts): Promise<Page<AccountSummary>> {
    await this.accounts.allShown('accounts');
    const now = this.clock.now();
    const { items, next } = await this.rows.page(wanted, now, limit, cursor);
    return { items: items.map((row) => this.summary(row, now)), nextCursor: next ?? null };
  }

  private summary({ accountId, credits, position, failures, activityAt }: AccountRow, now: number): AccountSummary {
    const settled = settledAt(credits, now, accountId, this.plans);
    const { status, plan, available, inProgress, nextRenewalAt, endsAt } = creditsView(settled, {
      accountId,
      now,
      plans: this.plans,
      position,
    });
    return {
      accountId,
      status,
      plan,
      available,
      inProgress: inProgress ?? 0,
      nextRenewalAt,
      endsAt,
      failedRenders: failures.filter(({ at }) => at >= now - FAILURE_COUNTS_MS).length,
      lastActivityAt: new Date(activityAt).toISOString(),
    };
  }
}
