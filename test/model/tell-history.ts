import { LEAST_WAIT_MS, type Move, type RawHistory, type SubscriptionMove } from './arbitraries.js';
import { DAY, cut, monthsAfter } from './calendar.js';
import { type Catalogue, type Happening, type Step, accountId, iso, shippedPlans } from './steps.js';

interface BilledSubscription {
  readonly subscriptionId: string;
  planId: string;
  interval: 'month' | 'year';
  status: string;
  start: number;
  end: number;
  cancelAtPeriodEnd: boolean;
}

/** Turns moves into steps by playing billing system, customer and workers; what is late or comes twice is sorted in by arrival. */
export function tellHistory(raw: RawHistory): { readonly plans: Catalogue; readonly steps: readonly Step[] } {
  const plans = shippedPlans(raw.every);
  const teller = new Teller(plans, Date.parse(raw.begins));
  if (raw.opening !== null) teller.play({ do: 'start', subscription: 0, plan: raw.opening, jitter: 0, late: 0, again: null });
  for (const move of raw.moves) teller.play(move);
  return { plans, steps: teller.told() };
}

class Teller {
  private readonly steps: Step[] = [];
  private readonly grants: (Happening & { kind: 'grant' })[] = [];
  private readonly subscriptions: BilledSubscription[];
  private readonly planIds: readonly string[];
  private videos = 0;

  constructor(
    private readonly plans: Catalogue,
    private now: number,
  ) {
    this.planIds = Object.keys(plans.credits);
    this.subscriptions = ['s-1', 's-2'].map((subscriptionId) => ({
      subscriptionId,
      planId: 'gallery-basic',
      interval: 'month',
      status: 'active',
      start: now,
      end: monthsAfter(now, 1),
      cancelAtPeriodEnd: false,
    }));
  }

  told(): Step[] {
    return [...this.steps].sort((a, b) => a.now - b.now);
  }

  play(move: Move): void {
    switch (move.do) {
      case 'wait':
        this.now += move.ms;
        return this.add({ kind: 'pass' });
      case 'waitForBoundary':
        this.now = Math.max(this.now, (this.boundariesAhead()[move.nth] ?? this.now - move.offset) + move.offset);
        return this.add({ kind: 'pass' });
      case 'create':
        for (let n = 0; n < move.times; n++) this.add({ kind: 'createVideo', key: `v${this.videos++}` });
        return;
      case 'createAgain':
        return this.add({ kind: 'createVideo', key: this.video(move.pick) });
      case 'cancel':
        return this.add({ kind: 'cancelVideo', video: this.video(move.pick) });
      case 'render': {
        const { attempt, says } = move;
        const video = this.video(move.pick);
        if (says === 'retryable' || says === 'forGood')
          return this.add({ kind: 'renderFailed', video, attempt, retryable: says === 'retryable' });
        return this.add({ kind: says, video, attempt });
      }
      case 'grant': {
        const { credits, source, fromIn, lasts } = move;
        const from = this.now + fromIn;
        const times = {
          ...(fromIn === 0 ? {} : { validFrom: iso(from) }),
          ...(lasts === null ? {} : { expiresAt: iso(Math.max(this.now, from) + lasts) }),
        };
        const grant = { kind: 'grant' as const, key: `g${this.grants.length}`, credits, source, ...times };
        this.grants.push(grant);
        return this.add(grant);
      }
      case 'grantAgain': {
        const grant = this.grants[move.pick];
        return grant && this.add(grant);
      }
      case 'revokeGrant':
        return this.add({ kind: 'revoke', allotment: { grantKey: `g${move.pick}` } });
      case 'revokeListed':
        return this.add({ kind: 'revoke', allotment: { nth: move.pick } });
      case 'settle':
        return this.add({ kind: 'settle' });
      default:
        return this.bill(move);
    }
  }

  private bill(
    move: Exclude<
      Move,
      {
        do:
          | 'wait'
          | 'waitForBoundary'
          | 'create'
          | 'createAgain'
          | 'cancel'
          | 'render'
          | 'grant'
          | 'grantAgain'
          | 'revokeGrant'
          | 'revokeListed'
          | 'settle';
      }
    >,
  ): void {
    const ends = (lasts: number | null, name: string) => (lasts === null ? {} : { [name]: iso(this.now + lasts) });
    switch (move.do) {
      case 'trial':
        return this.send('trial.started', ends(move.lasts, 'trialEndsAt'));
      case 'purchase':
        return this.send('credits.purchased', { credits: move.credits, paymentId: `p-${move.payment}`, ...ends(move.lasts, 'expiresAt') });
      case 'refundPurchase':
        return this.send('payment.refunded', { paymentId: `p-${move.payment}` });
      case 'refundPeriod':
      case 'fail': {
        const billed = this.billed(move.subscription);
        const periodStart = iso(move.ahead ? billed.end : billed.start);
        this.now += LEAST_WAIT_MS;
        this.send(
          move.do === 'fail' ? 'payment.failed' : 'payment.refunded',
          { subscriptionId: billed.subscriptionId, periodStart },
          move.late,
        );
        this.now += LEAST_WAIT_MS;
        return;
      }
      case 'absurd':
        return this.send('subscription.renewed', { ...state(this.billed(move.subscription), 0), [move.field]: move.value });
      default: {
        if (move.jitter > 0) this.now += LEAST_WAIT_MS;
        const billed = this.billed(move.subscription);
        const announced = this.change(billed, move.do, this.planIds[move.plan] ?? 'gallery-basic');
        const data = { ...state(billed, move.jitter), ...announced, occurredAt: iso(this.now - orderOf(move.jitter)) };
        this.send(`subscription.${eventNames[move.do]}`, data, move.late);
        if (move.again !== null) this.send(`subscription.${eventNames[move.do]}`, data, move.late + move.again);
      }
    }
  }

