import type { AccountSummary, AllotmentView, CreditsView, LedgerLine, Page, RefusalList } from '#contracts';
import { CreditsApi } from '../../client/credits-api.js';

export type Trouble = 'renewal-pending' | 'past-due' | 'failed-renders';

/** One message that was set aside. */
export interface ParkedMessage {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly key: string;
  readonly reason: string;
  readonly parkedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Grant {
  readonly credits: number;
  readonly source: 'purchase' | 'goodwill';
  readonly reason: string;
  readonly actor: string;
  readonly ticket: string | null;
  readonly expiresAt: string | null;
}

export interface AllotmentAndCredits {
  readonly allotment: AllotmentView;
  readonly credits: CreditsView;
}

const path = encodeURIComponent;

/** What staff may ask, with the page's own cookie. Everything rejects with `Refused` or `ConnectionLost`. */
export class DeskApi {
  readonly client = new CreditsApi({ baseUrl: location.origin, token: null });

  accounts(which: { readonly query?: string; readonly trouble?: Trouble; readonly cursor?: string | null; readonly limit?: number }) {
    return this.client.get<Page<AccountSummary>>('/v1/accounts', which);
  }

  refusals(accountId: string): Promise<RefusalList> {
    return this.client.get(`/v1/accounts/${path(accountId)}/refusals`);
  }

  ledger(accountId: string, cursor: string | null, limit: number): Promise<Page<LedgerLine>> {
    return this.client.ledger(accountId, { limit, cursor });
  }

  /** What was shown at a past instant. */
  creditsAt(accountId: string, at: string): Promise<CreditsView> {
    return this.client.get(`/v1/accounts/${path(accountId)}/credits`, { at });
  }

  /** `key` names the intent: tried again with the same key it gives nothing twice. */
  grant(accountId: string, grant: Grant, key: string): Promise<AllotmentAndCredits> {
    return this.client.post(`/v1/accounts/${path(accountId)}/grants`, grant, { 'idempotency-key': key });
  }

  revoke(accountId: string, allotmentId: string, reason: string, actor: string): Promise<AllotmentAndCredits> {
    return this.client.post(`/v1/accounts/${path(accountId)}/allotments/${path(allotmentId)}/revoke`, { reason, actor });
  }

  /** The sandbox's clock. */
  now(): Promise<{ readonly now: string }> {
    return this.client.get('/v1/test-clock');
  }

  parked(cursor: string | null): Promise<Page<ParkedMessage>> {
    return this.client.get('/v1/ops/parked', { cursor });
  }

  replay(id: string): Promise<unknown> {
    return this.client.post(`/v1/ops/parked/${path(id)}/replay`);
  }

  discard(id: string): Promise<unknown> {
    return this.client.post(`/v1/ops/parked/${path(id)}/discard`);
  }
}

/** A key for one intent, 128 random bits. */
export function intentKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
