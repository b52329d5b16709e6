import type { PublishedFact } from '#contracts';
import type { JsonObject, RecordedEvent } from '#event-sourcing';
import { type CreditEvent, giverOf } from '../account/credits.events.js';

/** Streams whose events make facts. */
export const FACT_PREFIX = 'account-';
/** The publisher of `credits.events`, under which the queue keeps its checkpoint. */
export const FACT_PUBLISHER = 'credit-facts';
/** CloudEvents source of everything this product publishes. */
export const FACT_SOURCE = '/video-credits';

/**
 * The fact on `credits.events` that a stored event makes, if any: pure, so that it is the same however often and on whichever
 * column it is published; its id is the event's.
 */
export function creditFact(event: RecordedEvent): PublishedFact | undefined {
  const fact = contentOf(event as RecordedEvent & CreditEvent);
  if (!fact) return undefined;
  const accountId = event.stream.slice(FACT_PREFIX.length);
  const data = { accountId, ...fact.data, cause: event.metadata.cause };
  return {
    specversion: '1.0',
    id: event.id,
    source: FACT_SOURCE,
    type: fact.type,
    subject: accountId,
    time: fact.data.at,
    datacontenttype: 'application/json',
    data,
  };
}

function contentOf({
  type,
  data,
  metadata,
}: RecordedEvent & CreditEvent): { readonly type: string; readonly data: JsonObject & { readonly at: string } } | undefined {
  switch (type) {
    case 'CreditsAllotted': {
      const { plan, ...given } = data;
      return {
        type: 'credits.allotted',
        data: {
          ...given,
          actor: giverOf(data, metadata),
          subscriptionId: plan?.subscriptionId ?? null,
          planId: plan?.planId ?? null,
        },
      };
    }
    case 'CreditConsumed':
      return { type: 'credits.consumed', data };
    case 'CreditReturned':
      return { type: 'credits.returned', data };
    case 'CreditsExpired':
      return { type: 'credits.expired', data };
    case 'CreditsRevoked':
      return { type: 'credits.revoked', data: { ...data, actor: data.actor ?? metadata.keyName ?? null } };
    case 'CreditsLow':
      return { type: 'credits.low', data };
    case 'CreditsExhausted':
      return { type: 'credits.exhausted', data };
    default:
      return undefined;
  }
}
