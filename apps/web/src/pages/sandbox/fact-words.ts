import type { Fact } from './sandbox-service.js';

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const sources: Readonly<Record<string, string>> = {
  plan: 'from the plan',
  trial: 'to try',
  purchase: 'bought',
  goodwill: 'given as goodwill',
};
const endings: Readonly<Record<string, string>> = {
  expired: 'their time was over',
  renewed: 'a new cycle began',
  ended: 'the subscription ended',
  'trial-over': 'the trial was over',
};

/** A published fact as a sentence for the feed. A type that this page does not know is named as it is. */
export function factWords({ type, data }: Fact): string {
  const many = count(data.credits ?? 0);
  switch (type) {
    case 'credits.allotted':
      return `${many} ${sources[data.source ?? ''] ?? 'given'}, ${data.expiresAt ? `until ${dayOf(data.expiresAt)}` : 'never expiring'}`;
    case 'credits.consumed':
      return `${many} used for a video`;
    case 'credits.returned':
      return `${many} came back: the video was not delivered`;
    case 'credits.expired':
      return `${many} expired: ${endings[data.reason ?? ''] ?? 'their time was over'}`;
    case 'credits.revoked':
      return `${many} taken back: ${data.reason ?? 'no reason given'}`;
    case 'credits.low':
      return `Running low: ${count(data.available ?? 0)} left`;
    case 'credits.exhausted':
      return 'No credits left';
    default:
      return type;
  }
}

const dayOf = (instant: string): string => day.format(new Date(instant));
export const momentOf = (instant: string): string => moment.format(new Date(instant));

const count = (credits: number): string => (credits === 1 ? '1 credit' : `${credits} credits`);
