import { html, LitElement, type PropertyValues } from 'lit';
import { nextPeriod, type KnownSubscription } from './billing-templates.js';
import { textIn } from '../part.js';
import { sandboxStyles } from './sandbox.styles.js';
import { remembered, type SandboxService } from './sandbox-service.js';
import { saying } from './saying.js';

const LOOK_MS = 5_000;
const long = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The service's clock, and the ways to move it. Fires `clock-moved` when everything due has happened. */
export class SandboxClock extends LitElement {
  static override styles = sandboxStyles;
  static override properties = {
    service: { attribute: false },
    account: {},
    now: { state: true },
    said: { state: true },
    busy: { state: true },
    pays: { state: true },
  };

  declare service: SandboxService;
  declare account: string;
  declare private now: string | undefined;
  declare private said: string;
  declare private busy: boolean;
  declare private pays: boolean;
  private timer: number | undefined;

  constructor() {
    super();
    this.said = '';
    this.busy = false;
    this.pays = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => void this.look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.look();
  }

  protected override render(): unknown {
    const at = this.now === undefined ? undefined : new Date(this.now);
    return html`
      <h3>Clock</h3>
      <p class="clock">
        <time datetime=${this.now ?? ''} title=${this.now ?? ''}>
          <span class="hour">${at ? time.format(at) : '–:–'}</span> <span>${at ? long.format(at) : ''}</span>
        </time>
      </p>
      <div class="row">
        <button type="button" ?disabled=${this.busy} @click=${() => this.advance('PT1H')}>+ 1 hour</button>
        <button type="button" ?disabled=${this.busy} @click=${() => this.advance('P1D')}>+ 1 day</button>
        <button type="button" class="wide" ?disabled=${this.busy} @click=${() => this.toRenewal()}>Next renewal</button>
      </div>
      <label class="check"><input type="checkbox" .checked=${this.pays} @change=${(event: Event) => this.choosePays(event)} />
        The renewal is paid</label>
      <form class="row" @submit=${(event: SubmitEvent) => this.custom(event)}>
        <label class="grow">Or by a duration
          <input name="advance" required placeholder="P3DT12H" pattern="P.+" autocomplete="off" spellcheck="false" /></label>
        <button ?disabled=${this.busy}>Move</button>
      </form>
      <p class="said" role="status">${this.said}</p>
    `;
  }

  private choosePays(event: Event): void {
    this.pays = (event.target as HTMLInputElement).checked;
  }

  private async look(): Promise<void> {
    if (this.busy || document.hidden) return;
    const now = await saying(
      () => this.service.now(),
      () => undefined,
    );
    if (now !== undefined) this.now = now;
  }

  private custom(event: SubmitEvent): void {
    event.preventDefault();
    this.advance(textIn(event.target, 'advance').toUpperCase());
  }

  private advance(advance: string): void {
    void this.move(() => this.service.move({ advance }));
  }

  private toRenewal(): void {
    void this.move(async () => {
      const { nextRenewalAt } = await this.service.credits(this.account);
      if (nextRenewalAt === null) throw new Error('No renewal is coming: start a plan first, or the last one has not been paid.');
      const known = remembered(this.account);
      if (known && this.pays && known.periodEnd === nextRenewalAt) await this.pay(known);
      return this.service.move({ now: nextRenewalAt });
    });
  }

  /** What a payment provider does around a period's end. */
  private async pay(known: KnownSubscription): Promise<void> {
    const data = { accountId: this.account, ...nextPeriod(known), status: 'active', cancelAtPeriodEnd: false };
    const occurredAt = await this.service.now();
    await this.service.billing('billing.subscription.renewed', { ...data, occurredAt }, crypto.randomUUID());
  }

  private async move(how: () => Promise<string>): Promise<void> {
    this.busy = true;
    this.said = 'The clock moves …';
    const now = await saying(how, (words) => (this.said = words));
    this.busy = false;
    if (now === undefined) return;
    this.now = now;
    this.said = 'Everything due up to now has happened.';
    this.dispatchEvent(new CustomEvent('clock-moved', { bubbles: true, composed: true }));
  }
}

customElements.define('sandbox-clock', SandboxClock);
