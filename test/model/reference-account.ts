import { AccountBook, type Allotment, showOne } from './account-book.js';
import { type BillingMessage, readBilling } from './billing-message.js';
import { DAY } from './calendar.js';
import { viewOf } from './reference-view.js';
import { ReferenceSubscription } from './reference-subscription.js';
import { type RenderReport, type Video, report } from './renders.js';
import { type Catalogue, type Step, type StepResult, type View, inShownOrder } from './steps.js';
import { endsNow, newest, samePeriod } from './subscription-history.js';

/** The most credits one grant may give (rule 25, `GRANT_MAX`). */
const grantMax = 1000;

/**
 * The rules told once more, naively: an ideal clock that is never late ticks at every instant that matters, and what a
 * subscription is owed is worked out anew from all that ever arrived. A view of the past plays the history again.
 */
export class ReferenceAccount {
  readonly book = new AccountBook();
  readonly subscriptions = new Map<string, ReferenceSubscription>();
  readonly videos = new Map<string, Video>();
  private readonly steps: Step[] = [];
  private readonly grants = new Map<string, Allotment>();
  private readonly refundedPayments = new Set<string>();
  private readonly takenPayments = new Set<string>();
  /** Causes of the cycles that began and were owed a set, for invariant I5. */
  readonly dueCycles: string[] = [];
  private clock = -Infinity;
  private trialDone = false;

  constructor(readonly plans: Catalogue) {}

  apply(step: Step): StepResult {
    if (step.now < this.clock) throw new Error('business time went back');
    this.steps.push(step);
    this.passTo(step.now);
    const result = this.take(step, step.now);
    this.tick(step.now);
    return result;
  }

  /** What a read at `at` shows: other than now, the history up to `at` played again from the beginning (rules 13 and 26). */
  view(at: number): View {
    if (at === this.clock) return viewOf(this, at);
    const again = new ReferenceAccount(this.plans);
    for (const step of this.steps) if (step.now <= at) again.apply(step);
    again.passTo(at);
    return viewOf(again, at);
  }

  /** The end by which rule 7 sorts and by which a set stops being usable. */
  readonly endOf = (allotment: Allotment): number | null =>
    allotment.plan ? (this.subscriptions.get(allotment.plan.subscriptionId)?.endOf(allotment) ?? allotment.expiresAt) : allotment.expiresAt;

  setsOf(subscriptionId: string, periodStart: number, cycleStart: number): Allotment[] {
    return this.book.allotments.filter(
      ({ plan }) => plan?.subscriptionId === subscriptionId && plan.periodStart === periodStart && plan.cycleStart === cycleStart,
    );
  }

  passTo(instant: number): void {
    for (;;) {
      const ahead = [
        ...[...this.subscriptions.values()].flatMap((subscription) => subscription.boundaries()),
        ...this.book.allotments.flatMap((allotment) => (allotment.closed ? [] : (this.endOf(allotment) ?? []))),
      ].filter((boundary) => boundary > this.clock && boundary <= instant);
      if (ahead.length === 0) break;
      this.tick(Math.min(...ahead));
    }
    this.clock = instant;
  }

  private tick(now: number): void {
    this.clock = now;
    for (const allotment of this.book.allotments) {
      const end = this.endOf(allotment);
      if (end !== null && end <= now) this.book.close(allotment, 'expired', now);
    }
    for (const subscription of this.subscriptions.values()) this.allotCycle(subscription, now);
    for (const subscription of this.subscriptions.values()) this.giveTrial(subscription.trialUntil(now), now);
  }

  /** Cycles that were over before we heard of their period are allotted and expired all the same (rules 13 and 15). */
  private allotMissed(subscription: ReferenceSubscription, now: number): void {
    const period = subscription.current(now);
    if (!period || subscription.isPaused() || !subscription.isOpen(period)) return;
    for (const cycle of period.cycles) {
      const missed = cycle.end <= now && cycle.end > subscription.resumedAt && cycle.start < period.stop;
      const owed = subscription.owed(period, cycle);
      if (!missed || !owed || this.setsOf(subscription.id, period.start, cycle.start).length > 0) continue;
      for (const trial of this.book.allotments) if (trial.source === 'trial') this.book.close(trial, 'expired', now);
      const plan = { subscriptionId: subscription.id, periodStart: period.start, cycleStart: cycle.start };
      const what = { source: 'plan' as const, quantity: owed.credits, validFrom: cycle.start, expiresAt: cycle.end, plan };
      this.book.close(this.book.allot(what, now, `cycle:${subscription.id}:${period.start}:${cycle.start}`), 'expired', now);
    }
  }

