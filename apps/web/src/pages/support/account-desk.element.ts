import type { RefusalList } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { type AccountState, liveAccount } from '../../client/account-live.js';
import { answer, lastRefusal, left, statusWords } from './account.words.js';
import type { DeskApi } from './desk-api.js';
import { together } from './known-refusals.js';
import { PagePart } from './page-part.js';
import { type Said, plain, told } from './said.js';

/** Refusals are in no stream: they are asked for this often while the page is seen, ms. */
const REFUSALS_MS = 5_000;

/** What staff do themselves is no answer to a customer's question. */
const ownCommands = new Set(['GrantCredits', 'RevokeCredits']);

/** `<account-desk>`: one account, the answer first, then its sets, what support may do, its history and its videos. Live. */
export class AccountDesk extends PagePart {
  static override properties = {
    api: { attribute: false },
    account: { type: String },
    actor: { type: String },
    scopes: { attribute: false },
    state: { state: true },
    refusals: { state: true },
    told: { state: true },
  };
  declare api: DeskApi | null;
  declare account: string;
  declare actor: string;
  /** What the key may do. */
  declare scopes: readonly string[];
  declare private state: AccountState | null;
  declare private refusals: RefusalList | null;
  /** The history is there: what stands below it may come. */
  declare private told: boolean;
  private unlisten: (() => void) | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.api = null;
    this.account = '';
    this.actor = '';
    this.scopes = [];
    this.state = null;
    this.refusals = null;
    this.told = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => document.visibilityState === 'visible' && void this.readRefusals(), REFUSALS_MS);
    if (this.hasUpdated) this.join();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.unlisten?.();
    this.unlisten = undefined;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('account')) return;
    this.state = null;
    this.refusals = null;
    this.told = false;
    this.join();
  }

  protected override updated(): void {
    const credits = this.state?.credits;
    const plan = credits?.plan ? `, ${credits.plan.name}` : '';
    document.title = credits ? `${this.account}: ${plain(left(credits))}${plan}` : `${this.account}: Support desk`;
  }

  private join(): void {
    this.unlisten?.();
    const live = liveAccount({ baseUrl: location.origin, token: null, accountId: this.account });
    this.unlisten = live.listen((state) => this.heard(state));
    this.heard(live.state);
  }

  private heard(state: AccountState): void {
    const before = this.state?.credits?.position;
    this.state = state;
    if (state.credits && state.credits.position !== before) void this.readRefusals();
  }

  private async readRefusals(): Promise<void> {
    const { account, api } = this;
    const refusals = await api?.refusals(account).catch(() => null);
    // What was known stays where it cannot be read now: the next turn tries again.
    if (refusals && account === this.account) this.refusals = together(this.refusals, refusals);
  }

  protected override render(): TemplateResult {
    const { state, account } = this;
    if (state?.connection === 'refused') return this.refused();
    const credits = state?.credits ?? null;
    // All that decides how tall things are comes first: nothing moves once it is read.
    if (credits === null || this.refusals === null) return waiting(account);
    return html`
      <header class="answer">
        <div class="name">
          <h1 class="id">${account}</h1>
          <span class="status ${credits.status}">${statusWords[credits.status]}</span>
          <a class="hint" href="/?account=${encodeURIComponent(account)}">As the customer sees it</a>
          <span class="connection ${state?.connection ?? 'connecting'}" role="status">
            ${state?.connection === 'offline' ? 'Offline: this may be out of date' : nothing}
          </span>
        </div>
        <p class="says">${this.says(answer(credits))}</p>
      </header>
      <div class="columns">
        <div class="doing">
          <section aria-labelledby="sets-title">
            <h2 id="sets-title">What they have</h2>
            <credit-sets .api=${this.api} .credits=${credits} .actor=${this.actor} .allowed=${this.may('credits:grant')}></credit-sets>
          </section>
          ${this.may('credits:grant') ? this.grant() : html`<p class="hint">Your key may look, not give.</p>`}
        </div>
        <div class="history">
          <section aria-labelledby="why-title">
            <h2 id="why-title">Why was it refused?</h2>
            <why-refused .api=${this.api} .account=${account} .refusals=${this.refusals}></why-refused>
          </section>
          <section aria-labelledby="ledger-title">
            <h2 id="ledger-title">History <span class="heads" aria-hidden="true"><span>Change</span><span>Balance</span></span></h2>
            <ledger-timeline @ledger-read=${this.read} .api=${this.api} .account=${account} .position=${credits.position} .titles=${this.titles()}></ledger-timeline>
          </section>
        </div>
      </div>
      ${
        this.told && this.may('videos:read')
          ? html`<section class="videos" aria-label="Recent videos"><recent-creations account=${account} base-url=${location.origin}></recent-creations></section>`
          : nothing
      }
    `;
  }

  private readonly read = (): void => {
    if (this.told) this.dispatchEvent(new CustomEvent('desk-changed', { bubbles: true }));
    this.told = true;
  };

  private titles(): ReadonlyMap<string, string> {
    return new Map(this.state?.videos?.flatMap(({ videoId, title }) => (title === null ? [] : [[videoId, title]])));
  }

  private grant(): TemplateResult {
    return html`<section aria-labelledby="grant-title">
      <h2 id="grant-title">Give credits</h2>
      <grant-form .api=${this.api} .credits=${this.state?.credits ?? null} .actor=${this.actor}></grant-form>
    </section>`;
  }

  private says(sentences: readonly Said[]): TemplateResult {
    const last = this.refusals?.items.find(({ command }) => !ownCommands.has(command));
    const refusal = last === undefined ? nothing : html`<span class="sentence refusal">${told(lastRefusal(last))}</span>`;
    return html`${sentences.map((said) => html`<span class="sentence">${told(said)}</span> `)}${refusal}`;
  }

  private refused(): TemplateResult {
    const signedOut = this.state?.refusal?.status === 401;
    return html`<h1 class="id">${this.account}</h1>
      <p class="lead">
        ${signedOut ? html`You are signed out. <a href="/sign-in">Sign in</a> to go on.` : 'This account cannot be shown: check the id.'}
      </p>`;
  }

  private may(scope: string): boolean {
    return this.scopes.includes(scope);
  }
}

function waiting(account: string): TemplateResult {
  return html`<header class="answer" aria-busy="true">
    <div class="name"><h1 class="id">${account}</h1></div>
    <p class="says skeleton"></p>
  </header>`;
}
