import type { LedgerLine, Page } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import type { DeskApi } from './desk-api.js';
import { lineSaid } from './ledger.words.js';
import { PagePart } from './page-part.js';
import { plain, stamp, told } from './said.js';
import { notRead } from './trouble.words.js';

const FIRST_LINES = 20;
const MORE_LINES = 50;

/** `<ledger-timeline>`: every movement of the account's credits, newest first: what, when, why, who, and the balance after. */
export class LedgerTimeline extends PagePart {
  static override properties = {
    api: { attribute: false },
    account: { type: String },
    position: { type: String },
    titles: { attribute: false },
    lines: { state: true },
    next: { state: true },
    wrong: { state: true },
  };
  declare api: DeskApi | null;
  declare account: string;
  /** How far the account has come: each change reads the newest lines again. */
  declare position: string;
  /** Titles of the videos that are known, by id. */
  declare titles: ReadonlyMap<string, string>;
  declare private lines: readonly LedgerLine[] | null;
  declare private next: string | null;
  declare private wrong: string | null;

  constructor() {
    super();
    this.api = null;
    this.account = '';
    this.position = '';
    this.titles = new Map();
    this.lines = null;
    this.next = null;
    this.wrong = null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('account')) this.lines = null;
    if (changed.has('account') || changed.has('position')) void this.head();
  }

  protected override render(): TemplateResult {
    const { lines } = this;
    if (lines === null && this.wrong === null) return html`${[0, 1, 2, 3].map(() => html`<p class="skeleton line tall"></p>`)}`;
    return html`
      ${this.wrong === null ? nothing : html`<p class="wrong" role="alert">${this.wrong}</p>`}
      ${lines?.length === 0 ? html`<p class="soft">Nothing has happened with this account’s credits.</p>` : nothing}
      <ol class="timeline">${lines?.map((line) => this.line(line))}</ol>
      ${this.next === null ? nothing : html`<button class="quiet" @click=${this.more}>Older lines</button>`}
    `;
  }

  private line(line: LedgerLine): TemplateResult {
    const { what, why, who } = lineSaid(line);
    const { at, recordedAt, credits, balanceAfter, videoId, cause } = line;
    const late = plain([stamp(at)]) !== plain([stamp(recordedAt)]);
    return html`<li class=${credits < 0 ? 'minus' : 'plus'}>
      <span class="when">${told([stamp(at)])}</span>
      <span class="about">
        <span class="what" title=${cause}>${what}</span>
        ${why === null ? nothing : html`<span class="why">${why}</span>`}
        ${who === null ? nothing : html`<span class="fact">by ${who}</span>`}
        ${videoId === null ? nothing : html`<span class="fact" title=${videoId}>${this.titles.get(videoId) ?? `video ${shortId(videoId)}`}</span>`}
        ${late ? html`<span class="fact">written ${told([stamp(recordedAt)])}</span>` : nothing}
      </span>
      <span class="change">${credits < 0 ? '−' : '+'}${Math.abs(credits)}</span>
      <span class="balance"><span class="unseen">balance after: </span>${balanceAfter}</span>
    </li>`;
  }

  /** Reads the newest lines; the older that have been unfolded stay. */
  private async head(): Promise<void> {
    await this.read(null, FIRST_LINES, (page) => {
      const last = page.items.at(-1);
      const known = this.lines ?? [];
      const end = last === undefined ? -1 : known.findIndex(({ id }) => id === last.id);
      const older = end < 0 ? [] : known.slice(end + 1);
      this.lines = [...page.items, ...older];
      if (older.length === 0) this.next = page.nextCursor;
    });
  }

  private readonly more = (): Promise<void> =>
    this.read(this.next, MORE_LINES, (page) => {
      this.lines = [...(this.lines ?? []), ...page.items];
      this.next = page.nextCursor;
    });

  private async read(cursor: string | null, limit: number, take: (page: Page<LedgerLine>) => void): Promise<void> {
    const { account, api } = this;
    if (account === '' || api === null) return;
    try {
      const page = await api.ledger(account, cursor, limit);
      if (account !== this.account) return;
      this.wrong = null;
      take(page);
      this.dispatchEvent(new CustomEvent('ledger-read'));
    } catch (error) {
      this.wrong = notRead('The history', error);
    }
  }
}

const SHORT = 8;
const shortId = (videoId: string): string => videoId.slice(0, SHORT);
