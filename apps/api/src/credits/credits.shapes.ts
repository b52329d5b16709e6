import { type AccountTrouble } from '#videos';
import { troubles } from '#credits';
import { Is, absentOr, id, instant, oneOf, optional, text, token, wholeNumber, wholeNumberText } from '#contracts/rules';

export class CreditsQuery {
  @Is(absentOr(instant)) at?: string;
  @Is(absentOr(token)) after?: string;
}

export class LedgerQuery {
  @Is(absentOr(wholeNumberText(1, 100))) limit?: string;
  @Is(absentOr(token)) cursor?: string;
}

export class AccountsQuery {
  /** The beginning of an account's id. */
  @Is(absentOr(id)) query?: string;
  @Is(absentOr(oneOf(...troubles, 'failed-renders'))) trouble?: AccountTrouble;
  @Is(absentOr(wholeNumberText(1, 100))) limit?: string;
  @Is(absentOr(token)) cursor?: string;
}

export class GrantBody {
  // Whether it is more than this house gives at once is for the rules to say (GRANT_MAX).
  @Is(wholeNumber(1, 1_000_000)) credits!: number;
  @Is(oneOf('purchase', 'goodwill')) source!: 'purchase' | 'goodwill';
  @Is(text(1, 200)) reason!: string;
  @Is(optional(text(1, 200))) actor?: string | null;
  @Is(optional(text(1, 200))) ticket?: string | null;
  @Is(optional(instant)) expiresAt?: string | null;
  @Is(optional(instant)) validFrom?: string | null;
}

export class RevokeBody {
  @Is(text(1, 200)) reason!: string;
  @Is(optional(text(1, 200))) actor?: string | null;
}

export class EventsQuery {
  @Is(absentOr(token)) after?: string;
  @Is(absentOr(wholeNumberText(1, 100))) limit?: string;
  /** Milliseconds. */
  @Is(absentOr(wholeNumberText(0, 30_000))) waitMs?: string;
}
