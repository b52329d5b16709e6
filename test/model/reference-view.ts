import { type AccountBook, type Allotment, showOne } from './account-book.js';
import type { ReferenceSubscription } from './reference-subscription.js';
import type { Video } from './renders.js';
import { type Catalogue, type View, inShownOrder, iso } from './steps.js';

/** What a view is made of. */
export interface AccountAsKept {
  readonly plans: Catalogue;
  readonly book: AccountBook;
  readonly subscriptions: ReadonlyMap<string, ReferenceSubscription>;
  readonly videos: ReadonlyMap<string, Video>;
  /** When a set really ends. */
  endOf(allotment: Allotment): number | null;
  /** What was given for one cycle. */
  setsOf(subscriptionId: string, periodStart: number, cycleStart: number): Allotment[];
}

const order = ['active', 'past-due', 'renewal-pending', 'paused', 'trial', 'ended'] as const;

/** The `credits` object of an account whose clock stands at `now`. */
export function viewOf(account: AccountAsKept, now: number): View {
  const subscriptions = [...account.subscriptions.values()];
  const shown = shownCycle(account, now);
  const live = account.book.allotments.filter((one) => !one.closed && one.remaining > 0 && (account.endOf(one) ?? Infinity) > now);
  const count = (upcoming: boolean) => live.filter((one) => one.validFrom > now === upcoming).reduce((sum, one) => sum + one.remaining, 0);
  const trials = account.book.allotments.filter(({ source }) => source === 'trial');
  const statuses = new Set<string | null>(subscriptions.map((subscription) => subscription.status(now)));
  for (const trial of trials) statuses.add(trial.closed ? 'ended' : 'trial');
  const renewals = subscriptions.flatMap((subscription) => subscription.nextCycleStart(now) ?? []);
  const next = shown?.subscription.nextCycleStart(now) ?? null;
  const planNext = shown && next !== null ? shown.subscription.planNext() : null;
  const endsAt = shown?.subscription.endsAt(now) ?? null;
  return {
    status: order.find((status) => statuses.has(status)) ?? 'none',
    planId: shown?.planId ?? null,
    creditsPerCycle: shown ? (account.plans.credits[shown.planId] ?? null) : null,
    available: count(false),
    upcoming: count(true),
    inProgress: [...account.videos.values()].filter(({ outcome }) => outcome === 'in-progress').length,
    usedThisCycle: shown ? usedSince(account, shown.cycle.start) : 0,
    cycle: shown ? { start: iso(shown.cycle.start), end: iso(shown.cycle.end) } : null,
    nextRenewalAt: renewals.length > 0 ? iso(Math.min(...renewals)) : null,
    nextPlanId: planNext !== null && planNext !== shown?.planId ? planNext : null,
    endsAt: endsAt === null ? null : iso(endsAt),
    allotments: inShownOrder(live.map((one) => showOne(one, account.endOf(one)))),
  };
}

/** The subscription whose running cycle was allotted most, at a tie the oldest. */
function shownCycle(account: AccountAsKept, now: number) {
  let best: { subscription: ReferenceSubscription; cycle: { start: number; end: number }; planId: string; given: number } | undefined;
  for (const subscription of account.subscriptions.values()) {
    const running = subscription.running(now);
    if (!running || !subscription.isOpen(running.period)) continue;
    const given = account
      .setsOf(subscription.id, running.period.start, running.cycle.start)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const owed = subscription.owed(running.period, running.cycle);
    if (given > (best?.given ?? 0) && owed) best = { subscription, cycle: running.cycle, planId: owed.planId, given };
  }
  return best;
}

/** Credits used since an instant and not returned; a return of an earlier use takes nothing from it. */
function usedSince({ book }: AccountAsKept, since: number): number {
  const uses = new Map<string | null, number>();
  for (const { kind, at, video } of book.facts) {
    const used = uses.get(video) ?? 0;
    if (kind === 'consumed') uses.set(video, at >= since ? 1 : 0);
    if (kind === 'returned') uses.set(video, Math.max(0, used - 1));
  }
  return [...uses.values()].reduce((sum, used) => sum + used, 0);
}
