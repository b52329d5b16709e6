import type { AccountSummary } from '#contracts';
import { type TemplateResult, html } from 'lit';
import { statusWords } from './account.words.js';
import type { DeskApi } from './desk-api.js';
import { PagePart, addressOf } from './page-part.js';
import { minute, told } from './said.js';
import { notRead } from './trouble.words.js';

const SHOWN = 12;
const ROWS_WHILE_READING = [0, 1, 2, 3, 4, 5];

/** `<lately-active>`: the accounts with which something has happened last. */
export class LatelyActive extends PagePart {
  static override properties = { api: { attribute: false }, items: { state: true }, wrong: { state: true } };
  declare api: DeskApi | null;
  declare private items: readonly AccountSummary[] | null;
  declare private wrong: string | null;

  constructor() {
    super();
    this.api = null;
    this.items = null;
    this.wrong = null;
  }

  protected override firstUpdated(): void {
    void this.read();
  }

  protected override render(): TemplateResult {
    const { items, wrong } = this;
    if (wrong !== null) return html`<p class="wrong" role="alert">${wrong}</p>`;
    if (items === null) return html`${ROWS_WHILE_READING.map(() => html`<p class="skeleton line"></p>`)}`;
    if (items.length === 0) return html`<p class="soft">No account has done anything yet.</p>`;
    return html`<ul>${items.map((account) => html`<li>${this.row(account)}</li>`)}</ul>`;
  }

  private row({ accountId, plan, status, available, lastActivityAt }: AccountSummary): TemplateResult {
    return html`<a href=${addressOf(accountId)}>
      <span class="id">${accountId}</span>
      <span class="soft">${plan && status === 'active' ? plan.name : statusWords[status]}, ${told([minute(lastActivityAt)])}</span>
      <span class="left">${available === 0 ? 'none left' : `${available} left`}</span>
    </a>`;
  }

  private async read(): Promise<void> {
    try {
      this.items = (await this.api?.accounts({ limit: SHOWN }))?.items ?? null;
    } catch (error) {
      this.wrong = notRead('The list', error);
    }
  }
}
