import type { CreditEvent } from '#credits';
import type { RecordedEvent } from '#event-sourcing';
import { type AccountDriver, type Billed, ms } from './account.driver.js';

/** Instants as tests read them: a midnight is its date alone. */
const day = (text: string): string => text.replace('T00:00:00.000Z', '').replace('.000Z', 'Z');

/** One stored event as a line; what is recorded of billing is not told. */
function line(event: RecordedEvent): string | undefined {
  const { type, data } = event as RecordedEvent & CreditEvent;
  switch (type) {
    case 'CreditsAllotted':
      return `${day(data.at)} allotted ${data.credits} ${data.source} ${day(data.validFrom)}..${data.expiresAt === null ? '' : day(data.expiresAt)}`;
    case 'CreditConsumed':
      return `${day(data.at)} used ${data.credits}`;
    case 'CreditReturned':
      return `${day(data.at)} returned ${data.credits}`;
    case 'CreditsExpired':
      return `${day(data.at)} expired ${data.credits}: ${data.reason}`;
    case 'CreditsRevoked':
      return `${day(data.at)} revoked ${data.credits}: ${data.reason}`;
    default:
      return undefined;
  }
}

/** Every movement of credits since the stream's event `from`, in order. */
export async function told(account: AccountDriver, from = 0): Promise<string[]> {
  return (await account.events()).slice(from).flatMap((event) => line(event) ?? []);
}

/** A subscription's state as billing says it; midnights may be given as dates. */
export interface Said {
  readonly subscriptionId?: string;
  readonly planId?: string;
  readonly interval?: string;
  readonly status?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cancel?: boolean;
  /** Default: when it arrives. */
  readonly occurredAt?: string;
}

const full = (text: string): string => new Date(ms(text)).toISOString();

function subscriptionData(account: AccountDriver, said: Said = {}): object {
  return {
    accountId: account.accountId,
    subscriptionId: said.subscriptionId ?? 's-1',
    planId: said.planId ?? 'gallery-basic',
    interval: said.interval ?? 'month',
    status: said.status ?? 'active',
    periodStart: full(said.from ?? '2027-01-01'),
    periodEnd: full(said.to ?? '2027-02-01'),
    cancelAtPeriodEnd: said.cancel ?? false,
    occurredAt: said.occurredAt === undefined ? new Date(account.now).toISOString() : full(said.occurredAt),
  };
}

/** Billing says at an instant what a subscription is like (default: Gallery Basic, paid for January 2027). */
export function says(account: AccountDriver, when: string, said: Said = {}, name = 'renewed'): Promise<Billed> {
  return account.at(when).bill(`billing.subscription.${name}`, subscriptionData(account, said));
}

/** Any other billing event. */
export function bills(account: AccountDriver, when: string, type: string, data: object = {}): Promise<Billed> {
  account.at(when);
  return account.bill(`billing.${type}`, { accountId: account.accountId, occurredAt: full(when), ...data });
}

export const january = { from: '2027-01-01', to: '2027-02-01' };
export const february = { from: '2027-02-01', to: '2027-03-01' };
export const year = { from: '2027-01-01', to: '2028-01-01', interval: 'year' };
