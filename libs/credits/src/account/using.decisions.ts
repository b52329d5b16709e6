import { instant } from '#contracts';
import { GOODWILL_WITHOUT_CYCLE_MS } from '../calendar/calendar.js';
import { availableAt, cycleShown, nextRenewalAt, usableAt } from '../balance/credits.view.js';
import { type CreditEvent, causes } from './credits.events.js';
import { type Allotment, balanceOf, type Credits, endOf, evolveCredits } from './credits.state.js';
import { allotmentIdOf, expired } from './settling.js';

export interface InsufficientCredits {
  readonly code: 'insufficient-credits';
  readonly available: 0;
  /** RFC 3339, or null where no renewal is known. */
  readonly nextRenewalAt: string | null;
}

/** A purpose that a credit is used for: known here by its id alone. */
export interface Use {
  readonly useId: string;
  readonly allotmentId: string;
  /** ms */
  readonly usedAt: number;
}

/** Uses one credit of the allotment that ends first (rules 3, 5 and 7), from settled credits. */
export function useCredit(
  credits: Credits,
  use: { readonly useId: string; readonly now: number; readonly lowCredits: number },
): { readonly allotmentId: string; readonly events: readonly CreditEvent[] } | InsufficientCredits {
  const { useId, now, lowCredits } = use;
  const [allotment] = usableAt(credits, now);
  if (!allotment) return { code: 'insufficient-credits', available: 0, nextRenewalAt: textOrNull(nextRenewalAt(credits, now)) };
  const at = instant(now);
  const consumed: CreditEvent = {
    type: 'CreditConsumed',
    data: { allotmentId: allotment.id, videoId: useId, credits: 1, balanceAfter: balanceOf(credits) - 1, at },
  };
  const left = availableAt(credits, now) - 1;
  if (left !== 0 && left !== lowCredits) return { allotmentId: allotment.id, events: [consumed] };
  const level: CreditEvent = {
    type: left === 0 ? 'CreditsExhausted' : 'CreditsLow',
    data: { available: left, nextRenewalAt: textOrNull(nextRenewalAt(credits, now)), at },
  };
  return { allotmentId: allotment.id, events: [consumed, level] };
}

/**
 * Gives the credit of an undelivered use back to its own allotment (rules 29 and 30). Where that is over it ends at once,
 * with one goodwill credit if `goodwill`; where it was revoked it is revoked with it.
 */
export function returnCredit(
  credits: Credits,
  use: Use,
  on: { readonly now: number; readonly accountId: string; readonly goodwill: boolean },
): readonly CreditEvent[] {
  const { now, accountId } = on;
  const cause = causes.returned(use.useId);
  const allotment = credits.allotments.find((a) => a.id === use.allotmentId);
  if (!allotment) throw new Error(`allotment ${use.allotmentId} of ${use.useId} is not in the account's state`);
  const back: CreditEvent = {
    type: 'CreditReturned',
    cause,
    data: {
      allotmentId: use.allotmentId,
      videoId: use.useId,
      credits: 1,
      usedAt: instant(use.usedAt),
      balanceAfter: balanceOf(credits) + 1,
      at: instant(now),
    },
  };
  const events = [back];
  const returned = evolveCredits(credits, back, now);
  const whole = { ...allotment, remaining: 1 };
  if (allotment.closed === 'revoked')
    return [...events, revoked(returned, whole, { now, reason: 'returned after its allotment was revoked', actor: null }, cause)];
  const end = endOf(credits, allotment);
  if (!allotment.closed && (end === null || end > now)) return events;
  const over = expired(returned, whole, now, allotment.cutAt === null ? 'expired' : 'ended', cause);
  return on.goodwill ? [...events, over, goodwill(evolveCredits(returned, over, now), use.useId, accountId, now)] : [...events, over];
}

/** Takes back what is left of an allotment. */
export function revoked(
  credits: Credits,
  allotment: Allotment,
  by: { readonly now: number; readonly reason: string; readonly actor: string | null },
  cause: string,
): CreditEvent {
  const { id, remaining } = allotment;
  return {
    type: 'CreditsRevoked',
    cause,
    data: {
      allotmentId: id,
      credits: remaining,
      reason: by.reason,
      actor: by.actor,
      balanceAfter: balanceOf(credits) - remaining,
      at: instant(by.now),
    },
  };
}

/** One credit for a failed render whose own credit could not be used any more: to the end of the cycle, or 30 days. */
function goodwill(credits: Credits, useId: string, accountId: string, now: number): CreditEvent {
  const cause = causes.goodwill(useId);
  const expiresAt = cycleShown(credits, now)?.end ?? now + GOODWILL_WITHOUT_CYCLE_MS;
  return {
    type: 'CreditsAllotted',
    cause,
    data: {
      allotmentId: allotmentIdOf(accountId, cause),
      source: 'goodwill',
      credits: 1,
      validFrom: instant(now),
      expiresAt: instant(expiresAt),
      reason: 'for a video that failed',
      actor: null,
      ticket: null,
      plan: null,
      balanceAfter: balanceOf(credits) + 1,
      at: instant(now),
    },
  };
}

const textOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));
