import { ID_PATTERN, parseInstant } from '#contracts';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, validateSync, ValidateBy } from 'class-validator';
import { billingStatuses, type BillingStatus } from '../account/credits.events.js';
import { addMonths, isPossiblePeriod } from '../calendar/calendar.js';

/** Checks at the edge: what billing may say. Unknown members are passed over: their contract may grow. */
const IsId = (): PropertyDecorator => Matches(ID_PATTERN, { message: '$property must be 1 to 128 of A-Z a-z 0-9 . _ - : @' });
const IsInstant = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInstant',
    validator: { validate: (value) => parseInstant(value) !== undefined, defaultMessage: () => '$property must be an RFC 3339 instant' },
  });

/** More credits than this in one purchase cannot be right. */
const MOST_PURCHASED = 1_000_000;
export const intervals = ['month', 'quarter', 'half-year', 'year'] as const;

class AboutAccount {
  @IsId() accountId!: string;
  @IsInstant() occurredAt!: string;
}

export class SubscriptionData extends AboutAccount {
  @IsId() subscriptionId!: string;
  @IsId() planId!: string;
  @IsIn(intervals) interval!: string;
  @IsIn(billingStatuses) status!: BillingStatus;
  @IsInstant() periodStart!: string;
  @IsInstant() periodEnd!: string;
  @IsOptional() @IsBoolean() cancelAtPeriodEnd?: boolean;
}

export class TrialData extends AboutAccount {
  @IsOptional() @IsInstant() trialEndsAt?: string | null;
}

export class PaymentFailedData extends AboutAccount {
  @IsId() subscriptionId!: string;
  @IsInstant() periodStart!: string;
}

export class RefundData extends AboutAccount {
  @IsOptional() @IsId() subscriptionId?: string | null;
  @IsOptional() @IsInstant() periodStart?: string | null;
  @IsOptional() @IsId() paymentId?: string | null;
}

export class PurchaseData extends AboutAccount {
  @IsInt() @Min(1) @Max(MOST_PURCHASED) credits!: number;
  @IsString() @IsId() paymentId!: string;
  @IsOptional() @IsInstant() expiresAt?: string | null;
}

/** A billing event that can be right, as far as it alone can tell. */
export type BillingEvent =
  | { readonly kind: 'subscription'; readonly data: SubscriptionData }
  | { readonly kind: 'trial'; readonly data: TrialData }
  | { readonly kind: 'payment-failed'; readonly data: PaymentFailedData }
  | { readonly kind: 'refund-period'; readonly data: PaymentFailedData }
  | { readonly kind: 'refund-purchase'; readonly data: AboutAccount & { readonly paymentId: string } }
  | { readonly kind: 'purchase'; readonly data: PurchaseData };

export type Read = { readonly ok: true; readonly event: BillingEvent } | { readonly ok: false; readonly reason: string };

const subscriptionTypes: ReadonlySet<string> = new Set(
  ['started', 'renewed', 'plan-changed', 'cancelled', 'reactivated', 'paused', 'resumed', 'ended'].map(
    (name) => `billing.subscription.${name}`,
  ),
);

/** Reads a billing event's type and data; what cannot be right comes back with its reason (rule 16). */
export function readBillingEvent(type: string, data: unknown): Read {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return wrong('malformed body: the data is not an object');
  if (Object.hasOwn(data, '__proto__')) return wrong('malformed body: a member is named __proto__');
  if (subscriptionTypes.has(type)) return checked(SubscriptionData, data, (value) => subscription(value));
  switch (type) {
    case 'billing.trial.started':
      return checked(TrialData, data, (value) => right({ kind: 'trial', data: value }));
    case 'billing.payment.failed':
      return checked(PaymentFailedData, data, (value) => right({ kind: 'payment-failed', data: value }));
    case 'billing.payment.refunded':
      return checked(RefundData, data, (value) => refund(value));
    case 'billing.credits.purchased':
      return checked(PurchaseData, data, (value) => purchase(value));
    default:
      return wrong(`unknown type "${type.slice(0, 100)}"`);
  }
}

const right = (event: BillingEvent): Read => ({ ok: true, event });
const wrong = (reason: string): Read => ({ ok: false, reason });

function checked<T extends object>(kind: new () => T, data: object, next: (value: T) => Read): Read {
  const value = Object.assign(new kind(), data);
  const [error] = validateSync(value, { stopAtFirstError: true });
  if (!error) return next(value);
  const about = {
    interval: 'unknown interval',
    status: 'unknown status',
    periodStart: 'impossible period',
    periodEnd: 'impossible period',
  }[error.property];
  return wrong(`${about ?? 'malformed body'}: ${Object.values(error.constraints ?? {}).join(', ')}`);
}

function subscription(data: SubscriptionData): Read {
  const period = { start: Date.parse(data.periodStart), end: Date.parse(data.periodEnd) };
  const possible = isTrial(data) ? period.end > period.start && period.end <= addMonths(period.start, 120) : isPossiblePeriod(period);
  return possible
    ? right({ kind: 'subscription', data })
    : wrong('impossible period: it must end after it starts, and last from 14 days to ten years');
}

/** `trialing`, or the plan `trial`, is a trial, unless the subscription has ended (rules 17, 18). */
export function isTrial({ status, planId }: Pick<SubscriptionData, 'status' | 'planId'>): boolean {
  return status === 'trialing' || (planId === 'trial' && status !== 'canceled' && status !== 'ended');
}

function refund(data: RefundData): Read {
  const { accountId, occurredAt } = data;
  // A null says the same as nothing.
  const [paymentId, subscriptionId, periodStart] = [
    data.paymentId ?? undefined,
    data.subscriptionId ?? undefined,
    data.periodStart ?? undefined,
  ];
  const period = subscriptionId !== undefined && periodStart !== undefined;
  if (paymentId !== undefined && !period) return right({ kind: 'refund-purchase', data: { accountId, occurredAt, paymentId } });
  if (period && paymentId === undefined)
    return right({ kind: 'refund-period', data: { accountId, occurredAt, subscriptionId, periodStart } });
  return wrong('malformed body: a refund names subscriptionId and periodStart, or paymentId');
}

function purchase(data: PurchaseData): Read {
  const { expiresAt, occurredAt } = data;
  const over = typeof expiresAt === 'string' && Date.parse(expiresAt) <= Date.parse(occurredAt);
  return over ? wrong('malformed body: expiresAt is not after occurredAt') : right({ kind: 'purchase', data });
}
