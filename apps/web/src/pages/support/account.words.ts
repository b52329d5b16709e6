import type { AccountStatus, AllotmentView, CreditsView, RefusalView, Source } from '#contracts';
import { type Said, count, day, listed, minute } from './said.js';

/** Each status as staff call it. */
export const statusWords: { readonly [status in AccountStatus]: string } = {
  active: 'Active',
  'past-due': 'Past due',
  'renewal-pending': 'Waiting for renewal',
  paused: 'Paused',
  trial: 'Trial',
  ended: 'Ended',
  none: 'No plan',
};

const standing: { readonly [status in AccountStatus]: string } = {
  active: 'Active.',
  'past-due': 'The payment failed.',
  'renewal-pending': 'Waiting for the renewal: billing has not confirmed the next period.',
  paused: 'The subscription is paused.',
  trial: 'Trial.',
  ended: 'The plan has ended.',
  none: 'No plan.',
};

/** What is refused, in as few words as the first sentence allows. Other codes say their title. */
const refusalWords: { readonly [code: string]: string } = {
  'insufficient-credits': 'no credits',
  'unknown-room': 'unknown room',
  'unknown-artwork': 'unknown artwork',
  'already-started': 'a worker had started',
  'idempotency-key-reused': 'the request key was used before',
  'unreadable-picture': 'unreadable picture',
  'unsupported-media-type': 'not a picture that can be used',
  'payload-too-large': 'the picture is too large',
};

/** The state of the account, in the order in which a caller asks: plan, what is left, what comes, what is on. */
export function answer(credits: CreditsView): readonly Said[] {
  const { plan, nextPlan, status, inProgress, upcoming, allotments } = credits;
  const said: Said[] = [[plan ? `${plan.name}, monthly.` : standing[status]]];
  if (plan && status !== 'active') said.push([standing[status]]);
  said.push([...left(credits), ...renewal(credits), '.']);
  if (nextPlan) said.push([`${nextPlan.name} from the next cycle.`]);
  if (upcoming > 0) said.push([`${upcoming} more from `, day(earliestUpcoming(allotments, credits)), '.']);
  if (inProgress) said.push([`${count(inProgress, 'video')} being made.`]);
  return said;
}

/** `1 of 4 left`; where not all is from the plan: `3 left`. */
export function left({ available, allotments, plan }: CreditsView): Said {
  const fromPlan = plan !== null && allotments.every(({ source }) => source === 'plan');
  if (fromPlan && available <= plan.creditsPerCycle) return [`${available === 0 ? 'None' : available} of ${plan.creditsPerCycle} left`];
  return [available === 0 ? 'None left' : `${available} left`];
}

function renewal({ nextRenewalAt, endsAt }: CreditsView): Said {
  if (endsAt !== null) return [', ends ', day(endsAt), ' and does not renew'];
  return nextRenewalAt === null ? [] : [', renews ', day(nextRenewalAt)];
}

export function lastRefusal(refusal: RefusalView): Said {
  return ['Last refusal: ', minute(refusal.at), `, ${refusalReason(refusal)}.`];
}

/** Why, in a few words that go on after a comma: our own, else what the refusal says of itself. */
export function refusalReason({ code, title, detail }: RefusalView): string {
  return refusalWords[code] ?? detail ?? title.charAt(0).toLowerCase() + title.slice(1);
}

/** Sets that end together are told together; `given` and `without` say what is about to change. */
export function afterwards(
  credits: CreditsView,
  change: { readonly given?: Pick<AllotmentView, 'source' | 'remaining' | 'expiresAt'>; readonly without?: string },
): Said {
  const { given, without } = change;
  const kept = usable(credits).filter(({ id }) => id !== without);
  const sets = given ? [...kept, given] : kept;
  const total = sets.reduce((sum, { remaining }) => sum + remaining, 0);
  if (total === 0) return ['They will have none left.'];
  const groups = new Map<string, { n: number; plan: boolean; source: Source; expiresAt: string | null }>();
  for (const { source, remaining, expiresAt } of sets) {
    const plan = source === 'plan' || source === 'trial';
    const name = `${plan ? source : 'kept'} ${expiresAt}`;
    groups.set(name, { n: (groups.get(name)?.n ?? 0) + remaining, plan, source, expiresAt });
  }
  const parts = [...groups.values()].map((group) => setSaid(group));
  if (parts.length === 1) return ['They will have ', ...(parts[0] ?? []), '.'];
  return [`They will have ${total}: `, ...listedWithCommas(parts), '.'];
}

function setSaid({ n, plan, source, expiresAt }: { n: number; plan: boolean; source: Source; expiresAt: string | null }): Said {
  const from = plan ? ` from the ${source}` : '';
  if (expiresAt !== null) return [`${n}${from} until `, day(expiresAt)];
  return [`${n}${from} that never ${n === 1 ? 'expires' : 'expire'}`];
}

const listedWithCommas = (parts: readonly Said[]): Said => parts.flatMap((part, index) => (index === 0 ? part : [', ', ...part]));

/** The sets that can be used now: what is shown but not yet valid makes up `upcoming`, and is the last to begin. */
function usable({ allotments, upcoming }: CreditsView): readonly AllotmentView[] {
  let later = upcoming;
  const late = new Set<string>();
  for (const { id, remaining } of [...allotments].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))) {
    if (later <= 0) break;
    later -= remaining;
    late.add(id);
  }
  return allotments.filter(({ id }) => !late.has(id));
}

export function isUpcoming(allotment: AllotmentView, credits: CreditsView): boolean {
  return !usable(credits).includes(allotment);
}

function earliestUpcoming(allotments: readonly AllotmentView[], credits: CreditsView): string {
  const starts = allotments.filter((allotment) => isUpcoming(allotment, credits)).map(({ validFrom }) => validFrom);
  return starts.sort()[0] ?? credits.cycle?.end ?? '';
}

/**
 * What was shown at a past instant, and so what a command then would have found; `refused` is the code of what was refused at that
 * instant. Where the clock stands still, as it may in the sandbox, credits can have come at the same instant, after the refusal.
 */
export function then(at: string, credits: CreditsView, refused: string | null = null): Said {
  const { plan, available, nextRenewalAt, upcoming } = credits;
  const had: Said = ['On ', minute(at), available === 0 ? ' there was nothing left' : ` they had ${count(available, 'credit')}`];
  const on: Said = [plan ? ` on ${plan.name}` : `, ${statusWords[credits.status].toLowerCase()}`, '.'];
  const sets = credits.allotments.filter((allotment) => !isUpcoming(allotment, credits));
  const parts = sets.map(({ source, remaining, expiresAt }) =>
    setSaid({ n: remaining, plan: source === 'plan' || source === 'trial', source, expiresAt }),
  );
  const which: Said = parts.length > 0 ? [' Namely ', ...listed(parts), '.'] : [];
  const next: Said = nextRenewalAt === null ? [' No renewal was in sight.'] : [' The next renewal was due ', day(nextRenewalAt), '.'];
  const more: Said = upcoming > 0 ? [` ${upcoming} more were to come.`] : [];
  const cameAfter = refused === 'insufficient-credits' && available > 0;
  if (cameAfter) return [...had, ...on, ...which, ' They came at this very instant, after the refusal.'];
  const verdict: Said = [available === 0 ? ' A video ordered then would have been refused.' : ' A video could be ordered.'];
  return [...had, ...on, ...which, ...next, ...more, ...verdict];
}
