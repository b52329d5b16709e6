import type { LedgerLine, Source } from '#contracts';
import { count } from './said.js';

const given: { readonly [source in Source]: string } = {
  plan: 'from the plan',
  trial: 'to try',
  purchase: 'bought',
  goodwill: 'as goodwill',
};

const expired: { readonly [reason: string]: string } = {
  expired: 'their time was over',
  renewed: 'a new cycle began',
  ended: 'the subscription ended',
  'trial-over': 'the trial was over',
};

/** What one line of the history says: what happened, why, by whom. */
export interface LineSaid {
  readonly what: string;
  readonly why: string | null;
  readonly who: string | null;
}

export function lineSaid({ type, credits, source, reason, actor }: LedgerLine): LineSaid {
  const n = count(Math.abs(credits), 'credit');
  switch (type) {
    case 'credits.allotted':
      return { what: `${n} ${given[source ?? 'plan']}`, why: source === 'plan' || source === 'trial' ? null : reason, who: actor };
    case 'credits.consumed':
      return { what: `${n} used for a video`, why: null, who: actor };
    case 'credits.returned':
      return { what: `${n} came back`, why: 'the video was not delivered', who: actor };
    case 'credits.expired':
      return { what: `${n} expired`, why: expired[reason ?? ''] ?? reason, who: null };
    case 'credits.revoked':
      return { what: `${n} taken back`, why: reason, who: actor };
    default:
      return { what: type, why: reason, who: actor };
  }
}