  private allotCycle(subscription: ReferenceSubscription, now: number): void {
    this.allotMissed(subscription, now);
    const running = subscription.running(now);
    if (!running) return;
    const { period, cycle, written } = running;
    const given = this.setsOf(subscription.id, period.start, cycle.start).reduce((sum, { quantity }) => sum + quantity, 0);
    const paused = subscription.isPaused() && given === 0;
    if (paused || !subscription.isOpen(period)) return;
    const owed = subscription.owed(period, cycle)?.credits ?? 0;
    const cycleCause = `cycle:${subscription.id}:${period.start}:${cycle.start}`;
    if (given === 0) this.dueCycles.push(cycleCause);
    if (owed <= given) return;
    const dated = given > 0 ? now : Math.max(cycle.start, subscription.resumedAt);
    for (const trial of this.book.allotments) if (trial.source === 'trial') this.book.close(trial, 'expired', now);
    const plan = { subscriptionId: subscription.id, periodStart: period.start, cycleStart: cycle.start };
    const cause = given > 0 ? `upgrade:${subscription.id}:${period.start}:${cycle.start}:${owed}` : cycleCause;
    this.book.allot({ source: 'plan', quantity: owed - given, validFrom: dated, expiresAt: written, plan }, now, cause);
  }

  private giveTrial(until: number | null, now: number, endless = false): boolean {
    const wanted = endless || (until !== null && until > now);
    if (!wanted || this.trialDone || this.book.allotments.some(({ source }) => source === 'plan')) return false;
    this.trialDone = true;
    this.book.allot({ source: 'trial', quantity: 1, validFrom: now, expiresAt: until }, now, 'trial');
    return true;
  }

  private take(step: Step, now: number): StepResult {
    switch (step.kind) {
      case 'createVideo':
        return this.createVideo(step.key, now);
      case 'cancelVideo':
        return this.cancelVideo(step.video, now);
      case 'renderStarted':
      case 'renderCompleted':
      case 'renderFailed':
      case 'leaseLost':
        return this.takeReport(step.video, step, now);
      case 'grant':
        return this.grant(step, now);
      case 'revoke':
        return this.revoke(step, now);
      case 'billing': {
        const message = readBilling(step.type, step.data, this.plans);
        if (!message) return { kind: 'parked' };
        return { kind: this.takeBilling(message, now) ? 'applied' : 'nothing-new' };
      }
      case 'settle':
      case 'pass':
        return { kind: 'none' };
    }
  }

  private createVideo(key: string, now: number): StepResult {
    if (this.videos.has(key)) return { kind: 'accepted', replayed: true };
    const [first] = this.book.usable(now, this.endOf);
    if (!first) return { kind: 'insufficient', available: 0, nextRenewalAt: viewOf(this, now).nextRenewalAt };
    this.book.use(first, key, now, `used:${key}`);
    this.videos.set(key, { key, outcome: 'in-progress', attempt: 1, everStarted: false, taken: false, credit: first.id });
    return { kind: 'accepted', replayed: false };
  }

  private cancelVideo(key: string, now: number): StepResult {
    const video = this.videos.get(key);
    if (!video) return { kind: 'refused', code: 'unknown-video' };
    if (video.outcome === 'cancelled') return { kind: 'video', outcome: 'cancelled' };
    if (video.everStarted || video.outcome !== 'in-progress') return { kind: 'refused', code: 'already-started' };
    video.outcome = 'cancelled';
    this.creditBack(video, now, false);
    return { kind: 'video', outcome: 'cancelled' };
  }

  private takeReport(key: string, said: RenderReport, now: number): StepResult {
    const video = this.videos.get(key);
    if (!video) return { kind: 'refused', code: 'unknown-video' };
    const effect = report(video, said);
    if (effect === 'failed') this.creditBack(video, now, true);
    if (effect === 'ready-after-failure') {
      const [first] = this.book.usable(now, this.endOf);
      if (first) this.book.use(first, key, now, `late:${key}`);
      video.credit = first ? first.id : null;
    }
    return { kind: 'video', outcome: video.outcome };
  }

  private creditBack(video: Video, now: number, goodwill: boolean): void {
    const allotment = this.book.allotments.find(({ id }) => id === video.credit);
    if (!allotment) throw new Error(`${video.key} was not paid for`);
    if (this.book.giveBack(allotment, video.key, now) && goodwill) {
      const { cycle } = viewOf(this, now);
      this.book.give('goodwill', 1, now, cycle ? Date.parse(cycle.end) : now + 30 * DAY, now, `goodwill:${video.key}`);
    }
  }

