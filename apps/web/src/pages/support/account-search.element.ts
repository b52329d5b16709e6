import type { AccountSummary } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { statusWords } from './account.words.js';
import type { DeskApi } from './desk-api.js';
import { PagePart, addressOf } from './page-part.js';

/** After the last key, ms. */
const PAUSE_MS = 120;
const SHOWN = 8;

/** `<account-search>`: finds accounts by the beginning of their id. Enter opens what is marked, or exactly what was typed. */
export class AccountSearch extends PagePart {
  static override properties = { api: { attribute: false }, found: { state: true }, marked: { state: true }, typed: { state: true } };
  declare api: DeskApi | null;
  /** Null while nothing is looked for. */
  declare private found: readonly AccountSummary[] | null;
  declare private marked: number;
  declare private typed: string;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.api = null;
    this.found = null;
    this.marked = -1;
    this.typed = '';
  }

  override focus(): void {
    this.querySelector('input')?.focus();
  }

  protected override render(): TemplateResult {
    const open = this.found !== null;
    return html`<form role="search" @submit=${this.submit}>
      <input
        type="search"
        role="combobox"
        aria-label="Find an account by the beginning of its id"
        aria-controls="found"
        aria-expanded=${open ? 'true' : 'false'}
        aria-autocomplete="list"
        aria-activedescendant=${this.marked < 0 ? nothing : `found-${this.marked}`}
        aria-keyshortcuts="/"
        placeholder="Account id"
        maxlength="128"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        .value=${this.typed}
        @input=${this.input}
        @keydown=${this.key}
        @blur=${this.close}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id="found" role="listbox" aria-label="Accounts found" ?hidden=${!open}>
        ${this.found?.map((account, index) => this.option(account, index))}
      </ul>
      <p class="unseen" role="status">${this.found === null ? nothing : `${this.found.length} found`}</p>
      ${open && this.found?.length === 0 ? html`<p class="nobody">No id begins with this. Enter opens it all the same.</p>` : nothing}
    </form>`;
  }

  private option({ accountId, status, plan, available }: AccountSummary, index: number): TemplateResult {
    const facts = [
      ...(plan ? [plan.name] : []),
      ...(plan && status === 'active' ? [] : [statusWords[status].toLowerCase()]),
      available === 0 ? 'none left' : `${available} left`,
    ];
    return html`<li
      role="option"
      id="found-${index}"
      aria-selected=${index === this.marked ? 'true' : 'false'}
      @pointerdown=${(event: Event) => this.pick(event, accountId)}
    >
      <span class="id">${accountId}</span> <span class="fact">${facts.join(', ')}</span>
    </li>`;
  }

  private readonly input = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.timer);
    if (this.typed === '') this.close();
    else this.timer = setTimeout(() => void this.look(this.typed), PAUSE_MS);
  };

  private async look(query: string): Promise<void> {
    const page = await this.api?.accounts({ query, limit: SHOWN }).catch(() => null);
    // An older answer, or one to characters that no id has, shows nothing.
    if (query !== this.typed) return;
    this.marked = -1;
    this.found = page?.items ?? [];
  }

  private readonly key = (event: KeyboardEvent): void => {
    const count = this.found?.length ?? 0;
    if (event.key === 'Escape') this.close();
    else if (event.key === 'ArrowDown' && count > 0) this.marked = (this.marked + 1) % count;
    else if (event.key === 'ArrowUp' && count > 0) this.marked = this.marked <= 0 ? count - 1 : this.marked - 1;
    else return;
    event.preventDefault();
  };

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const account = this.found?.[this.marked]?.accountId ?? this.typed;
    if (account !== '') this.open(account);
  };

  private pick(event: Event, account: string): void {
    event.preventDefault();
    this.open(account);
  }

  private open(account: string): void {
    this.typed = '';
    this.close();
    this.dispatchEvent(new CustomEvent('desk-open', { detail: addressOf(account), bubbles: true }));
  }

  private readonly close = (): void => {
    clearTimeout(this.timer);
    this.found = null;
    this.marked = -1;
  };
}
