import type { CreditsView, LedgerLine, Page } from '#contracts';
import type { Position } from '#event-sourcing';
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

/** The credits object now, and until when it holds if nothing is written. */
export interface CreditsUntilChange {
  readonly credits: CreditsView;
  /** The next instant (ms) at which time alone may change the object; null: none. */
  readonly until: number | null;
}

/**
 * What a page that stays open shows: the object of GetCredits, telling everything up to `after` in the log (0n: what is there).
 * Throws ReadModelBehindError where the read models take too long to come that far.
 */
export class GetCreditsUntilChange extends Query<CreditsUntilChange> {
  constructor(
    readonly accountId: string,
    readonly after: Position,
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
