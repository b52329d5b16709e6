import { html, LitElement, type PropertyValues } from 'lit';
import {
  billingEvents,
  type KnownSubscription,
  type OfferedPlan,
  paidPeriod,
  type Situation,
  type BillingData,
} from './billing-templates.js';
import { textIn } from '../part.js';
import { sandboxStyles } from './sandbox.styles.js';
import { remembered, type SandboxService } from './sandbox-service.js';
import { saying } from './saying.js';

const SUBSCRIPTION = 's-1';
const FRESH_LENGTH = 8;

/** Plays the billing system: starts a trial or a plan, or sends any event there is, to be changed before it goes. */
export class SandboxBilling extends LitElement {
  static override styles = sandboxStyles;
  static override properties = {
    service: { attribute: false },
    account: {},
    plans: { state: true },
    type: { state: true },
    draft: { state: true },
    said: { state: true },
  };

  declare service: SandboxService;
  declare account: string;
  declare private plans: readonly OfferedPlan[];
  declare private type: string;
  declare private draft: string;
  declare private said: string;

  constructor() {
    super();
    this.plans = [];
    this.type = 'billing.subscription.cancelled';
    this.draft = '';
    this.said = '';
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.load();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('account') && this.plans.length > 0) void this.prefill();
  }

  protected override render(): unknown {
    const cyclePlans = this.plans.filter(({ creditsPerCycle }) => creditsPerCycle !== undefined);
    return html`
      <h3>Billing</h3>
      <form @submit=${(event: SubmitEvent) => this.startPlan(event)}>
        <div class="row">
          <label class="grow">Plan
            <select name="plan">${cyclePlans.map((plan) => html`<option value=${plan.id} ?selected=${plan.id === 'gallery-basic'}>${plan.name} · ${plan.creditsPerCycle}</option>`)}</select>
          </label>
          <label>Billed
            <select name="interval"><option value="month">monthly</option><option value="year">yearly</option></select>
          </label>
        </div>
        <div class="row">
          <button class="wide" ?disabled=${this.plans.length === 0}>Start this plan</button>
          <button type="button" class="wide" @click=${() => this.startTrial()}>Start a trial</button>
        </div>
      </form>
      <details @toggle=${(event: ToggleEvent) => (event.newState === 'open' ? this.prefill() : undefined)}>
        <summary>Send any billing event</summary>
        <form @submit=${(event: SubmitEvent) => this.sendDraft(event)}>
          <label>Event
            <select name="type" .value=${this.type} @change=${(event: Event) => this.choose(event)}>
              ${Object.keys(billingEvents).map((type) => html`<option value=${type} ?selected=${type === this.type}>${type}</option>`)}
            </select>
          </label>
          <label>Its data, as JSON
            <textarea name="data" rows="9" spellcheck="false" .value=${this.draft} @input=${(event: Event) => this.edit(event)}></textarea>
          </label>
          <div class="row"><button class="wide">Send</button></div>
        </form>
      </details>
      <p class="said" role="status">${this.said}</p>
    `;
  }

  private async load(): Promise<void> {
    const plans = await saying(
      () => this.service.plans(),
      (words) => (this.said = words),
    );
    this.plans = plans ?? [];
  }

  private choose(event: Event): void {
    this.type = (event.target as HTMLSelectElement).value;
    void this.prefill();
  }

  private edit(event: Event): void {
    this.draft = (event.target as HTMLTextAreaElement).value;
  }

  private async prefill(): Promise<void> {
    const situation = await saying(
      () => this.situation(),
      (words) => (this.said = words),
    );
    if (situation !== undefined) this.draft = JSON.stringify(billingEvents[this.type]?.(situation) ?? {}, null, 2);
  }

  private async situation(): Promise<Situation> {
    const now = await this.service.now();
    const cyclePlans = this.plans.filter(({ creditsPerCycle }) => creditsPerCycle !== undefined);
    const known = remembered(this.account) ?? this.newSubscription(now, cyclePlans[0]?.id ?? '', 'month');
    const place = cyclePlans.findIndex(({ id }) => id === known.planId);
    const otherPlanId = cyclePlans[(place + 1) % Math.max(cyclePlans.length, 1)]?.id ?? known.planId;
    return { accountId: this.account, now, known, otherPlanId, fresh: crypto.randomUUID().slice(0, FRESH_LENGTH) };
  }

  private newSubscription(now: string, planId: string, interval: 'month' | 'year'): KnownSubscription {
    const cycle = this.plans.find(({ id }) => id === planId)?.cycle;
    return { subscriptionId: SUBSCRIPTION, planId, interval, ...paidPeriod(now, interval, cycle) };
  }

  private startPlan(event: SubmitEvent): void {
    event.preventDefault();
    const planId = textIn(event.target, 'plan');
    const interval = textIn(event.target, 'interval') === 'year' ? 'year' : 'month';
    void this.send(async () => {
      const situation = { ...(await this.situation()) };
      const known = this.newSubscription(situation.now, planId, interval);
      return ['billing.subscription.started', billingEvents['billing.subscription.started']?.({ ...situation, known }) ?? {}];
    });
  }

  private startTrial(): void {
    void this.send(async () => ['billing.trial.started', billingEvents['billing.trial.started']?.(await this.situation()) ?? {}]);
  }

  private sendDraft(event: SubmitEvent): void {
    event.preventDefault();
    void this.send(async () => [this.type, JSON.parse(this.draft) as BillingData]);
  }

  private async send(what: () => Promise<readonly [type: string, data: BillingData]>): Promise<void> {
    this.said = '';
    await saying(
      async () => {
        const [type, data] = await what();
        await this.service.billing(type, data, crypto.randomUUID());
        this.said = `Accepted: ${type}.`;
      },
      (words) => (this.said = words),
    );
  }
}

customElements.define('sandbox-billing', SandboxBilling);
