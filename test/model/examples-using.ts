import type { Example } from './example.js';
import { billing, create, full, pass, step, subscription } from './histories.js';

const grant = (
  when: string,
  key: string,
  credits: number,
  source: 'purchase' | 'goodwill',
  more: { expiresAt?: string; validFrom?: string } = {},
) => step(when, { kind: 'grant', key, credits, source, ...more });
const render = (when: string, video: string, kind: 'renderStarted' | 'renderCompleted' | 'leaseLost', attempt: number) =>
  step(when, { kind, video, attempt });
const fails = (when: string, video: string, attempt: number, retryable: boolean) =>
  step(when, { kind: 'renderFailed', video, attempt, retryable });
const january = subscription('2027-01-01', '2027-01-01', '2027-02-01');

/** Using credits, support and renders: rules 3 to 8 and 22 to 31. */
export const usingExamples: readonly Example[] = [
  {
    rule: 3,
    title: 'one video uses one credit, when it is accepted',
    steps: [january, ...create('2027-01-02', 'v1')],
    expect: [{ after: 1, result: 'accepted', view: { available: 3, inProgress: 1, usedThisCycle: 1 } }],
  },
  {
    rule: 5,
    title: 'without a credit the answer names the renewal',
    steps: [subscription('2027-01-01', '2027-01-01', '2027-02-01', { planId: 'artist-basic' }), ...create('2027-01-02', 'v1', 'v2')],
    expect: [{ after: 2, result: 'insufficient', view: { available: 0, inProgress: 1, nextRenewalAt: full('2027-02-01') } }],
  },
  {
    rule: 5,
    title: 'an account never heard of has nothing',
    steps: [...create('2027-01-02', 'v1')],
    expect: [{ after: 0, result: 'insufficient', view: { status: 'none', available: 0, planId: null, cycle: null, nextRenewalAt: null } }],
  },
  {
    rule: 7,
    title: 'what expires first goes first, then plan, purchase, goodwill',
    steps: [
      grant('2027-01-01', 'endless', 1, 'purchase'),
      grant('2027-01-01', 'gift', 1, 'goodwill', { expiresAt: full('2027-02-01') }),
      grant('2027-01-01', 'short', 1, 'goodwill', { expiresAt: full('2027-01-10') }),
      subscription('2027-01-01', '2027-01-01', '2027-02-01', { planId: 'artist-basic' }),
      ...create('2027-01-02', 'v1', 'v2', 'v3', 'v4', 'v5'),
    ],
    expect: [
      { after: 4, view: { allotments: [goodwillTill('2027-02-01'), planOf(1, 1, '2027-01-01', '2027-02-01'), endless()] } },
      { after: 5, view: { allotments: [goodwillTill('2027-02-01'), endless()] } },
      { after: 6, view: { allotments: [endless()] } },
      { after: 7, view: { allotments: [], available: 0 } },
      { after: 8, result: 'insufficient' },
    ],
  },
  {
    rule: 8,
    title: 'the same key again changes nothing, a refused key may be tried again',
    steps: [
      ...create('2027-01-01', 'v1'),
      grant('2027-01-02', 'g', 2, 'purchase'),
      ...create('2027-01-03', 'v1', 'v1'),
      grant('2027-01-04', 'g', 2, 'purchase'),
    ],
    expect: [
      { after: 0, result: 'insufficient' },
      { after: 3, result: 'accepted', view: { available: 1 } },
      { after: 4, result: 'granted', view: { available: 1 } },
    ],
  },
  {
    rule: 23,
    title: 'a purchase outlives the subscription and ends at its own expiry',
    steps: [
      january,
      billing('2027-01-05', 'credits.purchased', { credits: 3, paymentId: 'p-1', expiresAt: full('2027-03-10') }),
      subscription('2027-01-06', '2027-01-01', '2027-02-01', { status: 'ended' }),
      pass('2027-03-09T23:59:59.999Z'),
      pass('2027-03-10'),
    ],
    expect: [
      { after: 1, view: { available: 7 } },
      { after: 2, view: { available: 3, status: 'ended', planId: null, cycle: null } },
      { after: 3, view: { available: 3 } },
      { after: 4, view: { available: 0, allotments: [] } },
    ],
  },
  {
    rule: 22,
    title: 'a purchase sent twice counts once, and its refund takes what is unspent, whichever comes first',
    steps: [
      billing('2027-01-05', 'credits.purchased', { credits: 3, paymentId: 'p-1' }),
      billing('2027-01-05', 'credits.purchased', { credits: 3, paymentId: 'p-1' }),
      ...create('2027-01-06', 'v1'),
      billing('2027-01-07', 'payment.refunded', { paymentId: 'p-1' }),
      billing('2027-01-07', 'payment.refunded', { paymentId: 'p-2' }),
      billing('2027-01-08', 'credits.purchased', { credits: 5, paymentId: 'p-2' }),
    ],
    expect: [
      { after: 1, result: 'nothing-new', view: { available: 3 } },
      { after: 3, view: { available: 0, inProgress: 1 } },
      { after: 5, view: { available: 0 } },
    ],
  },
  {
    rule: 25,
    title: 'a grant not yet valid is upcoming, and can be revoked once',
    steps: [
      grant('2027-01-01', 'g', 5, 'goodwill', { validFrom: full('2027-01-10'), expiresAt: full('2027-01-20') }),
      pass('2027-01-10'),
      ...create('2027-01-11', 'v1'),
      step('2027-01-12', { kind: 'revoke', allotment: { grantKey: 'g' } }),
      step('2027-01-13', { kind: 'revoke', allotment: { grantKey: 'g' } }),
      grant('2027-01-14', 'late', 1, 'goodwill', { expiresAt: full('2027-01-14') }),
      grant('2027-01-14', 'many', 1001, 'goodwill'),
    ],
    expect: [
      { after: 0, result: 'granted', view: { available: 0, upcoming: 5 } },
      { after: 1, view: { available: 5, upcoming: 0 } },
      { after: 3, result: 'revoked', view: { available: 0 } },
      { after: 4, result: 'revoked' },
      { after: 5, result: 'refused' },
      { after: 6, result: 'refused' },
    ],
  },
  {
    rule: 25,
    title: 'a used up set cannot be revoked',
    steps: [
      grant('2027-01-01', 'g', 1, 'goodwill'),
      ...create('2027-01-02', 'v1'),
      step('2027-01-03', { kind: 'revoke', allotment: { grantKey: 'g' } }),
    ],
    expect: [{ after: 2, result: 'refused' }],
  },
  {
    rule: 28,
    title: 'three attempts failed or fallen silent, then the credit is back; an old attempt and an untaken job say nothing',
    steps: [
      january,
      ...create('2027-01-02', 'v1'),
      render('2027-01-02', 'v1', 'leaseLost', 1),
      render('2027-01-02', 'v1', 'renderStarted', 1),
      render('2027-01-02', 'v1', 'leaseLost', 1),
      fails('2027-01-02', 'v1', 1, false),
      render('2027-01-02', 'v1', 'renderStarted', 2),
      fails('2027-01-02', 'v1', 2, true),
      render('2027-01-02', 'v1', 'renderStarted', 3),
      render('2027-01-02', 'v1', 'leaseLost', 3),
    ],
    expect: [
      { after: 5, view: { inProgress: 1, available: 3 } },
      { after: 8, view: { inProgress: 1, available: 3 } },
      { after: 9, view: { inProgress: 0, available: 4, usedThisCycle: 0 } },
    ],
  },
  {
    rule: 28,
    title: 'a success after failure uses one credit if there is one, else the house pays',
    steps: [
      grant('2027-01-01', 'g', 1, 'purchase'),
      ...create('2027-01-02', 'v1'),
      fails('2027-01-03', 'v1', 1, false),
      ...create('2027-01-04', 'v2'),
      render('2027-01-05', 'v1', 'renderCompleted', 1),
      fails('2027-01-06', 'v2', 1, false),
      render('2027-01-07', 'v2', 'renderCompleted', 1),
    ],
    expect: [
      { after: 2, view: { available: 1 } },
      { after: 4, view: { available: 0, inProgress: 1 } },
      { after: 5, view: { available: 1, inProgress: 0 } },
      { after: 6, view: { available: 0 } },
    ],
  },
  {
    rule: 29,
    title: 'a credit that comes back after its cycle expires, and goodwill lives to the end of the current cycle',
    steps: [
      january,
      ...create('2027-01-31', 'v1'),
      subscription('2027-02-01', '2027-02-01', '2027-03-01'),
      fails('2027-02-02', 'v1', 1, false),
      pass('2027-03-01'),
    ],
    expect: [
      {
        after: 3,
        view: { available: 5, allotments: [goodwillTill('2027-03-01', '2027-02-02'), planOf(4, 4, '2027-02-01', '2027-03-01')] },
      },
      { after: 4, view: { available: 0, status: 'renewal-pending' } },
    ],
  },
  {
    rule: 29,
    title: 'without a cycle the goodwill lives thirty days; a revoked set takes the credit with it',
    steps: [
      january,
      ...create('2027-01-31', 'v1'),
      fails('2027-02-10', 'v1', 1, false),
      grant('2027-02-11', 'g', 2, 'purchase', { expiresAt: full('2027-02-20') }),
      ...create('2027-02-12', 'v2'),
      step('2027-02-13', { kind: 'revoke', allotment: { grantKey: 'g' } }),
      fails('2027-02-14', 'v2', 1, false),
    ],
    expect: [
      { after: 2, view: { allotments: [goodwillTill('2027-03-12', '2027-02-10')] } },
      { after: 6, view: { allotments: [goodwillTill('2027-03-12', '2027-02-10')], inProgress: 0 } },
    ],
  },
  {
    rule: 30,
    title: 'a cancelled video gives its credit back and stays cancelled; a started one cannot be cancelled',
    steps: [
      january,
      ...create('2027-01-02', 'v1', 'v2'),
      step('2027-01-02', { kind: 'cancelVideo', video: 'v1' }),
      render('2027-01-02', 'v1', 'renderCompleted', 1),
      render('2027-01-02', 'v2', 'renderStarted', 1),
      step('2027-01-02', { kind: 'cancelVideo', video: 'v2' }),
    ],
    expect: [
      { after: 3, result: 'video', view: { available: 3, inProgress: 1 } },
      { after: 4, view: { available: 3, inProgress: 1 } },
      { after: 6, result: 'refused' },
    ],
  },
  {
    rule: 30,
    title: 'a cancel after the cycle is over brings no goodwill',
    steps: [january, ...create('2027-01-31', 'v1'), step('2027-02-02', { kind: 'cancelVideo', video: 'v1' })],
    expect: [{ after: 2, result: 'video', view: { available: 0, allotments: [] } }],
  },
];

function goodwillTill(end: string, from = '2027-01-01') {
  return { source: 'goodwill', quantity: 1, remaining: 1, validFrom: full(from), expiresAt: full(end) } as const;
}
function planOf(quantity: number, remaining: number, from: string, end: string) {
  return { source: 'plan', quantity, remaining, validFrom: full(from), expiresAt: full(end) } as const;
}
function endless() {
  return { source: 'purchase', quantity: 1, remaining: 1, validFrom: full('2027-01-01'), expiresAt: null } as const;
}
