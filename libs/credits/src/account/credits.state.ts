import type { Source } from '#contracts';
import { UnknownEventTypeError } from '#event-sourcing';
import type { CreditEvent, CreditsAllotted } from './credits.events.js';
import { endOfSet, isEnded, newSubscription, type Subscription } from './subscription.js';
import { recordAllotment, recordEvent, recordedOf, recordRefund } from './subscription.recording.js';

/** A set of credits that still matters: something is left, or a video that used it is not finished. Instants in ms. */
export interface Allotment {
  readonly id: string;
  readonly source: Source;
  readonly quantity: number;
  readonly remaining: number;
  readonly validFrom: number;
  /** As written; a plan's set may end earlier (endOf). Null: never. */
  readonly expiresAt: number | null;
  /** Set when its subscription ended, or its trial. */
  readonly cutAt: number | null;
  readonly plan: { readonly subscriptionId: string; readonly periodStart: number } | null;
  /** Videos that used one of its credits and are not finished. */
  readonly open: number;
  readonly closed: 'over' | 'revoked' | null;
}

/** The account's one trial (rule 18). Instants in ms. */
export interface Trial {
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly credits: number;
  readonly given: boolean;
}

/** Net use of credits in a stretch of time. */
interface Usage {
  readonly from: number;
  readonly to: number;
  readonly used: number;
}

/** An account's credits: plain data, folded from its stream. */
export interface Credits {
  /** In the order they were given. */
  readonly allotments: readonly Allotment[];
  readonly subscriptions: readonly Subscription[];
  readonly trial: Trial | null;
  readonly hadPlan: boolean;
  /** Oldest first; reaches back at least to the start of every running cycle. */
  readonly usage: readonly Usage[];
}

export const noCredits: Credits = { allotments: [], subscriptions: [], trial: null, hadPlan: false, usage: [] };

/** Uses at more instants than this since the oldest running cycle began are kept as one stretch each for the oldest. */
const MOST_USAGES = 200;
const USAGE_KEPT_MS = 62 * 24 * 60 * 60 * 1000;

/** The fold. `recordedAt` in ms. Throws UnknownEventTypeError. */
export function evolveCredits(credits: Credits, event: Pick<CreditEvent, 'type' | 'data'>, recordedAt: number): Credits {
  const { type, data } = event as CreditEvent;
  switch (type) {
    case 'CreditsAllotted':
      return allotted(credits, data, recordedAt);
    case 'CreditConsumed': {
      const used = change(credits, data.allotmentId, (a) => ({ ...a, remaining: a.remaining - data.credits, open: a.open + 1 }));
      return { ...used, usage: countUse(credits.usage, Date.parse(data.at)) };
    }
    case 'CreditReturned': {
      const back = change(credits, data.allotmentId, (a) => ({ ...a, remaining: a.remaining + data.credits, open: a.open - 1 }));
      return { ...back, usage: uncountUse(credits.usage, Date.parse(data.usedAt)) };
    }
    case 'CreditsExpired':
      return change(credits, data.allotmentId, (a) => ({ ...a, remaining: a.remaining - data.credits, closed: a.closed ?? 'over' }));
    case 'CreditsRevoked':
      return change(credits, data.allotmentId, (a) => ({ ...a, remaining: a.remaining - data.credits, closed: 'revoked' }));
    case 'CreditsLow':
    case 'CreditsExhausted':
      return credits;
    case 'PurchaseRefundRecorded':
      return closeUsedUp(credits, (a) => a.id === data.allotmentId, Date.parse(data.at));
    case 'SubscriptionRecorded': {
      const recorded = recordedOf(data);
      const next = subscribed(credits, data.subscriptionId, (s) => recordEvent(s, recorded));
      const ended = isEnded(recorded.status) && next.subscriptions.some((s) => s.id === data.subscriptionId && isEnded(s.status));
      return ended ? cut(next, (a) => a.plan?.subscriptionId === data.subscriptionId, recorded.at) : next;
    }
    case 'PaymentFailureRecorded': {
      const occurredAt = Date.parse(data.occurredAt);
      return subscribed(credits, data.subscriptionId, (s) => ({
        ...s,
        paymentFailedAt: Math.max(s.paymentFailedAt ?? occurredAt, occurredAt),
      }));
    }
    case 'RefundRecorded': {
      const [start, at] = [Date.parse(data.periodStart), Date.parse(data.at)];
      const closed = closeUsedUp(credits, (a) => a.plan?.subscriptionId === data.subscriptionId && a.plan.periodStart === start, at);
      return subscribed(closed, data.subscriptionId, (s) => recordRefund(s, start, Date.parse(data.occurredAt), at));
    }
    case 'TrialRecorded':
      return {
        ...credits,
        trial: {
          startsAt: Date.parse(data.startsAt),
          endsAt: data.endsAt === null ? null : Date.parse(data.endsAt),
          credits: data.credits,
          given: false,
        },
      };
    default:
      throw new UnknownEventTypeError(type satisfies never);
  }
}

