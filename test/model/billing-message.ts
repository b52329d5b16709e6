import { DAY, monthsAfter } from './calendar.js';
import { type Catalogue, accountId } from './steps.js';

/** A `billing.subscription.*` event as it says itself; `says` is its content without the time, to tell repeats. */
export interface SubscriptionSays {
  readonly about: 'subscription';
  readonly subscriptionId: string;
  readonly planId: string;
  readonly status: string;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly cancelAtPeriodEnd: boolean;
  readonly occurredAt: number;
  readonly says: string;
}

export type BillingMessage =
  | SubscriptionSays
  | { readonly about: 'trial'; readonly endsAt: number | null; readonly occurredAt: number }
  | { readonly about: 'failure'; readonly subscriptionId: string; readonly occurredAt: number }
  | { readonly about: 'period-refund'; readonly subscriptionId: string; readonly periodStart: number }
  | { readonly about: 'purchase-refund'; readonly paymentId: string }
  | { readonly about: 'purchase'; readonly paymentId: string; readonly credits: number; readonly expiresAt: number | null };

const subscriptionTypes = ['started', 'renewed', 'plan-changed', 'cancelled', 'reactivated', 'paused', 'resumed', 'ended'];
const statuses = ['active', 'trialing', 'incomplete', 'incomplete_expired', 'past_due', 'unpaid', 'paused', 'canceled', 'ended'];
const intervals = ['month', 'quarter', 'half-year', 'year'];

class Impossible extends Error {}

/** What a billing event says, or null where it cannot be right and is parked (rule 16). */
export function readBilling(type: string, data: Readonly<Record<string, unknown>>, plans: Catalogue): BillingMessage | null {
  try {
    return read(type, data, plans);
  } catch (error) {
    if (error instanceof Impossible) return null;
    throw error;
  }
}

function read(type: string, data: Readonly<Record<string, unknown>>, plans: Catalogue): BillingMessage {
  if (id(data['accountId']) !== accountId) throw new Impossible('not this account');
  const occurredAt = instant(data['occurredAt']);
  if (type.startsWith('billing.subscription.')) {
    if (!subscriptionTypes.includes(type.slice('billing.subscription.'.length))) throw new Impossible('type');
    return readSubscription(data, occurredAt, plans);
  }
  switch (type) {
    case 'billing.trial.started':
      return { about: 'trial', endsAt: optionalInstant(data['trialEndsAt']), occurredAt };
    case 'billing.payment.failed':
      instant(data['periodStart']);
      return { about: 'failure', subscriptionId: id(data['subscriptionId']), occurredAt };
    case 'billing.payment.refunded':
      if (data['paymentId'] !== undefined) return { about: 'purchase-refund', paymentId: id(data['paymentId']) };
      return { about: 'period-refund', subscriptionId: id(data['subscriptionId']), periodStart: instant(data['periodStart']) };
    case 'billing.credits.purchased': {
      const credits = data['credits'];
      if (typeof credits !== 'number' || !Number.isSafeInteger(credits) || credits < 1) throw new Impossible('credits');
      return { about: 'purchase', paymentId: id(data['paymentId']), credits, expiresAt: optionalInstant(data['expiresAt']) };
    }
    default:
      throw new Impossible('type');
  }
}

function readSubscription(data: Readonly<Record<string, unknown>>, occurredAt: number, plans: Catalogue): SubscriptionSays {
  const { status, interval, cancelAtPeriodEnd } = data;
  const planId = id(data['planId']);
  if (planId !== 'trial' && plans.credits[planId] === undefined) throw new Impossible('plan');
  if (typeof status !== 'string' || !statuses.includes(status)) throw new Impossible('status');
  if (typeof interval !== 'string' || !intervals.includes(interval)) throw new Impossible('interval');
  if (typeof cancelAtPeriodEnd !== 'boolean') throw new Impossible('cancelAtPeriodEnd');
  const periodStart = instant(data['periodStart']);
  const periodEnd = instant(data['periodEnd']);
  const trial = status === 'trialing' || (planId === 'trial' && status !== 'canceled' && status !== 'ended');
  const shortest = trial ? 1 : 14 * DAY;
  if (periodEnd - periodStart < shortest || periodEnd > monthsAfter(periodStart, 120)) throw new Impossible('period');
  const says = JSON.stringify([planId, interval, status, periodStart, periodEnd, cancelAtPeriodEnd]);
  return {
    about: 'subscription',
    subscriptionId: id(data['subscriptionId']),
    planId,
    status,
    periodStart,
    periodEnd,
    cancelAtPeriodEnd,
    occurredAt,
    says,
  };
}

function id(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9._\-:@]{1,128}$/.test(value)) throw new Impossible('id');
  return value;
}

function instant(value: unknown): number {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
    throw new Impossible('instant');
  const parsed = Date.parse(value);
  if (Number.isNaN(parsed)) throw new Impossible('instant');
  return parsed;
}

function optionalInstant(value: unknown): number | null {
  return value === undefined || value === null ? null : instant(value);
}
