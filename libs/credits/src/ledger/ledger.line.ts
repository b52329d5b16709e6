import type { LedgerLine, Source } from '#contracts';
import type { RecordedEvent } from '#event-sourcing';
import { type CreditEvent, giverOf } from '../account/credits.events.js';

type Line = Pick<LedgerLine, 'type' | 'credits' | 'source' | 'reason' | 'videoId' | 'actor' | 'text'>;
const nothing = { source: null, reason: null, videoId: null, actor: null };

/** The line that an event of an account's stream makes in its history (rule 26); undefined where it moves no credit. */
export function ledgerLine(event: RecordedEvent): LedgerLine | undefined {
  const line = lineOf(event as RecordedEvent & CreditEvent);
  if (!line) return undefined;
  const { allotmentId, balanceAfter, at } = event.data as { allotmentId: string; balanceAfter: number; at: string };
  const { metadata } = event;
  return { id: event.id, at, recordedAt: metadata.recordedAt, balanceAfter, allotmentId, cause: metadata.cause, ...line };
}

function lineOf({ type, data, metadata }: RecordedEvent & CreditEvent): Line | undefined {
  switch (type) {
    case 'CreditsAllotted': {
      const { source, reason, credits, actor, expiresAt } = data;
      const until = expiresAt === null ? 'never expiring' : `until ${expiresAt}`;
      const text = `${count(credits)} ${given(source)}${actor === null ? '' : ` by ${actor}`}, ${until}: ${reason}`;
      return { ...nothing, type: 'credits.allotted', credits, source, reason, actor: giverOf(data, metadata), text };
    }
    case 'CreditConsumed':
      return {
        ...nothing,
        type: 'credits.consumed',
        credits: -data.credits,
        videoId: data.videoId,
        text: `${count(data.credits)} used for video ${data.videoId}`,
      };
    case 'CreditReturned':
      return {
        ...nothing,
        type: 'credits.returned',
        credits: data.credits,
        videoId: data.videoId,
        text: `${count(data.credits)} returned: video ${data.videoId} was not delivered`,
      };
    case 'CreditsExpired': {
      const text = `${count(data.credits)} expired: ${expiryWords[data.reason]}`;
      return { ...nothing, type: 'credits.expired', credits: -data.credits, reason: data.reason, text };
    }
    case 'CreditsRevoked': {
      const { credits, reason, actor } = data;
      const text = `${count(credits)} revoked${actor === null ? '' : ` by ${actor}`}: ${reason}`;
      return { ...nothing, type: 'credits.revoked', credits: -credits, reason, actor: actor ?? metadata.keyName ?? null, text };
    }
    default:
      return undefined;
  }
}

const count = (credits: number): string => (credits === 1 ? '1 credit' : `${credits} credits`);

function given(source: Source): string {
  switch (source) {
    case 'plan':
      return 'from the plan';
    case 'trial':
      return 'to try';
    case 'purchase':
      return 'bought';
    case 'goodwill':
      return 'given as goodwill';
  }
}

const expiryWords = {
  expired: 'their time was over',
  renewed: 'a new cycle began',
  ended: 'the subscription ended',
  'trial-over': 'the trial was over',
} as const;
