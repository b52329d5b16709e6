import { type TemplateResult, html, nothing } from 'lit';
import type { DeskApi, ParkedMessage } from './desk-api.js';
import { PagePart, addressOf } from './page-part.js';
import { minute, told } from './said.js';
import { sure } from './sure-dialog.element.js';
import { notRead, wentWrong } from './trouble.words.js';

/** A replayed message is handled by the topic's own consumer: what is still wrong is back after about this long, ms. */
const HANDLED_MS = 1_500;

/** `<parked-messages>`: what could not be right and was set aside, with its reason; each can be tried again or dropped. */
export class ParkedMessages extends PagePart {
  static override properties = {
    api: { attribute: false },
    items: { state: true },
    next: { state: true },
    said: { state: true },
    busy: { state: true },
  };
  declare api: DeskApi | null;
  declare private items: readonly ParkedMessage[] | null;
  declare private next: string | null;
  declare private said: string | null;
  /** The id that is being tried again. */
  declare private busy: string | null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.api = null;
    this.items = null;
    this.next = null;
    this.said = null;
    this.busy = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override firstUpdated(): void {
    void this.read();
  }

  protected override render(): TemplateResult {
    const { items } = this;
    return html`<h1>Parked messages</h1>
      <p class="lead">
        What billing or a worker said and cannot be right waits here with its reason. Nothing was applied, and nobody waits for it. Once the cause
        is mended, replay it; what is handled otherwise, discard.
      </p>
      <p class="said" role="status">${this.said ?? nothing}</p>
      ${items === null && this.said === null ? html`<p class="skeleton line tall"></p>` : nothing}
      ${items?.length === 0 ? html`<p class="soft">Nothing is parked.</p>` : nothing}
      <ul class="parked">${items?.map((message) => this.message(message))}</ul>
      ${this.next === null ? nothing : html`<button class="quiet" @click=${() => this.read(this.next)}>More</button>`}`;
  }

  private message(message: ParkedMessage): TemplateResult {
    const { id, topic, key, reason, parkedAt, headers, body } = message;
    const type = headers['ce_type'] ?? 'a message';
    return html`<li>
      <h2>${reason}</h2>
      <p class="fact">
        ${type}, ${told([minute(parkedAt)])}${key === '' ? nothing : html`, for <a class="id" href=${addressOf(key)}>${key}</a>`}, from
        <span class="id">${topic}</span>
      </p>
      <details>
        <summary>What it says</summary>
        <pre tabindex="0">${legible(body)}</pre>
      </details>
      <div class="buttons">
        <button class="quiet" ?disabled=${this.busy !== null} @click=${() => this.replay(id)}>Replay</button>
        <button class="quiet takes" ?disabled=${this.busy !== null} @click=${() => this.discard(message, type)}>Discard</button>
      </div>
    </li>`;
  }

  private async replay(id: string): Promise<void> {
    this.busy = id;
    try {
      await this.api?.replay(id);
      this.said = 'It is on its topic again. If it still cannot be right, it comes back here with its reason.';
      await this.read();
      this.timer = setTimeout(() => void this.read(), HANDLED_MS);
    } catch (error) {
      this.said = wentWrong(error, 'what it says takes effect once').text;
    } finally {
      this.busy = null;
    }
  }

  private async discard({ id, key, reason }: ParkedMessage, type: string): Promise<void> {
    const done = await sure({
      title: 'Discard this message?',
      says: [[`${type}${key === '' ? '' : ` for ${key}`}, parked because: ${reason}`], ['It is gone for good and is never applied.']],
      button: 'Discard it',
      takes: true,
      twice: 'it is discarded once',
      run: async () => this.api?.discard(id),
    });
    if (!done) return;
    this.said = 'Discarded.';
    await this.read();
  }

  private async read(cursor: string | null = null): Promise<void> {
    try {
      const page = await this.api?.parked(cursor);
      if (!page) return;
      this.items = cursor === null ? page.items : [...(this.items ?? []), ...page.items];
      this.next = page.nextCursor;
      this.dispatchEvent(new CustomEvent('desk-changed', { bubbles: true }));
    } catch (error) {
      this.said = notRead('The parked messages', error);
    }
  }
}

const INDENT = 2;

/** JSON laid out for reading; anything else as it is. Always shown as text. */
function legible(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, INDENT);
  } catch {
    // Malformed bodies are parked, too: they are shown as they came.
    return body;
  }
}
