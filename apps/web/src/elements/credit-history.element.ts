import type { LedgerLine, Page } from '#contracts';
import { type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import type { AccountLive, AccountState } from '../client/account-live.js';
import tokens from '../theme/tokens.css';
import { byDay, historyEntry } from '../words/history.js';
import { type Trouble, troubleOf } from '../words/troubles.js';
import { AccountElement } from './account.element.js';
import quietButton from './quiet-button.css';
import sheet from './credit-history.css';

const pageSize = 20;
const skeletons = 4;
const againMs = 4_000;

/** `<credit-history>`: every credit's story in a sentence, newest first, with what was left after it (rule 26). */
export class CreditHistory extends AccountElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(quietButton), unsafeCSS(sheet)];
  static override properties = { ...AccountElement.properties, lines: { state: true }, reading: { state: true }, trouble: { state: true } };
  declare private lines: readonly LedgerLine[] | null;
  declare private reading: boolean;
  declare private trouble: Trouble | null;
  private nextCursor: string | null = null;
  private shownAt: string | null = null;

  constructor() {
    super();
    this.lines = null;
    this.reading = false;
    this.trouble = null;
  }

  protected override joined(live: AccountLive, isOther: boolean): void {
    // For the titles of the videos that credits were used for.
    live.wantVideos();
    if (isOther) {
      this.lines = null;
      this.nextCursor = null;
    }
    void this.read(null);
  }

  protected override heard({ credits }: AccountState): void {
    if (credits === null || credits.position === this.shownAt) return;
    const first = this.shownAt === null;
    this.shownAt = credits.position;
    if (!first) void this.read(null);
  }

  protected override render(): TemplateResult {
    const { lines } = this;
    return html`<section aria-labelledby="heading" lang=${this.language.locale}>
      <h2 id="heading"><slot name="heading">${this.say('history')}</slot></h2>
      ${lines === null ? this.waiting() : lines.length === 0 ? html`<p class="soft">${this.say('emptyHistory')}</p>` : this.days(lines)}
      ${this.trouble === null || this.closed !== null ? nothing : html`<p class="trouble" role="status">${this.say(this.trouble.name)}</p>`}
      ${lines !== null && this.nextCursor !== null ? this.more() : nothing}
    </section>`;
  }

  private waiting(): TemplateResult {
    if (this.closed !== null) return html`<p class="soft">${this.say(this.closed)}</p>`;
    if (this.account === null) return html``;
    return html`<div aria-busy="true" role="status">
      <span class="unseen">${this.say('loading')}</span>
      ${Array.from({ length: skeletons }, () => html`<div class="skeleton"></div>`)}
    </div>`;
  }

  private days(lines: readonly LedgerLine[]): TemplateResult[] {
    const { locale } = this.language;
    const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    return byDay(lines, (instant) => day.format(new Date(instant))).map(
      (group) => html`<h3>${group.day}</h3>
        <ol class="lines" part="lines">
          ${group.lines.map((line) => this.line(line))}
        </ol>`,
    );
  }

  private line(line: LedgerLine): TemplateResult {
    const { locale } = this.language;
    const { sentence, note } = historyEntry(line, (videoId) => this.titleOf(videoId));
    const change = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' }).format(line.credits).replace('-', '−');
    const at = new Date(line.at);
    return html`<li class="line" part="line">
      <time class="time" datetime=${line.at} title=${new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' }).format(at)}
        >${new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(at)}</time
      >
      <span class="story">${this.sentence(sentence)}${note === null ? nothing : html`<span class="note">${note}</span>`}</span>
      <span class="change ${line.credits > 0 ? 'up' : ''}" aria-hidden="true">${change}</span>
      <span class="balance">${this.say('balanceAfter', { n: line.balanceAfter })}</span>
    </li>`;
  }

  private titleOf(videoId: string): string | null {
    return this.state?.videos?.find((video) => video.videoId === videoId)?.title ?? null;
  }

  private more(): TemplateResult {
    return html`<button
      class="quiet"
      part="more"
      type="button"
      aria-disabled=${this.reading ? 'true' : 'false'}
      @click=${() => void this.read(this.nextCursor)}
    >
      ${this.say(this.reading ? 'loading' : 'showMore')}
    </button>`;
  }

  /** Reads the newest lines, or with a cursor the next older ones. */
  private async read(cursor: string | null): Promise<void> {
    const { live } = this;
    if (live === null || (cursor !== null && this.reading)) return;
    this.reading = cursor !== null;
    try {
      const page = await live.api.ledger(live.accountId, { limit: pageSize, cursor });
      if (this.live === live) this.show(page, cursor !== null);
      this.trouble = null;
    } catch (error) {
      if (this.live !== live) return;
      this.trouble = this.closed !== null ? null : troubleOf(error, 'read');
      if (cursor === null && this.trouble?.again === true) setTimeout(() => this.live === live && void this.read(null), againMs);
    } finally {
      this.reading = false;
    }
  }

  private show({ items, nextCursor }: Page<LedgerLine>, isMore: boolean): void {
    const known = this.lines ?? [];
    if (isMore) {
      this.lines = [...known, ...items];
      this.nextCursor = nextCursor;
      return;
    }
    const last = items.at(-1);
    const end = known.findIndex(({ id }) => id === last?.id);
    // New lines came on top; older ones that are unfolded stay.
    if (end < 0) this.nextCursor = nextCursor;
    this.lines = end < 0 ? items : [...items, ...known.slice(end + 1)];
  }
}
