import type { CreditsView, LedgerLine, RefusalView } from '#contracts';
import { afterwards, answer, lastRefusal, left, then } from './account.words.js';
import { lineSaid } from './ledger.words.js';
import { type Said, plain, setPresent } from './said.js';

beforeAll(() => setPresent('2027-03-15T12:00:00.000Z'));

const set = (source: 'plan' | 'trial' | 'purchase' | 'goodwill', remaining: number, expiresAt: string | null = null) => ({
  id: `${source}-${remaining}`,
  source,
  quantity: remaining,
  remaining,
  validFrom: '2027-03-01T10:00:00.000Z',
  expiresAt,
});
const END = '2027-03-31T10:00:00.000Z';
const gallery: CreditsView = {
  accountId: 'a-1',
  plan: { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle: 4 },
  status: 'active',
  available: 1,
  upcoming: 0,
  inProgress: 0,
  usedThisCycle: 3,
  cycle: { start: '2027-03-01T10:00:00.000Z', end: END },
  nextRenewalAt: END,
  nextPlan: null,
  endsAt: null,
  allotments: [set('plan', 1, END)],
  position: 'p',
};
const none: CreditsView = { ...gallery, plan: null, status: 'none', available: 0, cycle: null, nextRenewalAt: null, allotments: [] };
const said = (sentences: readonly Said[]): string => sentences.map(plain).join(' ');

describe('the answer of the support desk', () => {
  it.each<[string, CreditsView, string]>([
    ['a plan', gallery, 'Gallery Basic, monthly. 1 of 4 left, renews 31 March.'],
    ['a plan with nothing left', { ...gallery, available: 0, allotments: [] }, 'Gallery Basic, monthly. None of 4 left, renews 31 March.'],
    [
      'a plan and more',
      { ...gallery, available: 3, allotments: [set('plan', 1, END), set('goodwill', 2)], inProgress: 2 },
      'Gallery Basic, monthly. 3 left, renews 31 March. 2 videos being made.',
    ],
    [
      'a cancelled plan',
      { ...gallery, nextRenewalAt: null, endsAt: END },
      'Gallery Basic, monthly. 1 of 4 left, ends 31 March and does not renew.',
    ],
    [
      'a downgrade to come',
      { ...gallery, nextPlan: { id: 'artist-basic', name: 'Artist Basic', creditsPerCycle: 1 } },
      'Gallery Basic, monthly. 1 of 4 left, renews 31 March. Artist Basic from the next cycle.',
    ],
    [
      'a failed payment',
      { ...gallery, status: 'past-due', nextRenewalAt: null },
      'Gallery Basic, monthly. The payment failed. 1 of 4 left.',
    ],
    ['nobody', none, 'No plan. None left.'],
    [
      'a renewal that is waited for',
      { ...none, status: 'renewal-pending' },
      'Waiting for the renewal: billing has not confirmed the next period. None left.',
    ],
    ['a trial', { ...none, status: 'trial', available: 1, allotments: [set('trial', 1)] }, 'Trial. 1 left.'],
  ])('says of %s what a caller asks', (_what, credits, expected) => {
    expect(said(answer(credits))).toBe(expected);
  });

  it('says what is yet to come, and from when', () => {
    const later = { ...set('goodwill', 2), validFrom: '2027-04-04T00:00:00.000Z' };
    const credits = { ...gallery, upcoming: 2, allotments: [set('plan', 1, END), later] };
    expect(said(answer(credits))).toContain('2 more from 4 April.');
    expect(plain(afterwards(credits, {}))).toBe('They will have 1 from the plan until 31 March.');
  });

  it('says why the last command was refused', () => {
    const at = new Date(2027, 2, 12, 9, 41).toISOString();
    const refusal: RefusalView = {
      at,
      command: 'CreateVideo',
      code: 'insufficient-credits',
      title: 'No credit is left',
      detail: null,
      actor: null,
    };
    expect(plain(lastRefusal(refusal))).toBe('Last refusal: 12 March 09:41, no credits.');
    expect(plain(lastRefusal({ ...refusal, code: 'parked', title: 'The event was set aside' }))).toContain(', the event was set aside.');
  });

  it('fits a tab', () => {
    expect(plain(left(gallery))).toBe('1 of 4 left');
    expect(plain(left(none))).toBe('None left');
  });
});

