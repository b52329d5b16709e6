import type { AllotmentView, CreditsView, Source } from '#contracts';
import type { Catalogue } from './en.js';

/** One thing to say: a message of the catalogue and what is put in. `date` is an instant. */
export interface Sentence {
  readonly name: keyof Catalogue;
  readonly n?: number;
  readonly of?: number;
  readonly date?: string;
  readonly plan?: string;
  readonly title?: string;
  readonly set?: string;
  readonly text?: string;
}

/** `plenty` and `low` have something to use; `none` has not; `waiting` gets more by itself or when wished, `stopped` after a payment. */
export type Tone = 'plenty' | 'low' | 'none' | 'waiting' | 'stopped';

/** What an account's credits come to, in the order in which people ask. */
export interface Standing {
  readonly tone: Tone;
  readonly headline: Sentence;
  readonly facts: readonly Sentence[];
  /** What to do or to expect where nothing is left. */
  readonly advice: Sentence | null;
  /** How to reach support belongs here: for more, or, where more comes another way, for help. */
  readonly contact: 'more' | 'help' | null;
  /** A line per set; empty where the headline has said it all. */
  readonly sets: readonly SetLine[];
}

export interface SetLine {
  readonly source: Source;
  readonly n: number;
  readonly ends: { readonly name: 'setUntil' | 'setFrom'; readonly date: string } | { readonly name: 'setForEver' };
}

export function standingOf(credits: CreditsView): Standing {
  const sets = setLines(credits);
  const tone = toneOf(credits);
  return {
    tone,
    headline: credits.available === 0 ? nothingLeft(credits) : somethingLeft(credits),
    facts: factsOf(credits),
    advice: credits.available === 0 ? adviceFor(credits) : null,
    contact: credits.available > 0 ? null : tone === 'none' ? 'more' : 'help',
    sets: sets.length > 1 ? sets : [],
  };
}

function toneOf({ available, status }: CreditsView): Tone {
  if (available > 1) return 'plenty';
  if (available === 1) return status === 'trial' ? 'plenty' : 'low';
  if (status === 'past-due') return 'stopped';
  return status === 'renewal-pending' || status === 'paused' ? 'waiting' : 'none';
}

function somethingLeft({ available, status, plan, allotments, nextRenewalAt }: CreditsView): Sentence {
  const usable = allotments.filter(({ remaining }) => remaining > 0);
  if (status === 'trial' && usable.every(({ source }) => source === 'trial')) return { name: 'toTry', n: available };
  if (available === 1) return nextRenewalAt === null ? { name: 'last' } : { name: 'lastUntil', date: nextRenewalAt };
  const planOnly = plan !== null && usable.every(({ source }) => source === 'plan');
  return planOnly && plan.creditsPerCycle >= available
    ? { name: 'leftOf', n: available, of: plan.creditsPerCycle }
    : { name: 'left', n: available };
}

function nothingLeft({ status, nextRenewalAt }: CreditsView): Sentence {
  if (nextRenewalAt !== null) return { name: 'noneUntil', date: nextRenewalAt };
  switch (status) {
    case 'renewal-pending':
      return { name: 'waiting' };
    case 'past-due':
      return { name: 'pastDue' };
    case 'paused':
      return { name: 'paused' };
    case 'ended':
      return { name: 'ended' };
    case 'trial':
      return { name: 'trialUsed' };
    case 'none':
      return { name: 'noneYet' };
    case 'active':
      return { name: 'none' };
  }
}

function adviceFor({ status, nextRenewalAt }: CreditsView): Sentence | null {
  if (nextRenewalAt !== null) return null;
  switch (status) {
    case 'renewal-pending':
      return { name: 'waitingWhy' };
    case 'past-due':
      return { name: 'pastDueWhy' };
    case 'paused':
      return { name: 'pausedWhy' };
    case 'ended':
      return { name: 'endedWhy' };
    case 'trial':
    case 'none':
      return { name: 'choosePlan' };
    case 'active':
      return null;
  }
}

/** What stands beside the number: what runs, when new ones come, what changes then. */
function factsOf(credits: CreditsView): Sentence[] {
  const { inProgress, available, nextRenewalAt, nextPlan, endsAt, status } = credits;
  const facts: Sentence[] = [];
  if (inProgress !== null && inProgress > 0) facts.push({ name: 'rendering', n: inProgress });
  const said = available <= 1;
  if (nextRenewalAt !== null && !said) facts.push({ name: 'renewsOn', date: nextRenewalAt });
  if (nextPlan !== null) facts.push({ name: 'changesTo', plan: nextPlan.name });
  if (endsAt !== null) facts.push({ name: 'endsOn', date: endsAt });
  const expiry = soleExpiry(credits);
  if (nextRenewalAt === null && endsAt === null && expiry !== null) facts.push({ name: 'usableUntil', date: expiry });
  const short = available === 0 ? undefined : shortStatus[status];
  if (short !== undefined) facts.push({ name: short });
  const later = credits.upcoming > 0 ? soonestUpcoming(credits) : null;
  if (later !== null) facts.push({ name: 'later', n: credits.upcoming, date: later });
  return facts;
}

const shortStatus: { readonly [status in CreditsView['status']]?: keyof Catalogue } = {
  'past-due': 'pastDueShort',
  'renewal-pending': 'waitingShort',
  paused: 'pausedShort',
  ended: 'endedShort',
};

/** When the only set that can be used ends. */
function soleExpiry({ allotments, upcoming }: CreditsView): string | null {
  const [only, ...others] = allotments;
  return upcoming === 0 && only !== undefined && others.length === 0 ? only.expiresAt : null;
}

/** The listed sets hold what is available and what is upcoming; the latest to begin are the upcoming ones. */
function upcomingSets({ allotments, upcoming }: Pick<CreditsView, 'allotments' | 'upcoming'>): Set<AllotmentView> {
  const found = new Set<AllotmentView>();
  let missing = upcoming;
  for (const set of [...allotments].sort((a, b) => b.validFrom.localeCompare(a.validFrom))) {
    if (missing <= 0) break;
    found.add(set);
    missing -= set.remaining;
  }
  return found;
}

function soonestUpcoming(credits: CreditsView): string | null {
  const starts = [...upcomingSets(credits)].map(({ validFrom }) => validFrom).sort();
  return starts[0] ?? null;
}

/** Sets of one source with one end are one line. What ends first comes first, as it is used first; what has yet to begin comes last. */
function setLines(credits: CreditsView): SetLine[] {
  const upcoming = upcomingSets(credits);
  const lines = new Map<string, SetLine & { readonly order: string }>();
  for (const set of credits.allotments) {
    const ends = endOf(set, upcoming.has(set));
    const order = `${ends.name === 'setFrom' ? 1 : 0} ${'date' in ends ? ends.date : '~'} ${set.source}`;
    const n = (lines.get(order)?.n ?? 0) + set.remaining;
    lines.set(order, { source: set.source, n, ends, order });
  }
  return [...lines.values()].sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ source, n, ends }) => ({ source, n, ends }));
}

function endOf({ validFrom, expiresAt }: AllotmentView, isUpcoming: boolean): SetLine['ends'] {
  if (isUpcoming) return { name: 'setFrom', date: validFrom };
  return expiresAt === null ? { name: 'setForEver' } : { name: 'setUntil', date: expiresAt };
}
