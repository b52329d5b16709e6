import type { Allotment } from './account-book.js';
import type { SubscriptionSays } from './billing-message.js';
import type { Catalogue } from './steps.js';
import {
  type Period,
  type Recorded,
  closedBy,
  confirms,
  cutOff,
  cycleAt,
  endsNow,
  inForce,
  isTrial,
  livesOn,
  newest,
  periodAt,
  periodsOf,
  planOwed,
  samePeriod,
} from './subscription-history.js';

export type SubscriptionStatus = 'active' | 'past-due' | 'renewal-pending' | 'paused' | 'ended' | null;

/** Everything that arrived about one subscription. All answers are worked out afresh from these lists. */
export class ReferenceSubscription {
  readonly events: Recorded[] = [];
  readonly failures: { readonly occurredAt: number; readonly order: number }[] = [];
  readonly refunds: { readonly start: number; readonly at: number }[] = [];
  /** Since when cycles may be given again after the last pause or end. */
  resumedAt = -Infinity;

  private workedOut: { from: number; periods: readonly Period[] } = { from: 0, periods: [] };

  constructor(
    readonly id: string,
    private readonly plans: Catalogue,
  ) {}

  /**
   * Takes a subscription event in; false where it repeats what is known and is recorded nowhere (rule 15). The same content
   * as of an earlier instant is no repeat: it may say what was in force when a cycle began (rule 19).
   */
  record(event: SubscriptionSays, now: number, order: number, written: ReadonlySet<number>): boolean {
    const occurredAt = Math.min(event.occurredAt, now);
    const repeats = this.events.some(
      (known) => known.says === event.says && (known.occurredAt === occurredAt || known.saidAt === event.occurredAt),
    );
    if (repeats) return false;
    const before = newest(this.events);
    this.events.push({ ...event, occurredAt, saidAt: event.occurredAt, arrivedAt: now, order, written });
    this.noticeResumption(before, event, now);
    return true;
  }

  /** After a pause or an end cycles are given from now on, or from the start of a period that is new since. */
  private noticeResumption(deciding: Recorded | undefined, event: SubscriptionSays, now: number): void {
    const held = (one: Recorded | undefined) => one !== undefined && (endsNow(one) || (one.status === 'paused' && !isTrial(one)));
    const resumed = held(deciding) && newest(this.events) !== deciding && !held(newest(this.events));
    const known = periodsOf(this.events.slice(0, -1), this.plans).find(({ start }) => samePeriod(start, event.periodStart));
    const same = periodsOf(this.events, this.plans).find(({ start }) => start === known?.start);
    const reopened = known && same && !livesOn(known, this.events.slice(0, -1)) && livesOn(same, this.events);
    if (!resumed && !reopened) return;
    const afresh = deciding && confirms(event) && !known && event.periodStart >= deciding.occurredAt;
    this.resumedAt = afresh ? Math.min(event.periodStart, now) : now;
  }

  /** Worked out from the whole lists again whenever one has grown. */
  periods(): readonly Period[] {
    const from = this.events.length + this.refunds.length;
    if (this.workedOut.from !== from)
      this.workedOut = { from, periods: periodsOf(this.events, this.plans).filter((period) => !this.neverBegins(period)) };
    return this.workedOut.periods;
  }

  isRefunded(period: Period): boolean {
    return this.refunds.some(({ start }) => samePeriod(start, period.start));
  }

  /** A period refunded or ended before it began: it never begins and ends no other. One heard of after ends has the last of them. */
  private neverBegins(period: Period): boolean {
    const refunds = this.refunds.filter(({ start }) => samePeriod(start, period.start)).map(({ at }) => at);
    const ends = closedBy(period, this.events);
    const heard = period.events[0]?.order ?? 0;
    const already = ends.filter(({ order }) => order < heard).at(-1);
    const closed = already ? [already] : ends;
    return Math.min(...refunds, ...closed.map(({ arrivedAt }) => arrivedAt)) < period.start;
  }

