import type { AllotmentView, CreditsView, Source } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { afterwards, isUpcoming } from './account.words.js';
import type { DeskApi } from './desk-api.js';
import { PagePart } from './page-part.js';
import { type Said, count, day, told } from './said.js';
import { sure } from './sure-dialog.element.js';

const sourceWords: { readonly [source in Source]: string } = {
  plan: 'from the plan',
  trial: 'to try',
  purchase: 'bought',
  goodwill: 'goodwill',
};

/** `<credit-sets>`: every set that has something left, until when it lives, and the way to take its rest back. */
export class CreditSets extends PagePart {
  static override properties = {
    api: { attribute: false },
    credits: { attribute: false },
    actor: { type: String },
    allowed: { type: Boolean },
  };
  declare api: DeskApi | null;
  declare credits: CreditsView | null;
  /** The name under which it is recorded. */
  declare actor: string;
  /** Whether the key may take credits back. */
  declare allowed: boolean;

  constructor() {
    super();
    this.api = null;
    this.credits = null;
    this.actor = '';
    this.allowed = false;
  }

  protected override render(): TemplateResult {
    const { credits } = this;
    if (credits === null) return html`<p class="skeleton line"></p>`;
    if (credits.allotments.length === 0) return html`<p class="soft">No set has anything left.</p>`;
    return html`<ul class="sets">${credits.allotments.map((set) => this.set(set, credits))}</ul>`;
  }

  private set(set: AllotmentView, credits: CreditsView): TemplateResult {
    const { id, source, quantity, remaining } = set;
    return html`<li>
      <span class="number" aria-hidden="true">${remaining}</span>
      <span class="about">
        <span><span class="unseen">${remaining} </span>of ${quantity} ${sourceWords[source]}</span>
        <span class="fact">${told(lifeOf(set, credits))}</span>
      </span>
      ${
        this.allowed
          ? html`<button class="quiet small" aria-label="Take back ${remaining} ${sourceWords[source]}" data-set=${id} @click=${() => this.takeBack(set, credits)}>
              Take back
            </button>`
          : nothing
      }
    </li>`;
  }

  private async takeBack(set: AllotmentView, credits: CreditsView): Promise<void> {
    const { api, actor } = this;
    const { id, source, remaining } = set;
    await sure({
      title: `Take back ${count(remaining, 'credit')} ${sourceWords[source]}?`,
      says: [
        ['What is left of this set ends now, for good. Videos made with it stay.'],
        afterwards(credits, { without: id }),
        [`It is recorded under the name ${actor}.`],
      ],
      reason: 'Reason, for the history',
      button: `Take back ${count(remaining, 'credit')}`,
      takes: true,
      twice: 'it cannot be taken back a second time',
      run: async (reason) => api?.revoke(credits.accountId, id, reason, actor),
    });
  }
}

function lifeOf(set: AllotmentView, credits: CreditsView): Said {
  const until: Said = set.expiresAt === null ? ['never expires'] : ['until ', day(set.expiresAt)];
  return isUpcoming(set, credits) ? ['from ', day(set.validFrom), ', ', ...until] : until;
}
