import type { CloudEvent, CreditsView } from '#contracts';
import type { CreditsApi } from '../../client/credits-api.js';
import type { BillingData, KnownSubscription, OfferedPlan } from './billing-templates.js';
import { subscriptionIn } from './billing-templates.js';

/** A fact about credits as analytics pull it. */
export type Fact = CloudEvent<FactData>;

interface FactData {
  readonly accountId: string;
  readonly at: string;
  readonly credits?: number;
  readonly available?: number;
  readonly source?: string;
  readonly reason?: string;
  readonly actor?: string | null;
  readonly expiresAt?: string | null;
}

export interface FactPage {
  readonly items: readonly Fact[];
  readonly next: string;
}

const SUGGESTED = 50;
const FACTS_AT_ONCE = 50;
/** How long the service holds a question for facts, ms; below the client's own limit. */
const FACT_WAIT_MS = 15_000;

/** What the sandbox does with the service: nothing that any other system with a staff key could not do. */
export class SandboxService {
  constructor(private readonly api: CreditsApi) {}

  async now(): Promise<string> {
    return (await this.api.get<{ now: string }>('/v1/test-clock')).now;
  }

  /** Moves the clock; answers when everything due up to then has happened. */
  async move(to: { readonly now: string } | { readonly advance: string }): Promise<string> {
    return (await this.api.post<{ now: string }>('/v1/test-clock', to)).now;
  }

  async plans(): Promise<readonly OfferedPlan[]> {
    return (await this.api.get<{ items: readonly OfferedPlan[] }>('/v1/plans')).items;
  }

  credits(accountId: string): Promise<CreditsView> {
    return this.api.credits(accountId);
  }

  /** Accounts that the service has heard of, for the list of names. */
  async accounts(): Promise<readonly string[]> {
    const { items } = await this.api.get<{ items: readonly { accountId: string }[] }>('/v1/accounts', { limit: SUGGESTED });
    return items.map(({ accountId }) => accountId);
  }

  /** A real token for that account, as its customer would carry one. */
  customerToken(accountId: string): Promise<{ readonly token: string; readonly expiresAt: string }> {
    return this.api.post('/v1/sandbox/customer-tokens', { accountId });
  }

  /** Sends one billing event as the billing system would, and remembers the subscription it told. */
  async billing(type: string, data: BillingData, id: string): Promise<void> {
    await this.api.post('/v1/billing-events', { specversion: '1.0', id, source: '/sandbox-billing', type, data });
    const told = subscriptionIn(data);
    if (told !== undefined && typeof data['accountId'] === 'string') remember(data['accountId'], told);
  }

  facts(after: string): Promise<FactPage> {
    return this.api.get('/v1/events', { after, limit: FACTS_AT_ONCE, waitMs: FACT_WAIT_MS });
  }
}

const placeOf = (accountId: string): string => `sandbox-subscription:${accountId}`;

function remember(accountId: string, subscription: KnownSubscription): void {
  localStorage.setItem(placeOf(accountId), JSON.stringify(subscription));
}

/** What this browser last told of the account's subscription, if it did. */
export function remembered(accountId: string): KnownSubscription | undefined {
  const text = localStorage.getItem(placeOf(accountId));
  return text === null ? undefined : subscriptionIn(JSON.parse(text) as BillingData);
}
