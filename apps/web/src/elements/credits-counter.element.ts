import type { CreditsView } from '#contracts';
import { type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import type { AccountState } from '../client/account-live.js';
import tokens from '../theme/tokens.css';
import type { Catalogue } from '../words/en.js';
import { type SetLine, type Standing, standingOf } from '../words/standing.js';
import { AccountElement } from './account.element.js';
import sheet from './credits-counter.css';
import { digits } from './digits.js';
import { supportContact } from './support-contact.js';

/** `<video-credits-counter>`: how many videos are left, what is running, when new ones come. */
export class VideoCreditsCounter extends AccountElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(sheet)];
  static override properties = { ...AccountElement.properties, open: { state: true } };
  /** The sets are unfolded. */
  declare private open: boolean;
  private shown: number | null = null;
  private previous: number | null = null;

  constructor() {
    super();
    this.open = false;
  }

  protected override heard({ credits }: AccountState): void {
    if (credits === null || credits.available === this.shown) return;
    this.previous = this.shown;
    this.shown = credits.available;
  }

  protected override render(): TemplateResult {
    const { credits, connection } = this.state ?? { credits: null, connection: 'connecting' };
    if (this.closed !== null) return this.refused(this.closed);
    if (credits === null)
      return html`<div class="counter loading" aria-busy="true"><span class="unseen">${this.say('loading')}</span></div>`;
    return this.standing(credits, connection === 'offline');
  }

  private refused(name: 'signedOut' | 'notYours'): TemplateResult {
    return html`<div class="counter none" lang=${this.language.locale}>
      <p class="alone" role="status">${this.say(name)}</p>
    </div>`;
  }

  private standing(credits: CreditsView, offline: boolean): TemplateResult {
    const standing = standingOf(credits);
    const { tone, headline, facts, sets } = standing;
    const counted = headline.n !== undefined;
    return html`<div class="counter ${tone}" part="counter" lang=${this.language.locale}>
        <div class="cut"><div class="line" role="status">
          <p class="headline ${counted ? 'counted' : ''}" part="headline">
            ${tone === 'plenty' ? nothing : html`<span class="mark" part="mark"></span>`}<span
              >${this.sentence(headline, (n) => digits(this.language.locale, n, this.previous))}</span
            >
          </p>
          ${facts.map((fact) => html`<span class="fact" part="fact">${this.sentence(fact)}</span>`)}
          ${offline ? html`<span class="fact offline" part="fact">${this.say('offline')}</span>` : nothing}
        </div></div>
        ${sets.length === 0 ? nothing : this.toggle()}
      </div>
      ${this.advice(standing)} ${this.open && sets.length > 0 ? this.sets(sets) : nothing}`;
  }

  private toggle(): TemplateResult {
    return html`<button
      class="toggle"
      part="toggle"
      type="button"
      aria-expanded=${this.open ? 'true' : 'false'}
      aria-controls="sets"
      @click=${() => (this.open = !this.open)}
    >
      ${this.say('sets')}<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2.5 4.5 6 8l3.5-3.5" /></svg>
    </button>`;
  }

  private sets(sets: readonly SetLine[]): TemplateResult {
    return html`<ul class="sets" id="sets" part="sets">
      ${sets.map(({ source, n, ends }) => {
        const set = this.text(setNames[source], { n });
        return html`<li>${this.sentence({ ...ends, n, set })}</li>`;
      })}
    </ul>`;
  }

  private advice({ advice, contact }: Standing): TemplateResult | typeof nothing {
    const support = contact === null ? null : (this.state?.supportContact ?? null);
    if (advice === null && support === null) return nothing;
    return html`<p class="advice" part="advice">
      ${advice === null ? nothing : this.sentence(advice)} ${support !== null && contact === 'more' ? this.say('more') : nothing}
      ${support === null ? nothing : this.say('moreFrom', { contact: supportContact(support) })}
    </p>`;
  }
}

const setNames = { plan: 'setPlan', trial: 'setTrial', purchase: 'setPurchase', goodwill: 'setGoodwill' } as const satisfies Record<
  SetLine['source'],
  keyof Catalogue
>;
