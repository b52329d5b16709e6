import { type Credits, endOf } from '../account/credits.state.js';
import { nextDueAt } from '../account/settling.js';
import { dueCycle, endOfSet, paidUntil, type Subscription } from '../account/subscription.js';

/**
 * Until when the credits object of settled credits stays as it is at `now` if nothing is written: the earliest later instant
 * (ms) that the credits name; null where they name none. At that instant the object may after all be the same, before it never another.
 */
export function shownUntil(credits: Credits, now: number): number | null {
  const live = credits.allotments.filter((a) => a.remaining > 0 && !a.closed);
  const named = [
    nextDueAt(credits),
    credits.trial?.startsAt,
    credits.trial?.endsAt,
    ...live.flatMap((a) => [a.validFrom, endOf(credits, a)]),
    ...credits.subscriptions.flatMap(instantsOf),
  ];
  const later = named.filter((instant): instant is number => typeof instant === 'number' && instant > now);
  return later.length === 0 ? null : Math.min(...later);
}

/** Every instant at which something of a subscription begins, ends or falls due. */
function instantsOf(subscription: Subscription): readonly (number | undefined)[] {
  const { periods, cycle, trial } = subscription;
  const due = dueCycle(subscription);
  return [
    ...periods.flatMap(({ start, end }) => [start, end]),
    paidUntil(subscription),
    due?.at,
    due?.cycle.start,
    trial?.start,
    trial?.end,
    cycle?.start,
    cycle ? endOfSet(subscription, cycle.periodStart, cycle.end) : undefined,
  ];
}
