import { type CreditEvent, type Credits, evolveCredits, finishUse, noCredits, type Plans, settleCredits } from '#credits';
import type { Aggregate } from '#event-sourcing';
import { isVideoEvent, type VideoEvent } from '../video/video.events.js';
import { evolveVideos, noVideos, type Videos } from '../video/videos.state.js';

/** One account: its credits and the life of its videos, in one stream so that both change in one append. */
export interface Account {
  readonly credits: Credits;
  readonly videos: Videos;
}

export type AccountEvent = CreditEvent | VideoEvent;

export const ACCOUNT_PREFIX = 'account-';
export const noAccount: Account = { credits: noCredits, videos: noVideos };

/** The fold of an account's stream. `recordedAt` in ms. Throws UnknownEventTypeError. */
export function evolveAccount(
  account: Account,
  event: { readonly type: string; readonly data: AccountEvent['data'] },
  recordedAt: number,
): Account {
  if (!isVideoEvent(event)) return { ...account, credits: evolveCredits(account.credits, event as CreditEvent, recordedAt) };
  const videos = evolveVideos(account.videos, event);
  const finished = event.type === 'VideoCompleted' && event.data.allotmentId !== null;
  return { credits: finished ? finishUse(account.credits, event.data.allotmentId ?? '') : account.credits, videos };
}

/** Rough bytes per thing that the state holds, for bounding the cache. */
const BYTES = { account: 600, allotment: 400, subscription: 1200, video: 300, usage: 80 };

/** How accounts are folded and settled; the catalogue is part of what time brings (rule 2). */
export function accountAggregate(plans: Plans): Aggregate<Account, AccountEvent> {
  return {
    prefix: ACCOUNT_PREFIX,
    initial: noAccount,
    evolve: (account, event) => evolveAccount(account, event, event.recordedAt),
    settle: (account, now, accountId) => settleCredits(account.credits, now, accountId, plans),
    sizeOf: ({ credits, videos }) =>
      BYTES.account +
      BYTES.allotment * credits.allotments.length +
      BYTES.subscription * credits.subscriptions.length +
      BYTES.usage * credits.usage.length +
      BYTES.video * videos.size,
  };
}