  private grant(step: Step & { kind: 'grant' }, now: number): StepResult {
    if (this.grants.has(step.key)) return { kind: 'granted', replayed: true };
    const expiresAt = step.expiresAt === undefined ? null : Date.parse(step.expiresAt);
    const validFrom = Math.max(now, step.validFrom === undefined ? now : Date.parse(step.validFrom));
    const wrongQuantity = !Number.isInteger(step.credits) || step.credits < 1 || step.credits > grantMax;
    const wrongTime = expiresAt !== null && (expiresAt <= now || validFrom > expiresAt);
    if (wrongQuantity || wrongTime) return { kind: 'refused', code: 'invalid-grant' };
    this.grants.set(step.key, this.book.give(step.source, step.credits, validFrom, expiresAt, now, `grant:${step.key}`));
    return { kind: 'granted', replayed: false };
  }

  private revoke({ allotment: ref }: Step & { kind: 'revoke' }, now: number): StepResult {
    const allotment = 'grantKey' in ref ? this.grants.get(ref.grantKey) : this.listed(now)[ref.nth];
    if (!allotment) return { kind: 'refused', code: 'unknown-allotment' };
    if (allotment.revokedBySupport) return { kind: 'revoked' };
    if (allotment.closed || allotment.remaining === 0) return { kind: 'refused', code: 'nothing-to-revoke' };
    this.book.close(allotment, 'revoked', now);
    allotment.revokedBySupport = true;
    return { kind: 'revoked' };
  }

  /** The allotments in the order the view shows them. */
  private listed(now: number): Allotment[] {
    const open = this.book.allotments.filter((one) => !one.closed && one.remaining > 0);
    const shown = new Map(open.map((one) => [showOne(one, this.endOf(one)), one]));
    return inShownOrder([...shown.keys()])
      .flatMap((one) => shown.get(one) ?? [])
      .filter((one) => (this.endOf(one) ?? Infinity) > now);
  }

  private takeBilling(message: BillingMessage, now: number): boolean {
    switch (message.about) {
      case 'trial':
        return this.giveTrial(message.endsAt, now, message.endsAt === null);
      case 'subscription': {
        const subscription = this.subscription(message.subscriptionId);
        if (!subscription.record(message, now, this.steps.length, this.cyclesWritten(subscription.id))) return false;
        const deciding = newest(subscription.events);
        if (deciding && deciding.order === this.steps.length && endsNow(deciding))
          this.closePlanSets(subscription.id, 'expired', now, () => true);
        return true;
      }
      case 'failure': {
        const { failures } = this.subscription(message.subscriptionId);
        const occurredAt = Math.min(message.occurredAt, now);
        if (failures.some((known) => known.occurredAt >= occurredAt)) return false;
        failures.push({ occurredAt, order: this.steps.length });
        return true;
      }
      case 'period-refund': {
        const { refunds, id } = this.subscription(message.subscriptionId);
        if (refunds.some(({ start }) => start === message.periodStart)) return false;
        refunds.push({ start: message.periodStart, at: now });
        this.closePlanSets(id, 'revoked', now, (start) => samePeriod(start, message.periodStart));
        return true;
      }
      case 'purchase':
        return this.takePurchase(message, now);
      case 'purchase-refund':
        if (this.refundedPayments.has(message.paymentId)) return false;
        this.refundedPayments.add(message.paymentId);
        for (const one of this.book.allotments) if (one.paymentId === message.paymentId) this.book.close(one, 'revoked', now);
        return true;
    }
  }

  private cyclesWritten(subscriptionId: string): ReadonlySet<number> {
    return new Set(this.book.allotments.flatMap(({ plan }) => (plan?.subscriptionId === subscriptionId ? [plan.cycleStart] : [])));
  }

  private takePurchase(message: BillingMessage & { about: 'purchase' }, now: number): boolean {
    if (this.takenPayments.has(message.paymentId)) return false;
    this.takenPayments.add(message.paymentId);
    const { paymentId, credits: quantity, expiresAt } = message;
    const bought = this.book.allot({ source: 'purchase', quantity, validFrom: now, expiresAt, paymentId }, now, `payment:${paymentId}`);
    if (this.refundedPayments.has(paymentId)) this.book.close(bought, 'revoked', now);
    return true;
  }

  private closePlanSets(subscriptionId: string, why: 'expired' | 'revoked', now: number, which: (periodStart: number) => boolean): void {
    for (const one of this.book.allotments)
      if (one.plan?.subscriptionId === subscriptionId && which(one.plan.periodStart)) this.book.close(one, why, now);
  }

  private subscription(id: string): ReferenceSubscription {
    const known = this.subscriptions.get(id) ?? new ReferenceSubscription(id, this.plans);
    this.subscriptions.set(id, known);
    return known;
  }
}
