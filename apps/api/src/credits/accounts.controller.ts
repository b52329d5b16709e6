import type { AccountSummary, Page, RefusalList } from '#contracts';
import { type AccountsWanted, type AccountTrouble, ListAccounts } from '#videos';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { accountIdIn } from '../edge/path-ids.js';
import { ProblemError } from '../edge/problem.js';
import { Refusals } from '../edge/refusals.js';
import { Route } from '../edge/route.js';
import { inQuery } from '../edge/shape.js';
import { AccountsQuery } from './credits.shapes.js';

/** Accounts as support looks for them. Not for customers: their token reaches one account alone. */
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly refusals: Refusals,
  ) {}

  @Get()
  @Route({
    summary:
      'Accounts: by the beginning of their id (`query`, case counts), or in trouble (the newest first), or all with the newest activity first',
    access: { scope: 'credits:read', account: 'staff' },
    query: AccountsQuery,
    answers: { 200: { schema: 'AccountPage' } },
    problems: ['invalid-cursor', 'read-model-behind'],
  })
  list(@Query(inQuery(AccountsQuery)) { query, trouble, limit, cursor }: AccountsQuery): Promise<Page<AccountSummary>> {
    return this.queries.execute(new ListAccounts(wantedIn(query, trouble), Number(limit ?? 20), cursor));
  }

  @Get(':accountId/refusals')
  @Route({
    summary: 'The last commands that this process refused to the account, newest first; `since` says from when it knows',
    access: { scope: 'credits:read', account: 'staff' },
    answers: { 200: { schema: 'RefusalList' } },
  })
  refused(@Param('accountId') path: string): RefusalList {
    return this.refusals.of(accountIdIn(path));
  }
}

function wantedIn(prefix: string | undefined, trouble: AccountTrouble | undefined): AccountsWanted {
  if (prefix !== undefined && trouble !== undefined) throw new ProblemError('bad-request', 'ask for query or trouble, not for both');
  if (prefix !== undefined) return { prefix };
  return trouble === undefined ? 'all' : { trouble };
}
