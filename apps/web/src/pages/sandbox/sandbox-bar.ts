import { html, LitElement, type PropertyValues } from 'lit';
import type { CreditsApi } from '../../client/credits-api.js';
import './sandbox-billing.js';
import './sandbox-clock.js';
import './sandbox-feed.js';
import { textIn } from '../part.js';
import { sandboxStyles } from './sandbox.styles.js';
import { SandboxService } from './sandbox-service.js';
import { saying } from './saying.js';

const OPEN = 'sandbox-open';
/** Where there is room for both, as in dashboard.css. */
const BESIDE = '(min-width: 1201px)';
/** A customer token is made anew this long before it ends, ms. */
const EARLY_MS = 60_000;
const LONGEST_TIMER_MS = 2_147_483_647;

/** What the bar tells the page: whose eyes it now looks through. */
export interface BeingDetail {
  readonly accountId: string;
  readonly token: string;
}

/**
 * The sandbox beside the product: be any account, play billing, move the clock, watch it happen. Fires `being` with an account and
 * a customer token for it; what the page shows with that token is what this customer sees.
 */
export class SandboxBar extends LitElement {
  static override styles = sandboxStyles;
  static override properties = {
    api: { attribute: false },
    account: {},
    known: { state: true },
    said: { state: true },
    open: { state: true },
  };

  declare api: CreditsApi;
  declare account: string;
  declare private known: readonly string[];
  declare private said: string;
  declare private open: boolean;
  private timer: number | undefined;
  private kept: SandboxService | undefined;

  constructor() {
    super();
    this.known = [];
    this.said = '';
    // Beside the product it is open, below it, where it would cover the product, it is not.
    this.open = (localStorage.getItem(OPEN) ?? (matchMedia(BESIDE).matches ? 'yes' : 'no')) === 'yes';
  }

  private get service(): SandboxService {
    return (this.kept ??= new SandboxService(this.api));
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.become(this.account);
    void this.loadKnown();
    this.addEventListener('clock-moved', () => void this.become(this.account));
  }

  protected override render(): unknown {
    return html`
      <aside aria-label="Sandbox" lang="en" dir="ltr">
        <header>
          <h2>Sandbox</h2>
          <button type="button" class="plain" aria-expanded=${this.open} aria-controls="tools" @click=${() => this.toggle()}>
            ${this.open ? 'Hide' : 'Show'}
          </button>
        </header>
        <div id="tools" ?hidden=${!this.open}>
          <p class="quiet">This dark panel is not part of the product. Beside it is what the customer sees.</p>
          <section>
            <form class="row" @submit=${(event: SubmitEvent) => this.choose(event)}>
              <label class="grow">Be this customer
                <input name="account" required maxlength="128" pattern="[A-Za-z0-9._\\-:@]+" list="known" autocomplete="off" spellcheck="false" .value=${this.account} @focus=${() => this.loadKnown()} />
                <datalist id="known">${this.known.map((id) => html`<option value=${id}></option>`)}</datalist>
              </label>
              <button>Switch</button>
            </form>
            <p class="said" role="status">${this.said}</p>
          </section>
          <section><sandbox-billing .service=${this.service} account=${this.account}></sandbox-billing></section>
          <section><sandbox-clock .service=${this.service} account=${this.account}></sandbox-clock></section>
        </div>
        <section class="watching" ?hidden=${!this.open}><sandbox-feed .service=${this.service} account=${this.account}></sandbox-feed></section>
      </aside>
    `;
  }

  private toggle(): void {
    this.open = !this.open;
    localStorage.setItem(OPEN, this.open ? 'yes' : 'no');
  }

  private choose(event: SubmitEvent): void {
    event.preventDefault();
    void this.become(textIn(event.target, 'account'));
  }

  private async become(accountId: string): Promise<void> {
    const made = await saying(
      () => this.service.customerToken(accountId),
      (words) => (this.said = words),
    );
    if (made === undefined) return;
    this.said = '';
    this.account = accountId;
    const detail: BeingDetail = { accountId, token: made.token };
    this.dispatchEvent(new CustomEvent('being', { detail, bubbles: true, composed: true }));
    window.clearTimeout(this.timer);
    const leftMs = Math.max(EARLY_MS, Date.parse(made.expiresAt) - Date.now() - EARLY_MS);
    this.timer = window.setTimeout(() => void this.become(this.account), Math.min(leftMs, LONGEST_TIMER_MS));
  }

  private async loadKnown(): Promise<void> {
    const known = await saying(
      () => this.service.accounts(),
      (words) => (this.said = words),
    );
    if (known !== undefined) this.known = known;
  }
}

customElements.define('sandbox-bar', SandboxBar);
