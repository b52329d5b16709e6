import type { Example } from './example.js';
import { billing, create, full, pass, subscription } from './histories.js';

const month = (when: string, fields = {}) => subscription(when, '2027-01-01', '2027-02-01', fields);
const year = (when: string, fields = {}) => subscription(when, '2027-01-01', '2028-01-01', { interval: 'year', ...fields });

/** The life of a subscription: rules 17 and 19 to 24. */
export const subscriptionExamples: readonly Example[] = [
  {
    rule: 17,
    title: 'only an active event pays, and what is paid stays paid while later money is awaited',
    steps: [
      month('2027-01-01', { status: 'incomplete' }),
      year('2027-01-02'),
      year('2027-01-20', { status: 'past_due', planId: 'gallery-premium' }),
      pass('2027-01-31'),
    ],
    expect: [
      { after: 0, view: { available: 0, planId: null } },
      { after: 1, view: { status: 'active', available: 4 } },
      { after: 2, view: { status: 'past-due', available: 4, planId: 'gallery-basic', nextRenewalAt: null } },
      { after: 3, view: { status: 'past-due', available: 4, cycle: { start: full('2027-01-31'), end: full('2027-03-02') } } },
    ],
  },
  {
    rule: 19,
    title: 'an upgrade gives the difference; down and up again mints nothing',
    steps: [
      month('2027-01-01'),
      ...create('2027-01-02', 'v1'),
      month('2027-01-10', { planId: 'gallery-advanced' }),
      month('2027-01-11', { planId: 'artist-basic' }),
      month('2027-01-12', { planId: 'gallery-advanced' }),
      month('2027-01-13', { planId: 'gallery-premium' }),
    ],
    expect: [
      { after: 2, view: { available: 7, planId: 'gallery-advanced', creditsPerCycle: 8, usedThisCycle: 1 } },
      { after: 3, view: { available: 7, planId: 'gallery-advanced', nextPlanId: 'artist-basic' } },
      { after: 4, view: { available: 7, nextPlanId: null } },
      { after: 5, view: { available: 15, planId: 'gallery-premium' } },
    ],
  },
  {
    rule: 19,
    title: 'the order of arrival does not matter: a late upgrade still counts in the cycle it was made in',
    steps: [
      month('2027-01-01'),
      month('2027-01-20', { planId: 'artist-basic', occurredAt: '2027-01-12' }),
      month('2027-01-21', { planId: 'gallery-advanced', occurredAt: '2027-01-11' }),
    ],
    expect: [
      { after: 1, view: { available: 4, nextPlanId: 'artist-basic' } },
      { after: 2, view: { available: 8, planId: 'gallery-advanced', nextPlanId: 'artist-basic' } },
    ],
  },
  {
    rule: 19,
    title: 'a cycle that is over is never topped up',
    steps: [
      year('2027-01-01'),
      year('2027-01-10', { planId: 'artist-basic' }),
      pass('2027-01-31'),
      year('2027-02-02', { planId: 'gallery-premium', occurredAt: '2027-01-05' }),
    ],
    expect: [
      { after: 2, view: { available: 1 } },
      { after: 3, view: { available: 1 } },
    ],
  },
  {
    rule: 20,
    title: 'a downgrade in the same period comes with the next cycle',
    steps: [year('2027-01-01', { planId: 'gallery-premium' }), year('2027-01-10', { planId: 'artist-premium' }), pass('2027-01-31')],
    expect: [
      { after: 1, view: { available: 16, planId: 'gallery-premium', nextPlanId: 'artist-premium', nextRenewalAt: full('2027-01-31') } },
      { after: 2, view: { available: 2, planId: 'artist-premium', nextPlanId: null } },
    ],
  },
  {
    rule: 20,
    title: 'a later start cuts the running cycle there, announced or at once',
    steps: [
      year('2027-01-01'),
      subscription('2027-01-10', '2027-01-20', '2027-02-20', { planId: 'gallery-advanced' }),
      pass('2027-01-20'),
      subscription('2027-01-25', '2027-01-24', '2027-02-24', { planId: 'artist-basic' }),
    ],
    expect: [
      {
        after: 1,
        view: {
          planId: 'gallery-basic',
          nextPlanId: 'gallery-advanced',
          nextRenewalAt: full('2027-01-20'),
          allotments: [{ source: 'plan', quantity: 4, remaining: 4, validFrom: full('2027-01-01'), expiresAt: full('2027-01-20') }],
        },
      },
      { after: 2, view: { available: 8, planId: 'gallery-advanced', cycle: { start: full('2027-01-20'), end: full('2027-02-20') } } },
      { after: 3, view: { available: 1, planId: 'artist-basic', cycle: { start: full('2027-01-24'), end: full('2027-02-24') } } },
    ],
  },
  {
    rule: 20,
    title: 'month to year: the running cycle keeps its end and the next runs to the second boundary of the new cut',
    steps: [month('2027-01-01'), year('2027-01-10'), pass('2027-02-01'), pass('2027-03-02')],
    expect: [
      {
        after: 1,
        view: { available: 4, cycle: { start: full('2027-01-01'), end: full('2027-02-01') }, nextRenewalAt: full('2027-02-01') },
      },
      { after: 2, view: { available: 4, cycle: { start: full('2027-02-01'), end: full('2027-03-02') } } },
      { after: 3, view: { available: 4, cycle: { start: full('2027-03-02'), end: full('2027-04-01') } } },
    ],
  },
  {
    rule: 20,
    title: 'a period shortened into the past ends when that is decided',
    steps: [year('2027-01-01'), subscription('2027-02-20', '2027-01-01', '2027-02-15', { interval: 'year' })],
    expect: [{ after: 1, view: { available: 0, cycle: null, status: 'renewal-pending' } }],
  },
  {
    rule: 20,
    title: 'a period shortened and lengthened again gives no second set in the same cycle',
    steps: [
      year('2027-01-01'),
      subscription('2027-01-05', '2027-01-01', '2027-01-16', { interval: 'year' }),
      pass('2027-01-16'),
      year('2027-01-20'),
      pass('2027-01-31'),
    ],
    expect: [
      { after: 1, view: { available: 4, cycle: { start: full('2027-01-01'), end: full('2027-01-16') } } },
      { after: 2, view: { available: 0, cycle: null, status: 'renewal-pending' } },
      { after: 3, view: { available: 0, status: 'active', nextRenewalAt: full('2027-01-31') } },
      { after: 4, view: { available: 4, cycle: { start: full('2027-01-31'), end: full('2027-03-02') } } },
    ],
  },
  {
    rule: 20,
    title: 'an end moved by less than half a cycle brings no set of its own',
    steps: [month('2027-01-01'), subscription('2027-01-10', '2027-01-01', '2027-02-05'), pass('2027-02-01'), pass('2027-02-05')],
    expect: [
      { after: 1, view: { cycle: { start: full('2027-01-01'), end: full('2027-02-01') }, nextRenewalAt: full('2027-02-05') } },
      { after: 2, view: { status: 'active', available: 0, cycle: null } },
      { after: 3, view: { status: 'renewal-pending', available: 0 } },
    ],
  },
  {
    rule: 20,
    title: 'a new period named first a moment after its start brings the new plan, not the old one',
    steps: [
      month('2027-01-01', { planId: 'gallery-premium' }),
      subscription('2027-02-01T00:00:02Z', '2027-02-01', '2027-03-01', { planId: 'artist-basic' }),
    ],
    expect: [{ after: 1, view: { available: 1, planId: 'artist-basic', cycle: { start: full('2027-02-01'), end: full('2027-03-01') } } }],
  },
  {
    rule: 21,
    title: 'cancelled at the period end goes on until then, and un-cancelled as if never',
    steps: [
      month('2027-01-01'),
      month('2027-01-05', { cancelAtPeriodEnd: true }),
      month('2027-01-06'),
      month('2027-01-07', { cancelAtPeriodEnd: true }),
      pass('2027-02-01'),
    ],
    expect: [
      { after: 1, view: { status: 'active', available: 4, endsAt: full('2027-02-01'), nextRenewalAt: null } },
      { after: 2, view: { status: 'active', available: 4, endsAt: null, nextRenewalAt: full('2027-02-01') } },
      { after: 4, view: { status: 'ended', available: 0, endsAt: null } },
    ],
  },
  {
    rule: 21,
    title: 'ended now takes the plan credits now, and coming back in the same cycle gives no second set',
    steps: [year('2027-01-01'), year('2027-01-05', { status: 'canceled' }), year('2027-01-06'), pass('2027-01-31')],
    expect: [
      { after: 1, view: { status: 'ended', available: 0, cycle: null, nextRenewalAt: null } },
      { after: 2, view: { status: 'active', available: 0, nextRenewalAt: full('2027-01-31') } },
      { after: 3, view: { status: 'active', available: 4 } },
    ],
  },
  {
    rule: 21,
    title: 'a pause brings no new cycles, and the resumed one is valid from the resumption',
    steps: [year('2027-01-01'), year('2027-01-10', { status: 'paused' }), pass('2027-01-31'), year('2027-02-10')],
    expect: [
      { after: 1, view: { status: 'paused', available: 4, nextRenewalAt: null } },
      { after: 2, view: { status: 'paused', available: 0, cycle: null } },
      {
        after: 3,
        view: {
          status: 'active',
          cycle: { start: full('2027-01-31'), end: full('2027-03-02') },
          allotments: [{ source: 'plan', quantity: 4, remaining: 4, validFrom: full('2027-02-10'), expiresAt: full('2027-03-02') }],
        },
      },
    ],
  },
  {
    rule: 21,
    title: 'back after a gap is a new start and nothing for the gap',
    steps: [
      month('2027-01-01'),
      month('2027-01-15', { status: 'ended' }),
      subscription('2027-04-10', '2027-04-10', '2027-05-10', { planId: 'artist-premium' }),
    ],
    expect: [
      {
        after: 2,
        view: { status: 'active', available: 2, planId: 'artist-premium', cycle: { start: full('2027-04-10'), end: full('2027-05-10') } },
      },
    ],
  },
  {
    rule: 22,
    title: 'a refund closes its period for ever, also when its renewal comes after',
    steps: [
      year('2027-01-01'),
      ...create('2027-01-02', 'v1'),
      billing('2027-01-03', 'payment.refunded', { subscriptionId: 's-1', periodStart: full('2027-01-01') }),
      year('2027-01-04'),
      pass('2027-02-15'),
      billing('2027-02-16', 'payment.refunded', { subscriptionId: 's-2', periodStart: full('2027-03-01') }),
      subscription('2027-03-01', '2027-03-01', '2027-04-01', { subscriptionId: 's-2' }),
    ],
    expect: [
      { after: 2, view: { available: 0, inProgress: 1, cycle: null } },
      { after: 3, view: { available: 0 } },
      { after: 4, view: { available: 0 } },
      { after: 6, view: { available: 0 } },
    ],
  },
  {
    rule: 22,
    title: 'a failed payment only shows, until the next event of the subscription',
    steps: [
      year('2027-01-01'),
      billing('2027-01-05', 'payment.failed', { subscriptionId: 's-1', periodStart: full('2027-01-01') }),
      year('2027-01-06'),
    ],
    expect: [
      { after: 1, view: { status: 'past-due', available: 4, nextRenewalAt: null } },
      { after: 2, view: { status: 'active', available: 4 } },
    ],
  },
  {
    rule: 24,
    title: 'two subscriptions live side by side and the sooner end is used first',
    steps: [
      month('2027-01-01', { planId: 'artist-premium' }),
      subscription('2027-01-10', '2027-01-10', '2027-02-10', { subscriptionId: 's-2', planId: 'gallery-basic' }),
      ...create('2027-01-11', 'v1', 'v2', 'v3'),
      subscription('2027-01-12', '2027-01-10', '2027-02-10', { subscriptionId: 's-2', status: 'ended' }),
    ],
    expect: [
      { after: 1, view: { available: 6, planId: 'gallery-basic', nextRenewalAt: full('2027-02-01') } },
      { after: 3, view: { available: 4 } },
      { after: 4, view: { available: 3 } },
      { after: 5, view: { available: 0, status: 'active', planId: 'artist-premium' } },
    ],
  },
];