  /** True for a period that may still allot: neither refunded nor ended. */
  isOpen(period: Period): boolean {
    return !this.isRefunded(period) && livesOn(period, this.events);
  }

  /** The period with the latest start not after now. */
  current(now: number): Period | undefined {
    return periodAt(this.periods(), now);
  }

  running(now: number) {
    return cycleAt(this.periods(), now);
  }

  isPaused(): boolean {
    const event = newest(this.events);
    return event?.status === 'paused' && !isTrial(event);
  }

  owed(period: Period, cycle: { start: number; end: number }) {
    return planOwed(this.events, period, cycle, this.plans);
  }

  /** Where a plan set really ends: its own end, or sooner where its cycle was cut or a later period is announced. */
  endOf(allotment: Allotment): number | null {
    const { plan, expiresAt } = allotment;
    if (!plan || expiresAt === null) return expiresAt;
    const period = this.periods().find((one) => one.start === plan.periodStart);
    return period ? Math.min(expiresAt, cutOff(this.periods(), period)) : expiresAt;
  }

  /** The trial set this subscription asks for at an instant: when it ends, or null for none (rules 17 and 18). */
  trialUntil(now: number): number | null {
    const event = newest(this.events);
    return event && isTrial(event) && !endsNow(event) && event.periodStart <= now && now < event.periodEnd ? event.periodEnd : null;
  }

  status(now: number): SubscriptionStatus {
    const event = newest(this.events);
    const failed = this.failures.some(
      (failure) =>
        !event || failure.occurredAt > event.occurredAt || (failure.occurredAt === event.occurredAt && failure.order > event.order),
    );
    if (failed) return 'past-due';
    if (!event) return null;
    if (endsNow(event)) return 'ended';
    if (isTrial(event)) return event.periodEnd <= now ? 'ended' : null;
    if (event.status === 'incomplete_expired') return 'ended';
    if (event.status === 'paused') return 'paused';
    if (event.status !== 'active') return 'past-due';
    const periods = this.periods();
    const current = periodAt(periods, now);
    if (current && now < current.end && this.isOpen(current)) return 'active';
    if (periods.some((period) => period.start > now && this.isOpen(period))) return 'active';
    return event.cancelAtPeriodEnd ? 'ended' : 'renewal-pending';
  }

  /** The next cycle start known, or the end of what is paid where a renewal is to come; null where neither is. */
  nextCycleStart(now: number): number | null {
    if (this.status(now) !== 'active') return null;
    const periods = this.periods();
    const starts = periods
      .flatMap((period) => period.cycles.map((cycle) => ({ period, start: cycle.start })))
      .filter(({ period, start }) => start > now && this.isOpen(period) && periodAt(periods, start) === period)
      .map(({ start }) => start);
    const end = this.paidUntil(now);
    if (end !== null && !newest(this.events)?.cancelAtPeriodEnd) starts.push(end);
    return starts.length > 0 ? Math.min(...starts) : null;
  }

  /** The plan that the next cycle will have. */
  planNext(): string | null {
    return inForce(this.events, Infinity)?.planId ?? null;
  }

  /** The end of the last paid period that is open, if it lies ahead. */
  paidUntil(now: number): number | null {
    const last = periodAt(this.periods(), Infinity);
    return last && this.isOpen(last) && last.end > now ? last.end : null;
  }

  endsAt(now: number): number | null {
    const event = newest(this.events);
    return event?.cancelAtPeriodEnd && !endsNow(event) && !isTrial(event) ? this.paidUntil(now) : null;
  }

  /** Instants at which time alone may change something. */
  boundaries(): number[] {
    return [
      ...this.periods().flatMap((period) => [period.start, period.stop, ...period.cycles.flatMap((cycle) => [cycle.start, cycle.end])]),
      ...this.events.filter(isTrial).map((event) => event.periodStart),
    ];
  }
}
