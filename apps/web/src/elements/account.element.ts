import type { RoomView } from '#contracts';
import { LitElement, type PropertyValues, type TemplateResult, html } from 'lit';
import { type AccountLive, type AccountState, liveAccount } from '../client/account-live.js';
import { spokenDate } from '../words/dates.js';
import type { Catalogue } from '../words/en.js';
import { type Language, languageFor } from '../words/languages.js';
import { say, sayPlain } from '../words/say.js';
import type { Sentence } from '../words/standing.js';

/**
 * What all elements have in common: whose account is shown (`account`, `token`, `base-url`), in which language (`lang`), and the one
 * live connection that they share.
 */
export abstract class AccountElement extends LitElement {
  static override properties = {
    account: { type: String },
    token: { type: String },
    baseUrl: { type: String, attribute: 'base-url' },
    lang: { type: String },
    state: { state: true },
  };

  /** The account shown; nothing is asked before it is set. */
  declare account: string | null;
  /** A customer token for that account. Without one the page's own cookie speaks, on the service's own origin alone. */
  declare token: string | null;
  /** Origin of the service; where it is not set, this module's own. */
  declare baseUrl: string | null;
  /** What is known of the account; null before anything was asked. Kept while a fresh token connects. */
  declare protected state: AccountState | null;
  protected live: AccountLive | null = null;
  private joinedAccount: string | null = null;
  private unlisten: (() => void) | null = null;

  constructor() {
    super();
    this.account = null;
    this.token = null;
    this.baseUrl = null;
    this.state = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.join();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('account') || changed.has('token') || changed.has('baseUrl')) {
      if (changed.has('account') && changed.get('account') !== undefined) this.state = null;
      this.join();
    }
  }

  /** Why nothing can be shown; null while something can. */
  protected get closed(): 'signedOut' | 'notYours' | null {
    if (this.state?.connection !== 'refused') return null;
    return this.state.refusal?.status === 401 ? 'signedOut' : 'notYours';
  }

  /** Called at each change of what is known. */
  protected heard(_state: AccountState, _before: AccountState | null): void {}

  /** Called when the account is connected, for what an element wants beyond the credits; `isOther` where it is not the same with a fresh token. */
  protected joined(_live: AccountLive, _isOther: boolean): void {}

  protected get language(): Language {
    const wish = this.lang || closestLang(this) || document.documentElement.lang || 'en';
    return languageFor(wish);
  }

  /** A sentence of the catalogue for a template. */
  protected say(
    name: keyof Catalogue,
    values: Readonly<Record<string, TemplateResult | number | string>> = {},
  ): (string | TemplateResult)[] {
    const { locale, words } = this.language;
    return say(locale, words[name], values);
  }

  /** The same as text, for attributes. */
  protected text(name: keyof Catalogue, values: Readonly<Record<string, number | string>> = {}): string {
    const { locale, words } = this.language;
    return sayPlain(locale, words[name], values);
  }

  /** A sentence with its dates as `<time>`; `number` draws its count where that is more than text. */
  protected sentence({ name, n, date, ...texts }: Sentence, number?: (n: number) => TemplateResult): (string | TemplateResult)[] {
    const { locale, words } = this.language;
    const values = {
      ...texts,
      ...(n === undefined ? {} : { n: number?.(n) ?? n }),
      ...(date === undefined ? {} : { date: this.date(date) }),
    };
    return say<TemplateResult>(locale, words[name], values, n);
  }

  protected roomName({ roomId, name }: RoomView): string {
    return this.language.rooms[roomId] ?? name;
  }

  /** A date in words, with the exact instant for those who point at it and for machines. */
  protected date(instant: string): TemplateResult {
    const { day, exact, datetime } = spokenDate(this.language.locale, instant, new Date());
    return html`<time datetime=${datetime} title=${exact}>${day}</time>`;
  }

  /** Fires an event that leaves the element and bubbles through the page. */
  protected announce(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  private join(): void {
    if (!this.isConnected) return;
    const { account, token } = this;
    const before = this.unlisten;
    this.unlisten = null;
    if (account !== null && account !== '') {
      const baseUrl = (this.baseUrl ?? new URL(import.meta.url).origin).replace(/\/+$/, '');
      const live = liveAccount({ baseUrl, accountId: account, token: token === '' ? null : token });
      this.live = live;
      this.unlisten = live.listen((state) => this.take(state));
      this.joined(live, account !== this.joinedAccount);
      this.joinedAccount = account;
      this.take(live.state);
    }
    before?.();
  }

  private leave(): void {
    this.unlisten?.();
    this.unlisten = null;
    this.live = null;
  }

  private take(state: AccountState): void {
    const before = this.state;
    // A fresh token starts from nothing; what was shown stays until it has something.
    const kept = state.credits === null && before !== null ? { credits: before.credits, videos: state.videos ?? before.videos } : {};
    this.state = { ...state, ...kept };
    if (this.live?.claimRefusal() === true) this.announce('session-ended', { status: state.refusal?.status });
    if (this.live?.claimExhausted() === true) this.announce('credits-exhausted', { accountId: this.account, credits: state.credits });
    this.heard(this.state, before);
  }
}

/** The `lang` around an element, through shadow roots. */
function closestLang(element: Element): string | null {
  const found = element.closest('[lang]')?.getAttribute('lang');
  if (found) return found;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? closestLang(root.host) : null;
}
