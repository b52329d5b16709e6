import type { AccountSummary } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import type { DeskApi, Trouble } from './desk-api.js';
import { PagePart, addressOf, parkedAddress } from './page-part.js';
import { type Said, count, day, told } from './said.js';

interface List {
  readonly trouble: Trouble;
  readonly title: string;
  readonly says: (account: AccountSummary) => Said;
}

const lists: readonly List[] = [
  { trouble: 'renewal-pending', title: 'Waiting for renewal', says: (account) => ['last heard of ', day(account.lastActivityAt)] },
  { trouble: 'past-due', title: 'Past due', says: ({ available }) => [available === 0 ? 'none left' : `${available} left`] },
  { trouble: 'failed-renders', title: 'Failed renders', says: ({ failedRenders }) => [`${count(failedRenders, 'video')} in 30 days`] },
];
const SHOWN = 5;
const MORE = 20;
/** The most that the service gives at once. */
const MOST_READ = 100;
/** The lists are read again this often while the page is seen, ms, and whenever it comes to the front. */
const AGAIN_MS = 30_000;

interface Shown {
  readonly items: readonly AccountSummary[];
  readonly nextCursor: string | null;
  readonly away: boolean;
}

/** `<trouble-lists>`: accounts that need a look, by what is wrong, the newest trouble first. */
export class TroubleLists extends PagePart {
  static override properties = {
    api: { attribute: false },
    current: { type: String },
    parkedOpen: { type: Boolean },
    operates: { type: Boolean },
    parked: { state: true },
    shown: { state: true },
  };
  declare api: DeskApi | null;
  /** The account that is open. */
  declare current: string;
  /** Whether the parked messages are open. */
  declare parkedOpen: boolean;
  /** Whether the key may see to parked messages. */
  declare operates: boolean;
  /** How many are parked, in words; null before it was asked. */
  declare private parked: string | null;
  declare private shown: Readonly<Partial<Record<Trouble, Shown>>>;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly seen = (): void => void (document.visibilityState === 'visible' && void this.refresh());

  constructor() {
    super();
    this.api = null;
    this.current = '';
    this.parkedOpen = false;
    this.operates = false;
    this.parked = null;
    this.shown = {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(this.seen, AGAIN_MS);
    document.addEventListener('visibilitychange', this.seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
  }

  protected override firstUpdated(): void {
    void this.refresh();
  }

  /** Reads all lists again, and shows them at once: none pushes another down. */
  async refresh(): Promise<void> {
    const [parked, ...read] = await Promise.all([this.readParked(), ...lists.map(({ trouble }) => this.read(trouble))]);
    this.parked = parked;
    this.shown = Object.fromEntries(read);
  }

  private async readParked(): Promise<string | null> {
    const page = this.operates ? await this.api?.parked(null).catch(() => null) : null;
    return page ? `${page.items.length}${page.nextCursor === null ? '' : ' and more'}` : this.parked;
  }

  private async read(trouble: Trouble): Promise<readonly [Trouble, Shown]> {
    const before = this.shown[trouble];
    const limit = Math.max(SHOWN, Math.min(before?.items.length ?? 0, MOST_READ));
    const page = await this.api?.accounts({ trouble, limit }).catch(() => null);
    return [trouble, page ? { ...page, away: false } : { items: before?.items ?? [], nextCursor: before?.nextCursor ?? null, away: true }];
  }

  private async more(trouble: Trouble): Promise<void> {
    const before = this.shown[trouble];
    if (!before) return;
    const page = await this.api?.accounts({ trouble, cursor: before.nextCursor, limit: MORE }).catch(() => null);
    if (page) this.shown = { ...this.shown, [trouble]: { ...page, items: [...before.items, ...page.items], away: false } };
  }

  protected override render(): TemplateResult {
    return html`${lists.map((list) => {
      const shown = this.shown[list.trouble];
      return shown ? this.list(list, shown) : nothing;
    })} ${this.operates ? this.parkedLink() : nothing}`;
  }

  private parkedLink(): TemplateResult {
    return html`<p class="parked-link">
      <a href=${parkedAddress} aria-current=${this.parkedOpen ? 'page' : 'false'}>
        <span>Parked messages <span class="count">${this.parked ?? nothing}</span></span>
      </a>
    </p>`;
  }

  private list({ trouble, title, says }: List, shown: Shown): TemplateResult {
    const more = shown.nextCursor !== null;
    return html`<section class="trouble" aria-labelledby="trouble-${trouble}">
      <h2 id="trouble-${trouble}">
        ${title} <span class="count">${shown.items.length}${more ? ' and more' : nothing}</span>
      </h2>
      ${this.items(shown, says)}
      ${more ? html`<button class="quiet small" @click=${() => this.more(trouble)}>Show more</button>` : nothing}
    </section>`;
  }

  private items({ items, away }: Shown, says: List['says']): TemplateResult {
    if (away && items.length === 0) return html`<p class="soft">The list cannot be read now. It is tried again.</p>`;
    if (items.length === 0) return html`<p class="soft">Nobody</p>`;
    return html`<ul>
      ${items.map(
        (account) =>
          html`<li>
            <a href=${addressOf(account.accountId)} aria-current=${account.accountId === this.current ? 'page' : 'false'}>
              <span class="id">${account.accountId}</span> <span class="fact">${told(says(account))}</span>
            </a>
          </li>`,
      )}
    </ul>`;
  }
}