  /** Changes what billing holds of a subscription; answers what only this event says. */
  private change(billed: BilledSubscription, what: SubscriptionMove, planId: string): Record<string, unknown> {
    const months = () => (billed.interval === 'year' ? 12 : 1);
    switch (what) {
      case 'start':
        Object.assign(billed, {
          planId,
          status: 'active',
          cancelAtPeriodEnd: false,
          start: this.now,
          end: monthsAfter(this.now, months()),
        });
        return {};
      case 'renew':
        Object.assign(billed, { status: 'active', start: billed.end, end: monthsAfter(billed.end, months()) });
        return {};
      case 'changePlan':
        Object.assign(billed, { planId, status: 'active' });
        return {};
      case 'changePlanFromNow':
        Object.assign(billed, { planId, status: 'active', start: this.now, end: monthsAfter(this.now, months()) });
        return {};
      case 'toYear':
        Object.assign(billed, { interval: 'year', status: 'active', end: monthsAfter(billed.start, 12) });
        return {};
      case 'shorten':
        Object.assign(billed, {
          interval: 'month',
          status: 'active',
          end: Math.max(billed.start + 14 * DAY, Math.min(billed.end, this.now + 3 * DAY)),
        });
        return {};
      case 'cancelAtEnd':
      case 'uncancel':
        billed.cancelAtPeriodEnd = what === 'cancelAtEnd';
        return {};
      case 'end':
        billed.status = billed.planId.length % 2 === 0 ? 'ended' : 'canceled';
        return {};
      case 'pause':
        billed.status = 'paused';
        return {};
      case 'resume':
        billed.status = 'active';
        return {};
      case 'owe':
        billed.status = planId.startsWith('artist') ? 'past_due' : 'incomplete';
        return { planId };
      case 'startTrialing':
        return planId.startsWith('artist') ? { status: 'trialing' } : { planId: 'trial' };
      case 'say':
        return {};
    }
  }

  private boundariesAhead(): number[] {
    const periods = this.subscriptions.flatMap(({ start, end }) => cut(this.plans.every, start, end));
    const grants = this.grants.flatMap(({ validFrom, expiresAt }) =>
      [validFrom, expiresAt].flatMap((text) => (text === undefined ? [] : Date.parse(text))),
    );
    const all = [...periods.flatMap(({ start, end }) => [start, end]), ...grants];
    return [...new Set(all)].filter((instant) => instant > this.now + 2 * LEAST_WAIT_MS).sort((a, b) => a - b);
  }

  private send(type: string, data: Record<string, unknown>, late = 0): void {
    this.steps.push({
      kind: 'billing',
      type: `billing.${type}`,
      data: { accountId, occurredAt: iso(this.now), ...data },
      now: this.now + Math.max(0, late),
    });
  }

  private add(happening: Happening): void {
    this.steps.push({ ...happening, now: this.now });
  }

  /** One of the first four videos, or one of the last four. */
  private video(pick: number): string {
    return `v${Math.max(0, pick < 4 ? pick : this.videos + 3 - pick)}`;
  }

  private billed(n: number): BilledSubscription {
    const billed = this.subscriptions[n];
    if (!billed) throw new Error(`there is no subscription ${n}`);
    return billed;
  }
}

/** Milliseconds that keep events with differing starts from happening at one instant, where arrival alone would tell them apart. */
const orderOf = (jitter: number): number => (jitter === 0 ? 0 : jitter < 100_000 ? 1 : 2);

const eventNames: Readonly<Record<SubscriptionMove, string>> = {
  start: 'started',
  renew: 'renewed',
  changePlan: 'plan-changed',
  changePlanFromNow: 'plan-changed',
  toYear: 'plan-changed',
  shorten: 'plan-changed',
  cancelAtEnd: 'cancelled',
  uncancel: 'reactivated',
  end: 'ended',
  pause: 'paused',
  resume: 'resumed',
  owe: 'renewed',
  startTrialing: 'started',
  say: 'renewed',
};

function state(billed: BilledSubscription, jitter: number): Record<string, unknown> {
  const { subscriptionId, planId, interval, status, cancelAtPeriodEnd } = billed;
  return {
    subscriptionId,
    planId,
    interval,
    status,
    cancelAtPeriodEnd,
    periodStart: iso(billed.start + jitter),
    periodEnd: iso(billed.end),
  };
}
