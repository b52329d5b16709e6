import { type TemplateResult, html } from 'lit';
import type { SessionView } from '#contracts';
import { Refused } from '../../client/problems.js';
import { DeskApi } from './desk-api.js';
import { rememberName, rememberedName } from './desk-name.js';
import { PagePart } from './page-part.js';
import { setPresent } from './said.js';
import type { TroubleLists } from './trouble-lists.element.js';

type Session = SessionView | 'asking' | 'signed-out' | 'away';

const NAME_MAX = 200;
const TITLE = 'Support desk';

/** `<support-desk>`: the whole desk. Its address says what is open, so that every account has a link and a tab of its own. */
export class SupportDesk extends PagePart {
  static override properties = { session: { state: true }, place: { state: true }, name: { state: true } };
  declare private session: Session;
  /** The query of the page's address. */
  declare private place: string;
  declare private name: string;
  private readonly api = new DeskApi();
  private readonly moved = (): void => void (this.place = location.search);

  constructor() {
    super();
    this.session = 'asking';
    this.place = location.search;
    this.name = rememberedName();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.moved);
    document.addEventListener('keydown', this.slash);
    void this.signIn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.moved);
    document.removeEventListener('keydown', this.slash);
  }

  private async signIn(): Promise<void> {
    try {
      const session = await this.api.client.session();
      if (session.sandbox && session.scopes.includes('ops')) setPresent((await this.api.now()).now);
      this.session = session;
    } catch (error) {
      this.session = error instanceof Refused && error.status === 401 ? 'signed-out' : 'away';
    }
  }

  protected override render(): TemplateResult {
    const { session } = this;
    if (session === 'asking') return html`<header class="bar waiting"></header><main aria-busy="true"></main>`;
    if (session === 'signed-out')
      return notice(html`<p><a class="main" href="/sign-in">Sign in</a> with a staff key to look after accounts.</p>`);
    if (session === 'away')
      return notice(html`<p>The service does not answer. <button class="quiet" @click=${() => this.signIn()}>Try again</button></p>`);
    if (session.kind !== 'staff') return notice(html`<p>This page is for staff. Your own videos are on the <a href="/">dashboard</a>.</p>`);
    return this.desk(session);
  }

  private desk(session: SessionView): TemplateResult {
    const query = new URLSearchParams(this.place);
    const account = query.get('account') ?? '';
    const parked = query.get('view') === 'parked';
    const mayOperate = session.scopes.includes('ops');
    const actor = this.name.trim() || session.name;
    return html`
      <header class="bar" @click=${this.follow}>
        <p class="brand"><a href="/">Video credits</a> <a href="/support">${TITLE}</a></p>
        <account-search .api=${this.api} @desk-open=${(event: CustomEvent<string>) => this.go(event.detail)}></account-search>
        <label class="me">Your name
          <input .value=${this.name} placeholder=${session.name} maxlength=${NAME_MAX} autocomplete="name" @change=${this.rename} />
        </label>
      </header>
      <div class="desk" @click=${this.follow} @desk-changed=${this.changed}>
        <main tabindex="-1">
          ${
            account !== ''
              ? html`<account-desk .api=${this.api} .account=${account} .actor=${actor} .scopes=${session.scopes}></account-desk>`
              : parked && mayOperate
                ? html`<parked-messages .api=${this.api}></parked-messages>`
                : start(this.api)
          }
        </main>
        <nav class="rail" aria-label="Needs a look">
          <trouble-lists
            .api=${this.api}
            .current=${account}
            .operates=${mayOperate}
            .parkedOpen=${parked}
          ></trouble-lists>
        </nav>
      </div>
      <sure-dialog></sure-dialog>
    `;
  }

  private readonly changed = (): void => void this.querySelector<TroubleLists>('trouble-lists')?.refresh();

  private readonly rename = (event: Event): void => {
    this.name = (event.target as HTMLInputElement).value;
    rememberName(this.name.trim());
  };

  /** A plain click on a link of the desk stays on the page; with a key held, or in another tab, it is the browser's. */
  private readonly follow = (event: MouseEvent): void => {
    const link = (event.target as Element).closest?.('a[href^="/support"]');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.getAttribute('href') ?? '/support');
  };

  private go(address: string): void {
    history.pushState(null, '', address);
    this.moved();
    document.title = TITLE;
    window.scrollTo(0, 0);
    this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  private readonly slash = (event: KeyboardEvent): void => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.querySelector<HTMLElement>('account-search')?.focus();
  };
}

function notice(content: TemplateResult): TemplateResult {
  return html`<main class="notice"><h1>${TITLE}</h1>${content}</main>`;
}

function start(api: DeskApi): TemplateResult {
  return html`<div class="start">
    <h1>Whom can we help?</h1>
    <p class="lead">Press <kbd>/</kbd> and type the beginning of an account’s id, or begin with those who need a look.</p>
    <section class="lately" aria-labelledby="lately-title">
      <h2 id="lately-title">Lately active</h2>
      <lately-active .api=${api}></lately-active>
    </section>
  </div>`;
}
