import type { Example } from './example.js';
import { billing, create, full, pass, subscription } from './histories.js';

const year = (fields = {}) => subscription('2027-01-01', '2027-01-01', '2028-01-01', { interval: 'year', ...fields });

/** Cycles, expiry, renewal and the order of what arrives: rules 9 to 16 and 18. */
export const cycleExamples: readonly Example[] = [
  {
    rule: 9,
    title: 'month ends are counted from the original start',
    every: 'P1M',
    steps: [
      subscription('2027-01-31T10:00:00Z', '2027-01-31T10:00:00Z', '2028-01-31T10:00:00Z', { interval: 'year' }),
      pass('2027-02-28T10:00:00Z'),
      pass('2027-03-31T10:00:00Z'),
    ],
    expect: [
      { after: 0, view: { cycle: { start: full('2027-01-31T10:00:00Z'), end: full('2027-02-28T10:00:00Z') } } },
      { after: 1, view: { cycle: { start: full('2027-02-28T10:00:00Z'), end: full('2027-03-31T10:00:00Z') } } },
      { after: 2, view: { cycle: { start: full('2027-03-31T10:00:00Z'), end: full('2027-04-30T10:00:00Z') } } },
    ],
  },
  {
    rule: 10,
    title: 'a year of thirty days is twelve cycles and the last joins the rest',
    steps: [year(), pass('2027-11-27'), pass('2027-12-31T23:59:59.999Z'), pass('2028-01-01')],
    expect: [
      { after: 1, view: { available: 4, cycle: { start: full('2027-11-27'), end: full('2028-01-01') } } },
      { after: 2, view: { available: 4, nextRenewalAt: full('2028-01-01') } },
      { after: 3, view: { available: 0, cycle: null, status: 'renewal-pending', nextRenewalAt: null } },
    ],
  },
  {
    rule: 11,
    title: 'nothing rolls over: at the very instant of the end the old set is gone and the new one there',
    steps: [year(), ...create('2027-01-02', 'v1'), pass('2027-01-30T23:59:59.999Z'), pass('2027-01-31')],
    expect: [
      { after: 2, view: { available: 3, usedThisCycle: 1 } },
      { after: 3, view: { available: 4, usedThisCycle: 0, cycle: { start: full('2027-01-31'), end: full('2027-03-02') } } },
    ],
  },
  {
    rule: 13,
    title: 'after months of silence only the current cycle can be used',
    steps: [year({ planId: 'gallery-premium' }), ...create('2027-07-15', 'v1')],
    expect: [
      {
        after: 1,
        result: 'accepted',
        view: { available: 15, cycle: { start: full('2027-06-30'), end: full('2027-07-30') }, usedThisCycle: 1 },
      },
    ],
  },
  {
    rule: 14,
    title: 'a late renewal is pending until it comes, then dated from the start of its cycle',
    steps: [
      subscription('2027-01-01', '2027-01-01', '2027-02-01'),
      pass('2027-02-01'),
      subscription('2027-02-09', '2027-02-01', '2027-03-01', { occurredAt: '2027-02-01' }),
    ],
    expect: [
      { after: 1, view: { status: 'renewal-pending', available: 0, planId: null, nextRenewalAt: null } },
      {
        after: 2,
        view: {
          status: 'active',
          allotments: [{ source: 'plan', quantity: 4, remaining: 4, validFrom: full('2027-02-01'), expiresAt: full('2027-03-01') }],
        },
      },
    ],
  },
  {
    rule: 15,
    title: 'an early renewal waits for its start and leaves the running cycle alone',
    steps: [
      subscription('2027-01-01', '2027-01-01', '2027-02-01'),
      subscription('2027-01-25', '2027-02-01', '2027-03-01'),
      pass('2027-02-01'),
    ],
    expect: [
      {
        after: 1,
        view: {
          available: 4,
          upcoming: 0,
          cycle: { start: full('2027-01-01'), end: full('2027-02-01') },
          nextRenewalAt: full('2027-02-01'),
        },
      },
      { after: 2, view: { available: 4, cycle: { start: full('2027-02-01'), end: full('2027-03-01') } } },
    ],
  },
  {
    rule: 15,
    title: 'a repeat is nothing new, two starts within the hour are one period, an older period allots nothing',
    steps: [
      subscription('2027-02-01', '2027-02-01', '2027-03-01'),
      subscription('2027-02-02', '2027-02-01', '2027-03-01', { occurredAt: '2027-02-01' }),
      subscription('2027-02-03', '2027-02-01T00:59:59.999Z', '2027-03-01'),
      subscription('2027-02-04', '2027-01-10', '2027-02-10', { occurredAt: '2027-01-10' }),
    ],
    expect: [
      { after: 1, result: 'nothing-new', view: { available: 4 } },
      { after: 2, view: { available: 4, cycle: { start: full('2027-02-01'), end: full('2027-03-01') } } },
      { after: 3, view: { available: 4, cycle: { start: full('2027-02-01'), end: full('2027-03-01') } } },
    ],
  },
  {
    rule: 15,
    title: 'the newest event decides, whatever its name and whenever it comes',
    steps: [
      subscription('2027-01-05', '2027-01-01', '2027-02-01', { status: 'canceled', occurredAt: '2027-01-05' }),
      subscription('2027-01-06', '2027-01-01', '2027-02-01', { occurredAt: '2027-01-01' }),
    ],
    expect: [{ after: 1, view: { status: 'ended', available: 0 } }],
  },
  {
    rule: 16,
    title: 'what cannot be right is parked and holds up nobody',
    steps: [
      subscription('2027-01-01', '2027-01-01', '2027-02-01', { planId: 'golden' }),
      subscription('2027-01-01', '2027-01-01', '2027-01-14T23:59:59.999Z'),
      subscription('2027-01-01', '2027-01-01', '2037-01-02', { interval: 'year' }),
      subscription('2027-01-01', '2027-02-01', '2027-01-01'),
      subscription('2027-01-01', '2027-01-01', '2027-02-01', { status: 'asleep' }),
      subscription('2027-01-01', '2027-01-01', '2027-02-01', { interval: 'week' }),
      subscription('2027-01-01', '2027-01-01', '2027-02-01', { subscriptionId: 'a b' }),
      billing('2027-01-01', 'credits.purchased', { credits: -1, paymentId: 'p' }),
      billing('2027-01-01', 'subscription.forgotten', {}),
      subscription('2027-01-01', '2027-01-01', '2027-01-15'),
    ],
    expect: [
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((after) => ({
        after,
        result: 'parked' as const,
        view: { status: 'none' as const, available: 0 },
      })),
      { after: 9, result: 'applied', view: { status: 'active', available: 4 } },
    ],
  },
  {
    rule: 18,
    title: 'the trial is one credit once, and the first plan set ends it',
    steps: [
      billing('2027-01-01', 'trial.started', {}),
      billing('2027-01-02', 'trial.started', {}),
      subscription('2027-01-10', '2027-01-10', '2027-02-10'),
      subscription('2027-01-11', '2027-01-10', '2027-02-10', { status: 'ended' }),
      billing('2027-01-12', 'trial.started', {}),
    ],
    expect: [
      { after: 0, view: { status: 'trial', available: 1, planId: null, cycle: null, nextRenewalAt: null } },
      { after: 1, view: { available: 1 } },
      { after: 2, view: { status: 'active', available: 4 } },
      { after: 4, view: { status: 'ended', available: 0 } },
    ],
  },
  {
    rule: 18,
    title: 'a trial of a subscription ends with its period, one of its own at its date',
    steps: [
      subscription('2027-01-01', '2027-01-01', '2027-01-15', { status: 'trialing' }),
      pass('2027-01-15'),
      billing('2027-01-16', 'trial.started', { trialEndsAt: full('2027-02-16') }),
    ],
    expect: [
      { after: 0, view: { status: 'trial', available: 1 } },
      { after: 1, view: { status: 'ended', available: 0 } },
      { after: 2, view: { available: 0 } },
    ],
  },
];