describe('what will be true afterwards', () => {
  const given = (remaining: number, expiresAt: string | null = null) => ({ source: 'goodwill' as const, remaining, expiresAt });

  it('tells sets apart by where they are from and when they end', () => {
    expect(plain(afterwards(gallery, { given: given(2) }))).toBe('They will have 3: 1 from the plan until 31 March, 2 that never expire.');
    expect(plain(afterwards(gallery, { given: given(2, END) }))).toBe(
      'They will have 3: 1 from the plan until 31 March, 2 until 31 March.',
    );
    const richer = { ...gallery, allotments: [...gallery.allotments, set('purchase', 3)] };
    expect(plain(afterwards(richer, { given: given(2) }))).toBe('They will have 6: 1 from the plan until 31 March, 5 that never expire.');
  });

  it('is short where there is one set, or none', () => {
    expect(plain(afterwards(none, { given: given(1) }))).toBe('They will have 1 that never expires.');
    expect(plain(afterwards(gallery, { without: 'plan-1' }))).toBe('They will have none left.');
  });
});

describe('what was shown then', () => {
  const at = new Date(2027, 2, 12, 9, 41).toISOString();
  it('says whether a video could have been ordered', () => {
    expect(plain(then(at, { ...gallery, available: 0, allotments: [] }))).toBe(
      'On 12 March 09:41 there was nothing left on Gallery Basic. The next renewal was due 31 March. A video ordered then would have been refused.',
    );
    expect(plain(then(at, { ...gallery, available: 3, allotments: [set('plan', 1, END), set('goodwill', 2)] }))).toBe(
      'On 12 March 09:41 they had 3 credits on Gallery Basic. Namely 1 from the plan until 31 March and 2 that never expire. The next renewal was due 31 March. A video could be ordered.',
    );
  });
});

it('does not deny a refusal where credits came at the very same instant', () => {
  const at = new Date(2027, 2, 12, 9, 41).toISOString();
  const credits = { ...gallery, available: 2, allotments: [set('goodwill', 2)] };
  expect(plain(then(at, credits, 'insufficient-credits'))).toBe(
    'On 12 March 09:41 they had 2 credits on Gallery Basic. Namely 2 that never expire. They came at this very instant, after the refusal.',
  );
});

describe('a line of the history', () => {
  const line = (more: Partial<LedgerLine>): LedgerLine => ({
    id: 'l',
    at: END,
    recordedAt: END,
    type: 'credits.allotted',
    credits: 1,
    balanceAfter: 1,
    allotmentId: 'a',
    videoId: null,
    source: null,
    reason: null,
    actor: null,
    cause: 'c',
    text: 't',
    ...more,
  });
  it.each<[Partial<LedgerLine>, object]>([
    [
      { source: 'plan', credits: 4, reason: 'cycle' },
      { what: '4 credits from the plan', why: null, who: null },
    ],
    [
      { source: 'goodwill', credits: 2, reason: 'Two renders failed', actor: 'Mia' },
      { what: '2 credits as goodwill', why: 'Two renders failed', who: 'Mia' },
    ],
    [
      { type: 'credits.consumed', credits: -1 },
      { what: '1 credit used for a video', why: null, who: null },
    ],
    [{ type: 'credits.returned' }, { what: '1 credit came back', why: 'the video was not delivered', who: null }],
    [
      { type: 'credits.expired', credits: -3, reason: 'renewed' },
      { what: '3 credits expired', why: 'a new cycle began', who: null },
    ],
    [
      { type: 'credits.revoked', credits: -2, reason: 'Mistake', actor: 'Jo' },
      { what: '2 credits taken back', why: 'Mistake', who: 'Jo' },
    ],
  ])('%j says what, why and who', (more, expected) => {
    expect(lineSaid(line(more))).toEqual(expected);
  });
});
