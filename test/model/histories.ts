import { type Happening, type Step, accountId } from './steps.js';

/** Short forms for writing histories down: every instant is an ISO date, with or without a time. */
const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00.000Z` : text);

export const step = (when: string, happening: Happening): Step => ({ ...happening, now: at(when) });

export interface SubscriptionFields {
  readonly subscriptionId?: string;
  readonly planId?: string;
  readonly interval?: string;
  readonly status?: string;
  readonly cancelAtPeriodEnd?: boolean;
  readonly occurredAt?: string;
}

/** A subscription event's arrival; it occurred when it arrived unless said otherwise. */
export function subscription(when: string, start: string, end: string, fields: SubscriptionFields = {}): Step {
  const data = {
    accountId,
    subscriptionId: 's-1',
    planId: 'gallery-basic',
    interval: 'month',
    status: 'active',
    periodStart: full(start),
    periodEnd: full(end),
    cancelAtPeriodEnd: false,
    ...fields,
    occurredAt: full(fields.occurredAt ?? when),
  };
  return step(when, { kind: 'billing', type: 'billing.subscription.renewed', data });
}

/** Any other billing event's arrival. */
export function billing(when: string, type: string, data: Readonly<Record<string, unknown>>): Step {
  return step(when, { kind: 'billing', type: `billing.${type}`, data: { accountId, occurredAt: full(when), ...data } });
}

export const create = (when: string, ...keys: string[]): Step[] => keys.map((key) => step(when, { kind: 'createVideo', key }));

export const pass = (when: string): Step => step(when, { kind: 'pass' });

export const full = (text: string): string => new Date(at(text)).toISOString();
