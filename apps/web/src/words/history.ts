import type { LedgerLine } from '#contracts';
import type { Sentence } from './standing.js';

/** A line of the account's history as a sentence, and what somebody wrote about it, if they did. */
export interface HistoryEntry {
  readonly sentence: Sentence;
  readonly note: string | null;
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
/** Reasons that the service writes itself; the sentence has already said them. */
const ownReasons = new Set(['plan cycle', 'plan upgrade', 'trial', 'for a video that failed', 'payment refunded']);

/** `titleOf` knows the titles of videos; null where it does not. A type that is not known here keeps the service's own words. */
export function historyEntry(line: LedgerLine, titleOf: (videoId: string) => string | null): HistoryEntry {
  const n = Math.abs(line.credits);
  const title = line.videoId === null ? null : titleOf(line.videoId);
  const note = line.reason === null || ownReasons.has(line.reason) || line.type === 'credits.expired' ? null : line.reason;
  switch (line.type) {
    case 'credits.allotted':
      return { sentence: { ...given(line), n }, note: line.source === 'purchase' || line.source === 'goodwill' ? note : null };
    case 'credits.consumed':
      return { sentence: title === null ? { name: 'usedFor', n } : { name: 'usedForTitle', n, title }, note: null };
    case 'credits.returned':
      return { sentence: title === null ? { name: 'returned', n } : { name: 'returnedTitle', n, title }, note: null };
    case 'credits.expired':
      return { sentence: { name: expiries[line.reason ?? ''] ?? 'expired', n }, note: null };
    case 'credits.revoked':
      return { sentence: { name: line.reason === 'payment refunded' ? 'refunded' : 'revoked', n }, note };
    default:
      return { sentence: { name: 'ownWords', text: line.text }, note: null };
  }
}

const expiries: { readonly [reason: string]: 'expiredRenewed' | 'expiredEnded' | 'expiredTrial' } = {
  renewed: 'expiredRenewed',
  ended: 'expiredEnded',
  'trial-over': 'expiredTrial',
};

/** The line's fields do not say when a set ends, its text does. */
function given({ source, reason, text }: LedgerLine): Sentence {
  const date = INSTANT.exec(text)?.[0];
  const dated = (until: Sentence['name'], ever: Sentence['name']): Sentence =>
    date === undefined ? { name: ever } : { name: until, date };
  switch (source) {
    case 'trial':
      return { name: 'givenTrial' };
    case 'purchase':
      return dated('givenPurchaseUntil', 'givenPurchase');
    case 'goodwill':
      if (reason === 'for a video that failed') return dated('givenForFailureUntil', 'givenForFailure');
      return dated('givenGoodwillUntil', 'givenGoodwill');
    case 'plan':
    case null:
      return reason === 'plan upgrade' ? dated('givenUpgradeUntil', 'givenPlan') : dated('givenPlanUntil', 'givenPlan');
  }
}

/** Lines by the day they took effect on, in the order given. `dayOf` names the day of an instant in the reader's zone. */
export function byDay(
  lines: readonly LedgerLine[],
  dayOf: (instant: string) => string,
): { readonly day: string; readonly lines: readonly LedgerLine[] }[] {
  const days: { day: string; lines: LedgerLine[] }[] = [];
  for (const line of lines) {
    const day = dayOf(line.at);
    const last = days.at(-1);
    if (last?.day === day) last.lines.push(line);
    else days.push({ day, lines: [line] });
  }
  return days;
}
