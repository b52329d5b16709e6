import type { CreditsView } from '#contracts';
import { expectStatus, type Client } from './client.js';

/** One subscription as billing tells it, from a start for a month or a year. */
export interface Subscription {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly planId: string;
  readonly interval: 'month' | 'year';
  readonly status: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly cancelAtPeriodEnd: boolean;
  readonly occurredAt: string;
}

/** A paid period that was announced as it began. */
export function subscription(
  accountId: string,
  planId: string,
  periodStart: string,
  periodEnd: string,
  more: Partial<Subscription> = {},
): Subscription {
  const interval = Date.parse(periodEnd) - Date.parse(periodStart) > 200 * 86_400_000 ? 'year' : 'month';
  return {
    accountId,
    subscriptionId: 's-1',
    planId,
    interval,
    status: 'active',
    periodStart,
    periodEnd,
    cancelAtPeriodEnd: false,
    occurredAt: periodStart,
    ...more,
  };
}

/** Sends the subscription's state and reads the account after it. */
export async function bill(client: Client, type: string, state: Subscription, id?: string): Promise<CreditsView> {
  const { position } = expectStatus(202, await client.billing(type, { ...state }, id));
  return client.credits(state.accountId, position);
}

export const plansAndCredits = {
  'artist-basic': 1,
  'artist-advanced': 1,
  'artist-premium': 2,
  'gallery-basic': 4,
  'gallery-advanced': 8,
  'gallery-premium': 16,
} as const;
