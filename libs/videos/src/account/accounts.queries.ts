import type { AccountSummary, Page } from '#contracts';
import type { Trouble } from '#credits';
import { Query } from '@nestjs/cqrs';

/** What support may ask the list for besides everything. */
export type AccountTrouble = Trouble | 'failed-renders';

/** Which accounts: those whose id begins with `prefix`, or those in a trouble, or all. */
export type AccountsWanted = { readonly prefix: string } | { readonly trouble: AccountTrouble } | 'all';

/**
 * Accounts as support lists them. By prefix in the order of their ids; in trouble the newest trouble first; all with the
 * newest activity first. Throws InvalidCursorError, ReadModelBehindError.
 */
export class ListAccounts extends Query<Page<AccountSummary>> {
  constructor(
    readonly wanted: AccountsWanted,
    readonly limit: number,
    readonly cursor?: string,
  ) {
    super();
  }
}
