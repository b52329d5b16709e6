import type { CreditsView } from '#contracts';
import { type PropertyValues, type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import type { AccountState } from '../client/account-live.js';
import tokens from '../theme/tokens.css';
import { standingOf } from '../words/standing.js';
import { AccountElement } from './account.element.js';
import counter from './credits-counter.css';
import { digits } from './digits.js';

/** `<video-credits-counter>`: how many videos are left, what is running, when new ones come. */
export class VideoCreditsCounter extends AccountElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(counter)];
  private shown: number | null = null;
  private previous: number | null = null;

  protected override heard({ credits }: AccountState): void {
    if (credits !== null && credits.available !== this.shown) {
      this.previous = this.shown;
      this.shown = credits.available;
    }
  }

  protected override render(): TemplateResult {
    const credits = this.state?.credits ?? null;
    return credits === null ? html`<div class="counter"><span class="unseen">${this.say('loading')}</span></div>` : this.standing(credits);
  }

  private standing(credits: CreditsView): TemplateResult {
    const { tone, headline, facts } = standingOf(credits);
    return html`<div class="counter ${tone}" role="status">
      <p class="headline">${this.sentence(headline)}</p>
      ${facts.length === 0 ? nothing : html`<ul class="facts">${facts.map((fact) => html`<li>${this.sentence(fact)}</li>`)}</ul>`}
    </div>`;
  }

  protected number(n: number): TemplateResult {
    return digits(this.language.locale, n, this.previous);
  }

  protected override updated(_changed: PropertyValues): void {
    this.previous = this.shown;
  }
}
