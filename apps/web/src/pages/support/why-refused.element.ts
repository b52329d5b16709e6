import type { RefusalList, RefusalView } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { Refused } from '../../client/problems.js';
import { refusalReason, then } from './account.words.js';
import type { DeskApi } from './desk-api.js';
import { PagePart } from './page-part.js';
import { type Said, day, minute, plain, stamp, told } from './said.js';
import { notRead } from './trouble.words.js';

const commandWords: { readonly [command: string]: string } = {
  CreateVideo: 'Create a video',
  CancelVideo: 'Cancel a video',
  GrantCredits: 'Give credits',
  RevokeCredits: 'Take credits back',
  UploadArtwork: 'Upload an artwork',
};

/** `<why-refused>`: what was refused lately, and what the account had at any instant, in words. */
export class WhyRefused extends PagePart {
  static override properties = {
    api: { attribute: false },
    account: { type: String },
    refusals: { attribute: false },
    past: { state: true },
  };
  declare api: DeskApi | null;
  declare account: string;
  declare refusals: RefusalList | null;
  declare private past: Said | null;

  constructor() {
    super();
    this.api = null;
    this.account = '';
    this.refusals = null;
    this.past = null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('account')) this.past = null;
  }

  protected override render(): TemplateResult {
    return html`
      ${this.refusals === null ? html`<p class="skeleton line"></p>` : this.list(this.refusals)}
      <form class="instant" @submit=${this.submit}>
        <label class="field">What did they have at
          <input name="at" type="datetime-local" step="1" required />
        </label>
        <button class="quiet">Show</button>
      </form>
      <p class="past" role="status">${this.past === null ? nothing : told(this.past)}</p>
    `;
  }

  private list({ items, since }: RefusalList): TemplateResult {
    const known: Said = items.length === 0 ? ['Nothing refused since '] : ['Known since '];
    return html`${items.length === 0 ? nothing : html`<ul class="refusals">${items.map((refusal) => this.refusal(refusal))}</ul>`}
      <p class="hint">${told([...known, minute(since)])}. Refusals are kept in memory, by each api process for itself.</p>`;
  }

  private refusal(refusal: RefusalView): TemplateResult {
    const { at, command, code, detail, actor } = refusal;
    const reason = refusalReason(refusal);
    return html`<li>
      <span class="when">${told([stamp(at)])}</span>
      <span class="about">
        <span>${commandWords[command] ?? command}: ${reason}</span>
        ${detail === null || detail === reason ? nothing : html`<span class="fact">${detail}</span>`}
        ${actor === null ? nothing : html`<span class="fact">asked by ${actor}</span>`}
      </span>
      <button class="quiet small" aria-label="What they had on ${plain([minute(at)])}" @click=${() => this.show(at, code)}>What they had</button>
    </li>`;
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const at = new FormData(event.currentTarget as HTMLFormElement).get('at');
    if (typeof at === 'string' && at !== '') void this.show(new Date(at).toISOString());
  };

  private async show(at: string, refused: string | null = null): Promise<void> {
    const { account, api } = this;
    try {
      const credits = await api?.creditsAt(account, at);
      if (credits && account === this.account) this.past = then(at, credits, refused);
    } catch (error) {
      const ahead = error instanceof Refused && error.code === 'bad-request';
      this.past = ahead ? [minuteAhead(at)] : [notRead('The past', error)];
    }
  }
}

const minuteAhead = (at: string): string => `${plain([day(at)])} lies ahead: choose an instant that has been.`;
