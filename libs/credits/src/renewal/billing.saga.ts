import { instant } from '#contracts';
import type { Decided, Past } from '#event-sourcing';
import {
  purchaseCredits,
  recordPaymentFailure,
  recordSubscription,
  recordTrial,
  refundPeriod,
  refundPurchase,
} from '../account/billing.decisions.js';
import type { Credits } from '../account/credits.state.js';
import { type CreditEvent, causes } from '../account/credits.events.js';
import type { Plans } from '../plans/plans.js';
import { type BillingEvent, isTrial } from './billing-event.js';

/** The command that a billing event becomes: whose account, under which cause, decided how. */
export interface BillingCommand {
  readonly accountId: string;
  readonly cause: string;
  readonly decide: (credits: Credits, past: Past, now: number) => Decided<CreditEvent, { readonly code: 'unknown-plan' }>;
}

const ms = (text: string): number => Date.parse(text);
const msOrNull = (text: string | null | undefined): number | null => (text === null || text === undefined ? null : ms(text));

/** The renewal saga's step: one billing event, in whatever order it came, into one command to its account (rules 15 to 23). */
export function billingCommand(event: BillingEvent, plans: Plans): BillingCommand {
  const { accountId } = event.data;
  const occurredAt = ms(event.data.occurredAt);
  switch (event.kind) {
    case 'subscription': {
      const { data } = event;
      const { subscriptionId, planId, interval, status } = data;
      const said = {
        subscriptionId,
        planId,
        interval,
        status,
        periodStart: ms(data.periodStart),
        periodEnd: ms(data.periodEnd),
        cancelAtPeriodEnd: data.cancelAtPeriodEnd ?? false,
        occurredAt,
        trial: isTrial(data),
      };
      const cause = causes.subscription(
        subscriptionId,
        instant(occurredAt),
        status,
        planId,
        instant(said.periodStart),
        instant(said.periodEnd),
        said.cancelAtPeriodEnd,
      );
      return { accountId, cause, decide: (credits, _past, now) => recordSubscription(said, { accountId, now, plans })(credits) };
    }
    case 'trial': {
      const trial = { endsAt: msOrNull(event.data.trialEndsAt), occurredAt };
      return {
        accountId,
        cause: causes.trialStarted(),
        decide: (credits, past, now) => recordTrial(trial, { accountId, now, plans })(credits, past),
      };
    }
    case 'payment-failed': {
      const failure = { subscriptionId: event.data.subscriptionId, periodStart: ms(event.data.periodStart), occurredAt };
      const cause = causes.paymentFailed(failure.subscriptionId, instant(occurredAt));
      return { accountId, cause, decide: (credits, past, now) => recordPaymentFailure(failure, { accountId, now, plans })(credits, past) };
    }
    case 'refund-period': {
      const refund = { subscriptionId: event.data.subscriptionId, periodStart: ms(event.data.periodStart), occurredAt };
      const cause = causes.refund(refund.subscriptionId, instant(refund.periodStart));
      return { accountId, cause, decide: (credits, past, now) => refundPeriod(refund, { accountId, now, plans })(credits, past) };
    }
    case 'refund-purchase': {
      const refund = { paymentId: event.data.paymentId, occurredAt };
      return {
        accountId,
        cause: causes.refund(refund.paymentId),
        decide: (credits, past, now) => refundPurchase(refund, { accountId, now, plans })(credits, past),
      };
    }
    case 'purchase': {
      const purchase = { paymentId: event.data.paymentId, credits: event.data.credits, expiresAt: msOrNull(event.data.expiresAt) };
      return {
        accountId,
        cause: causes.payment(purchase.paymentId),
        decide: (credits, past, now) => purchaseCredits(purchase, { accountId, now, plans })(credits, past),
      };
    }
  }
}
