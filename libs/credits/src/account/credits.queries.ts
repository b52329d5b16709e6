import type { CreditsView, LedgerLine, Page } from '#contracts';
import { Query } from '@nestjs/cqrs';

/** The credits object now, or as it was shown at a past instant (`at`, ms). */
export class GetCredits extends Query<CreditsView> {
  constructor(
    readonly accountId: string,
    readonly at?: number,
  ) {
    super();
  }
}

/** The account's history, newest first in the stream's order (rule 26). Throws InvalidCursorError. */
export class GetLedger extends Query<Page<LedgerLine>> {
  constructor(
    readonly accountId: string,
    readonly limit: number,
    readonly cursor?: string,
  ) {
    super();
  }
}
