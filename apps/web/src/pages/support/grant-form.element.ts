import type { CreditsView } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { afterwards } from './account.words.js';
import { type DeskApi, type Grant, intentKey } from './desk-api.js';
import { PagePart } from './page-part.js';
import { type Said, count, day, told } from './said.js';
import { sure } from './sure-dialog.element.js';

/** What the service gives at once where nothing else is set (rule 25); it has the last word. */
const USUAL_MAX = 1_000;
const REASON_MAX = 200;

type Draft = Omit<Grant, 'actor' | 'credits'> & { readonly credits: number | null };

const emptyDraft: Draft = { credits: 1, source: 'goodwill', reason: '', ticket: null, expiresAt: null };

/** `<grant-form>`: gives credits, and says beforehand what will be true afterwards. */
export class GrantForm extends PagePart {
  static override properties = {
    api: { attribute: false },
    credits: { attribute: false },
    actor: { type: String },
    draft: { state: true },
    done: { state: true },
  };
  declare api: DeskApi | null;
  declare credits: CreditsView | null;
  /** The name under which it is recorded. */
  declare actor: string;
  declare private draft: Draft;
  declare private done: Said | null;
  /** Names what is about to be given: a new one for every other content, and after every success. */
  private intent = { content: '', key: '' };

  constructor() {
    super();
    this.api = null;
    this.credits = null;
    this.actor = '';
    this.draft = emptyDraft;
    this.done = null;
  }

  protected override render(): TemplateResult {
    const { source } = this.draft;
    return html`<form class="grant" @submit=${this.submit} @input=${this.changed} aria-labelledby="grant-title">
      <div class="row">
        <label class="field short">Credits
          <input name="credits" type="number" inputmode="numeric" min="1" step="1" required value="1" aria-describedby="grant-limit" />
        </label>
        <fieldset class="choice">
          <legend>They are</legend>
          <label><input type="radio" name="source" value="goodwill" ?checked=${source === 'goodwill'} /><span>Goodwill</span></label>
          <label><input type="radio" name="source" value="purchase" ?checked=${source === 'purchase'} /><span>Bought</span></label>
        </fieldset>
      </div>
      <p class="hint" id="grant-limit">Whole credits, 1 to ${USUAL_MAX.toLocaleString('en-GB')} at once.</p>
      <label class="field">Reason, for the history <input name="reason" maxlength=${REASON_MAX} required autocomplete="off" /></label>
      <div class="row">
        <label class="field"><span>Ticket <span class="hint">optional</span></span><input name="ticket" maxlength=${REASON_MAX} autocomplete="off" /></label>
        <label class="field"><span>Last day <span class="hint">or never</span></span><input name="expires" type="date" /></label>
      </div>
      <p class="afterwards">${this.outlook()}</p>
      <button class="main">${this.label()}</button>
      <p class="done" role="status">${this.done === null ? nothing : told(this.done)}</p>
    </form>`;
  }

  private label(): string {
    const { credits } = this.draft;
    return credits === null ? 'Give credits' : `Give ${count(credits, 'credit')}`;
  }

  private outlook(): TemplateResult {
    const { credits, draft } = this;
    if (credits === null || draft.credits === null) return html`&nbsp;`;
    const given = { source: draft.source, remaining: draft.credits, expiresAt: draft.expiresAt };
    return told(afterwards(credits, { given }));
  }

  private readonly changed = (event: Event): void => {
    this.draft = draftIn(new FormData(event.currentTarget as HTMLFormElement));
    this.done = null;
  };

  private readonly submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { credits: now, actor, api } = this;
    const draft = draftIn(new FormData(form));
    if (now === null || draft.credits === null || api === null) return;
    const grant: Grant = { ...draft, credits: draft.credits, actor };
    const { accountId } = now;
    const key = this.keyFor(`${accountId} ${JSON.stringify(grant)}`);
    const given = count(grant.credits, 'credit');
    const done = await sure({
      title: `Give ${given} to ${accountId}?`,
      says: whatWillHappen(now, grant),
      button: `Give ${given}`,
      twice: 'they are not given twice',
      run: () => api.grant(accountId, grant, key),
    });
    if (!done) return;
    this.intent = { content: '', key: '' };
    form.reset();
    this.draft = emptyDraft;
    this.done = [`${given} given. It is in the history.`];
  };

  private keyFor(content: string): string {
    if (this.intent.content !== content) this.intent = { content, key: intentKey() };
    return this.intent.key;
  }
}

function whatWillHappen(now: CreditsView, grant: Grant): readonly Said[] {
  const kind = grant.source === 'goodwill' ? 'As goodwill' : 'As bought';
  const end: Said = grant.expiresAt === null ? ['never expiring'] : ['usable until the end of ', day(grant.expiresAt)];
  const ticket = grant.ticket === null ? '' : `, ticket ${grant.ticket}`;
  return [
    [`${kind}, usable at once, `, ...end, '. The customer sees them right away.'],
    afterwards(now, { given: { source: grant.source, remaining: grant.credits, expiresAt: grant.expiresAt } }),
    [`It is recorded under the name ${grant.actor}${ticket}: “${grant.reason}”`],
  ];
}

function draftIn(data: FormData): Draft {
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const credits = Number(text('credits'));
  return {
    credits: Number.isInteger(credits) && credits > 0 ? credits : null,
    source: text('source') === 'purchase' ? 'purchase' : 'goodwill',
    reason: text('reason'),
    ticket: text('ticket') || null,
    expiresAt: endOfDay(text('expires')),
  };
}

/** The last second of a day in the reader's zone; null for no day. */
function endOfDay(date: string): string | null {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  if (year === undefined || month === undefined || dayOfMonth === undefined || date === '') return null;
  return new Date(year, month - 1, dayOfMonth, 23, 59, 59).toISOString();
}