/** The credits once a video that used one is delivered: the use is final. */
export function finishUse(credits: Credits, allotmentId: string): Credits {
  return change(credits, allotmentId, (a) => ({ ...a, open: a.open - 1 }));
}

/** When the allotment really ends; null: never. */
export function endOf(credits: Credits, allotment: Allotment): number | null {
  const { plan, expiresAt, cutAt } = allotment;
  const subscription = plan && credits.subscriptions.find((s) => s.id === plan.subscriptionId);
  const own = plan && subscription && expiresAt !== null ? endOfSet(subscription, plan.periodStart, expiresAt) : expiresAt;
  return cutAt === null ? own : Math.min(cutAt, own ?? cutAt);
}

/** Available plus upcoming, once what time has brought is settled. */
export function balanceOf(credits: Credits): number {
  return credits.allotments.reduce((sum, a) => sum + a.remaining, 0);
}

/** Net credits used from `start` on. */
export function usedSince(credits: Credits, start: number): number {
  return credits.usage.reduce((sum, u) => (u.from >= start ? sum + u.used : sum), 0);
}

function allotted(credits: Credits, data: CreditsAllotted['data'], recordedAt: number): Credits {
  const set: Allotment = {
    id: data.allotmentId,
    source: data.source,
    quantity: data.credits,
    remaining: data.credits,
    validFrom: Date.parse(data.validFrom),
    expiresAt: data.expiresAt === null ? null : Date.parse(data.expiresAt),
    cutAt: null,
    plan: data.plan && { subscriptionId: data.plan.subscriptionId, periodStart: Date.parse(data.plan.periodStart) },
    open: 0,
    closed: null,
  };
  const next = { ...credits, allotments: [...credits.allotments, set] };
  if (data.source === 'trial')
    return { ...next, trial: { startsAt: set.validFrom, endsAt: set.expiresAt, credits: set.quantity, given: true } };
  if (!data.plan) return next;
  const { plan } = data;
  const cycle = {
    start: Date.parse(plan.cycleStart),
    end: Date.parse(plan.cycleEnd),
    periodStart: Date.parse(plan.periodStart),
    planId: plan.planId,
  };
  const subscription = subscribed(next, plan.subscriptionId, (s) => recordAllotment(s, cycle, data.credits));
  const withoutTrial = cut(subscription, (a) => a.source === 'trial', recordedAt);
  return { ...withoutTrial, hadPlan: true, usage: usageSinceCycles(withoutTrial) };
}

/** Nothing left in it and nobody who could give something back. */
const isDone = (a: Allotment): boolean => a.remaining === 0 && a.open === 0;

function change(credits: Credits, id: string, make: (a: Allotment) => Allotment): Credits {
  const allotments: Allotment[] = [];
  for (const a of credits.allotments) {
    const next = a.id === id ? make(a) : a;
    if (!isDone(next)) allotments.push(next);
  }
  return { ...credits, allotments };
}

function cut(credits: Credits, which: (a: Allotment) => boolean, at: number): Credits {
  return { ...credits, allotments: credits.allotments.map((a) => (which(a) && a.cutAt === null ? { ...a, cutAt: at } : a)) };
}

/** What was refunded when all of it was in use: a credit that comes back later finds it revoked (rule 29). */
function closeUsedUp(credits: Credits, which: (a: Allotment) => boolean, at: number): Credits {
  const closes = (a: Allotment): boolean => which(a) && a.remaining === 0 && !a.closed && (endOf(credits, a) ?? at + 1) > at;
  return { ...credits, allotments: credits.allotments.map((a) => (closes(a) ? { ...a, closed: 'revoked' } : a)) };
}

function subscribed(credits: Credits, id: string, make: (s: Subscription) => Subscription): Credits {
  const known = credits.subscriptions.some((s) => s.id === id);
  const subscriptions = known
    ? credits.subscriptions.map((s) => (s.id === id ? make(s) : s))
    : [...credits.subscriptions, make(newSubscription(id))];
  return { ...credits, subscriptions };
}

function countUse(usage: readonly Usage[], at: number): readonly Usage[] {
  const last = usage.at(-1);
  if (last?.to === at) return [...usage.slice(0, -1), { ...last, used: last.used + 1 }];
  const [oldest, second, ...rest] = usage;
  const kept =
    oldest && second && usage.length >= MOST_USAGES ? [{ ...second, from: oldest.from, used: oldest.used + second.used }, ...rest] : usage;
  return [...kept, { from: at, to: at, used: 1 }];
}

function uncountUse(usage: readonly Usage[], usedAt: number): readonly Usage[] {
  const index = usage.findLastIndex((u) => u.from <= usedAt && usedAt <= u.to);
  return usage.map((u, i) => (i === index ? { ...u, used: u.used - 1 } : u));
}

/** Forgets what lies long before every running cycle: a late subscription's cycle may have begun before them. */
function usageSinceCycles(credits: Credits): readonly Usage[] {
  const oldest = Math.min(...credits.subscriptions.flatMap((s) => (s.cycle ? [s.cycle.start] : [])));
  return credits.usage.filter((u) => u.to >= oldest - USAGE_KEPT_MS);
}
