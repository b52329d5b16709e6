/** What this browser remembers of an account's subscription, as the sandbox's billing told it last. */
export interface KnownSubscription {
  readonly subscriptionId: string;
  readonly planId: string;
  readonly interval: 'month' | 'year';
  readonly periodStart: string;
  readonly periodEnd: string;
}

/** A plan of the catalogue as `GET /v1/plans` tells it; the trial has no cycle. */
export interface OfferedPlan {
  readonly id: string;
  readonly name: string;
  readonly creditsPerCycle?: number;
  readonly creditsInTotal?: number;
  readonly cycle?: string;
}

/** What a billing event is written from. */
export interface Situation {
  readonly accountId: string;
  /** The service's instant. */
  readonly now: string;
  readonly known: KnownSubscription;
  /** A plan for a change: the one after the current. */
  readonly otherPlanId: string;
  /** Makes ids that were not used before. */
  readonly fresh: string;
}

export type BillingData = Readonly<Record<string, unknown>>;

/** Every billing event there is, in the order in which they happen to people, with data that can be right at this moment. */
export const billingEvents: Readonly<Record<string, (at: Situation) => BillingData>> = {
  'billing.trial.started': ({ accountId, now }) => ({ accountId, occurredAt: now }),
  'billing.subscription.started': (at) => state(at, at.known),
  'billing.subscription.renewed': (at) => state(at, nextPeriod(at.known)),
  'billing.subscription.plan-changed': (at) => state(at, { ...at.known, planId: at.otherPlanId }),
  'billing.subscription.cancelled': (at) => ({ ...state(at, at.known), cancelAtPeriodEnd: true }),
  'billing.subscription.reactivated': (at) => state(at, at.known),
  'billing.subscription.paused': (at) => ({ ...state(at, at.known), status: 'paused' }),
  'billing.subscription.resumed': (at) => state(at, at.known),
  'billing.subscription.ended': (at) => ({ ...state(at, at.known), status: 'ended' }),
  'billing.payment.failed': ({ accountId, now, known }) => ({
    accountId,
    subscriptionId: known.subscriptionId,
    periodStart: known.periodStart,
    occurredAt: now,
  }),
  'billing.payment.refunded': ({ accountId, now, known }) => ({
    accountId,
    subscriptionId: known.subscriptionId,
    periodStart: known.periodStart,
    occurredAt: now,
  }),
  'billing.credits.purchased': ({ accountId, now, fresh }) => ({ accountId, credits: 2, paymentId: `p-${fresh}`, occurredAt: now }),
};

/** Days of a paid period by a catalogue that counts thirty days a cycle. */
const DAYS = { month: 30, year: 365 } as const;
const MONTHS = { month: 1, year: 12 } as const;
const DAY_MS = 86_400_000;

/** The paid period that begins at `start`: by calendar month where the plan's cycles are, else in days. */
export function paidPeriod(
  start: string,
  interval: 'month' | 'year',
  cycle: string | undefined,
): Pick<KnownSubscription, 'periodStart' | 'periodEnd'> {
  const end = new Date(start);
  if (cycle === 'P1M') end.setUTCMonth(end.getUTCMonth() + MONTHS[interval]);
  else end.setTime(end.getTime() + DAYS[interval] * DAY_MS);
  return { periodStart: start, periodEnd: end.toISOString() };
}

/** The period after: as long as the one before, to the millisecond. */
export function nextPeriod(known: KnownSubscription): KnownSubscription {
  const lengthMs = Date.parse(known.periodEnd) - Date.parse(known.periodStart);
  const end = new Date(Date.parse(known.periodEnd) + lengthMs).toISOString();
  return { ...known, periodStart: known.periodEnd, periodEnd: end };
}

/** The subscription that an event told, to be remembered; undefined where it told none. */
export function subscriptionIn(data: BillingData): KnownSubscription | undefined {
  const { subscriptionId, planId, interval, periodStart, periodEnd } = data;
  const texts = [subscriptionId, planId, periodStart, periodEnd];
  if (!texts.every((text) => typeof text === 'string') || (interval !== 'month' && interval !== 'year')) return undefined;
  const [id = '', plan = '', start = '', end = ''] = texts;
  return { subscriptionId: id, planId: plan, interval, periodStart: start, periodEnd: end };
}

function state({ accountId, now }: Situation, subscription: KnownSubscription): BillingData {
  return { accountId, ...subscription, status: 'active', cancelAtPeriodEnd: false, occurredAt: now };
}
