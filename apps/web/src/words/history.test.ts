import type { LedgerLine } from '#contracts';
import { languageFor } from './languages.js';
import { byDay, historyEntry } from './history.js';
import { sayPlain } from './say.js';

const line = (over: Partial<LedgerLine>): LedgerLine => ({
  id: 'e',
  at: '2027-03-01T10:00:00.000Z',
  recordedAt: '2027-03-01T10:00:00.000Z',
  type: 'credits.allotted',
  credits: 4,
  balanceAfter: 4,
  allotmentId: 'x',
  videoId: null,
  source: null,
  reason: null,
  actor: null,
  cause: 'c',
  text: '',
  ...over,
});

function told(of: Partial<LedgerLine>, lang = 'en', title: string | null = null): string {
  const { locale, words } = languageFor(lang);
  const { sentence, note } = historyEntry(line(of), () => title);
  const { name, ...values } = sentence;
  const said = sayPlain(locale, words[name], { ...values, ...(values.date === undefined ? {} : { date: values.date.slice(0, 10) }) });
  return note === null ? said : `${said} | ${note}`;
}

describe('a line of the history', () => {
  it('says where credits come from, until when, and what somebody wrote about it', () => {
    const text = '4 credits from the plan, until 2027-03-31T10:00:00.000Z: plan cycle';
    expect(told({ source: 'plan', reason: 'plan cycle', text })).toBe('4 credits from your plan, until 2027-03-31');
    expect(told({ source: 'plan', reason: 'plan upgrade', text })).toBe('4 more credits with your new plan, until 2027-03-31');
    expect(told({ source: 'trial', credits: 1, reason: 'trial' })).toBe('1 credit to try');
    expect(
      told({ source: 'purchase', credits: 2, reason: 'bought by phone', text: '2 credits bought, never expiring: bought by phone' }),
    ).toBe('2 credits bought, never expire | bought by phone');
    expect(told({ source: 'goodwill', credits: 1, reason: 'for a video that failed', text })).toBe(
      '1 credit for a video that did not work out, until 2027-03-31',
    );
  });

  it('names the video that a credit went to or came back from, where its title is known', () => {
    expect(told({ type: 'credits.consumed', credits: -1, videoId: 'v' }, 'en', 'Dusk')).toBe('1 credit used for “Dusk”');
    expect(told({ type: 'credits.consumed', credits: -1, videoId: 'v' })).toBe('1 credit used for a video');
    expect(told({ type: 'credits.returned', credits: 1, videoId: 'v' }, 'de', 'Dusk')).toBe(
      '1 Guthaben zurück, „Dusk“ wurde nicht geliefert',
    );
  });

  it.each([
    ['renewed', '3 unused credits expired as a new cycle began'],
    ['ended', '3 unused credits expired as the plan ended'],
    ['trial-over', '3 unused credits expired as the trial ended'],
    ['expired', '3 credits expired'],
  ])('says why credits expired: %s', (reason, words) => {
    expect(told({ type: 'credits.expired', credits: -3, reason })).toBe(words);
  });

  it('says what was taken back and why', () => {
    expect(told({ type: 'credits.revoked', credits: -2, reason: 'ordered twice' })).toBe('2 credits taken back | ordered twice');
    expect(told({ type: 'credits.revoked', credits: -2, reason: 'payment refunded' })).toBe('2 credits taken back with a refunded payment');
  });

  it('keeps the service’s own words for what it does not know', () => {
    expect(told({ type: 'credits.something-new', text: 'Something new happened' }, 'de')).toBe('Something new happened');
  });

  it('stands under its day, in the order given', () => {
    const lines = ['2027-03-02T09:00:00Z', '2027-03-02T08:00:00Z', '2027-03-01T08:00:00Z'].map((at) => line({ at }));
    expect(byDay(lines, (instant) => instant.slice(0, 10)).map(({ day, lines: of }) => [day, of.length])).toEqual([
      ['2027-03-02', 2],
      ['2027-03-01', 1],
    ]);
  });
});
