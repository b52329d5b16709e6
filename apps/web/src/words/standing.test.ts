import type { AllotmentView, CreditsView } from '#contracts';
import { type Language, languageFor } from './languages.js';
import { sayPlain } from './say.js';
import { type Sentence, standingOf } from './standing.js';

const end = '2027-03-31T10:00:00.000Z';

const set = (over: Partial<AllotmentView> = {}): AllotmentView => ({
  id: 's',
  source: 'plan',
  quantity: 4,
  remaining: 3,
  validFrom: '2027-02-28T10:00:00.000Z',
  expiresAt: end,
  ...over,
});

const credits = (over: Partial<CreditsView> = {}): CreditsView => ({
  accountId: 'a-1',
  plan: { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle: 4 },
  status: 'active',
  available: 3,
  upcoming: 0,
  inProgress: 0,
  usedThisCycle: 1,
  cycle: { start: '2027-02-28T10:00:00.000Z', end },
  nextRenewalAt: end,
  nextPlan: null,
  endsAt: null,
  allotments: [set()],
  position: 'p',
  ...over,
});

/** A sentence as it is read, dates as `31 March`. */
function read({ locale, words }: Language, { name, date, ...values }: Sentence): string {
  const day =
    date === undefined
      ? {}
      : { date: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(date)) };
  return sayPlain(locale, words[name], { ...values, ...day });
}

function told(view: CreditsView, lang = 'en'): string {
  const language = languageFor(lang);
  const { headline, facts } = standingOf(view);
  return [headline, ...facts].map((sentence) => read(language, sentence)).join(' · ');
}

const nothing = { available: 0, allotments: [], nextRenewalAt: null } as const;

describe('what the counter says', () => {
  it('says how many are left, what is running, when new ones come', () => {
    expect(told(credits({ inProgress: 1 }))).toBe('3 of 4 videos left · 1 rendering · renews on 31 March');
    expect(told(credits({ inProgress: 1 }), 'de')).toBe('Noch 3 von 4 Videos · 1 in Arbeit · neue am 31. März');
  });

  it('marks the last one, and says until when', () => {
    const last = credits({ available: 1, allotments: [set({ remaining: 1 })] });
    expect(told(last)).toBe('Last video until 31 March');
    expect(standingOf(last).tone).toBe('low');
  });

  it('never counts to zero', () => {
    const none = credits({ available: 0, allotments: [] });
    expect(told(none)).toBe('No videos left until 31 March');
    expect(told({ ...none, inProgress: 2 })).toBe('No videos left until 31 March · 2 rendering');
    expect(standingOf(none)).toMatchObject({ tone: 'none', contact: 'more', advice: null });
  });

  it('knows a trial from a plan', () => {
    const trial = credits({
      ...nothing,
      status: 'trial',
      plan: null,
      available: 1,
      allotments: [set({ source: 'trial', remaining: 1, expiresAt: null })],
    });
    expect(told(trial)).toBe('1 video to try');
    expect(standingOf(trial).tone).toBe('plenty');
    expect(told(credits({ ...nothing, status: 'trial', plan: null }))).toBe('Your trial video is used');
  });

  it.each([
    ['renewal-pending', 'Waiting for your renewal', 'waitingWhy', 'waiting'],
    ['past-due', 'Your last payment did not go through', 'pastDueWhy', 'stopped'],
    ['paused', 'Your plan is paused', 'pausedWhy', 'waiting'],
    ['ended', 'Your plan has ended', 'endedWhy', 'none'],
    ['none', 'No videos yet', 'choosePlan', 'none'],
  ] as const)('with nothing left says of %s what it waits for', (status, words, advice, tone) => {
    const view = credits({ ...nothing, status });
    expect(told(view)).toBe(words);
    expect(standingOf(view)).toMatchObject({ tone, advice: { name: advice } });
  });

  it('says what is the matter also while something is left', () => {
    const view = credits({ status: 'past-due', nextRenewalAt: null });
    expect(told(view)).toBe('3 of 4 videos left · usable until 31 March · payment did not go through');
  });

  it('tells of an end, and of another plan', () => {
    expect(told(credits({ nextRenewalAt: null, endsAt: end }))).toBe('3 of 4 videos left · plan ends on 31 March');
    const nextPlan = { id: 'artist-basic', name: 'Artist Basic', creditsPerCycle: 1 };
    expect(told(credits({ nextPlan }))).toBe('3 of 4 videos left · renews on 31 March · then Artist Basic');
  });

  it('with several sets says the total, and has a line for each, in the order in which they are used', () => {
    const later = set({ id: 'l', source: 'purchase', remaining: 5, validFrom: '2027-04-10T00:00:00.000Z', expiresAt: null });
    const view = credits({
      available: 6,
      upcoming: 5,
      allotments: [
        set({ id: 'b', source: 'purchase', remaining: 2, expiresAt: null }),
        set(),
        set({ id: 'g', source: 'goodwill', remaining: 1, expiresAt: '2027-03-05T00:00:00.000Z' }),
        later,
      ],
    });
    expect(told(view)).toBe('6 videos left · renews on 31 March · 5 more from 10 April');
    expect(standingOf(view).sets).toEqual([
      { source: 'goodwill', n: 1, ends: { name: 'setUntil', date: '2027-03-05T00:00:00.000Z' } },
      { source: 'plan', n: 3, ends: { name: 'setUntil', date: end } },
      { source: 'purchase', n: 2, ends: { name: 'setForEver' } },
      { source: 'purchase', n: 5, ends: { name: 'setFrom', date: '2027-04-10T00:00:00.000Z' } },
    ]);
  });

  it('has no lines where one set has said it all', () => {
    expect(standingOf(credits()).sets).toEqual([]);
  });
});
