import { type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import type { AccountLive } from '../client/account-live.js';
import { VideoOrder } from '../client/video-order.js';
import tokens from '../theme/tokens.css';
import { pictureLimits } from '../client/picture-check.js';
import { standingOf } from '../words/standing.js';
import { AccountElement } from './account.element.js';
import { artworkChoice, filesIn } from './artwork-choice.js';
import dialogSheet from './create-video.css';
import choicesSheet from './choices.css';
import { orderFooter } from './order-footer.js';
import { roomChoice } from './room-choice.js';
import { RoomStage } from './room-stage.element.js';

if (customElements.get('vc-room-stage') === undefined) customElements.define('vc-room-stage', RoomStage);

/** `<create-video-button>`: opens the pop-up in which a video is put together, and creates it with one credit. */
export class CreateVideoButton extends AccountElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(dialogSheet), unsafeCSS(choicesSheet)];
  static override properties = { ...AccountElement.properties, news: { state: true }, dropping: { state: true } };
  /** What happened, for those who hear the page. */
  declare private news: string;
  /** A file is held over the pop-up. */
  declare private dropping: boolean;
  private readonly order = new VideoOrder({
    live: () => this.connected(),
    changed: () => this.requestUpdate(),
  });

  constructor() {
    super();
    this.news = '';
    this.dropping = false;
  }

  /** Opens the pop-up, as a press on the button does. */
  show(): void {
    const dialog = this.dialog();
    if (this.live === null || dialog === null || dialog.open) return;
    dialog.showModal();
    void this.order.open();
    this.requestUpdate();
  }

  /** Closes the pop-up; what was chosen stays for the next time. */
  hide(): void {
    this.dialog()?.close();
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.trigger')?.focus(options);
  }

  protected override joined(_live: AccountLive, isOther: boolean): void {
    if (isOther) this.order.startOver();
  }

  protected override render(): TemplateResult {
    return html`<button class="primary trigger" part="button" type="button" aria-haspopup="dialog" @click=${() => this.show()}>
        <slot>${this.say('createVideo')}</slot>
      </button>
      <span class="unseen" role="status">${this.news}</span>
      <dialog
        part="dialog"
        aria-labelledby="heading"
        lang=${this.language.locale}
        @click=${(event: MouseEvent) => event.target === event.currentTarget && this.hide()}
        @dragover=${(event: DragEvent) => this.drag(event, true)}
        @dragleave=${(event: DragEvent) => this.drag(event, false)}
        @drop=${(event: DragEvent) => this.drop(event)}
        @paste=${(event: ClipboardEvent) => this.takeFile(filesIn(event.clipboardData))}
      >
        ${this.dialog()?.open === true ? this.sheet() : nothing}
      </dialog>`;
  }

  private sheet(): TemplateResult {
    const { order } = this;
    const room = order.rooms?.find(({ roomId }) => roomId === order.roomId);
    const roomName = room === undefined ? '' : this.roomName(room);
    return html`<form class="sheet ${this.dropping ? 'dropping' : ''}" novalidate @submit=${(event: Event) => this.submit(event)}>
      <div class="stage" part="stage">
        <vc-room-stage
          .mockup=${order.mockup}
          .artwork=${order.artwork}
          placeholder=${this.text('yourArtwork')}
          label=${order.artwork === null ? roomName : this.text('inRoom', { room: roomName })}
        ></vc-room-stage>
        ${this.dropping ? html`<p class="over">${this.say('letGo')}</p>` : nothing}
      </div>
      <div class="head">
        <h2 id="heading">${this.say('newVideo')}</h2>
        <button class="close" type="button" aria-label=${this.text('close')} @click=${() => this.hide()}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
        </button>
        ${this.available()}
      </div>
      <div class="choices" part="choices">
        ${artworkChoice(this.wording(), order, (file) => this.takeFile(file))} ${roomChoice(this.wording(), order)}
        <label class="choice">
          <span class="label">${this.say('title')} <span class="hint">${this.say('optional')}</span></span>
          <input
            class="title"
            name="title"
            maxlength="200"
            autocomplete="off"
            .value=${order.title}
            @input=${(event: InputEvent) => order.chooseTitle((event.target as HTMLInputElement).value)}
          />
        </label>
      </div>
      <div class="foot" part="footer">
        ${orderFooter({
          ...this.wording(),
          order,
          credits: this.state?.credits ?? null,
          contact: this.state?.supportContact ?? null,
          offline: this.state?.connection === 'offline',
        })}
      </div>
    </form>`;
  }

  /** What there is to use, before anything else. */
  private available(): TemplateResult {
    const credits = this.state?.credits ?? null;
    if (credits === null) return html`<p class="available">&nbsp;</p>`;
    const { headline, facts, tone } = standingOf(credits);
    return html`<p class="available ${tone}">
      <strong>${this.sentence(headline)}</strong>${facts.map((fact) => html`<span class="fact"> · ${this.sentence(fact)}</span>`)}
    </p>`;
  }

  private wording() {
    return {
      say: this.say.bind(this),
      text: this.text.bind(this),
      sentence: this.sentence.bind(this),
      roomName: this.roomName.bind(this),
      limits: { mb: pictureLimits.megabytes, mp: pictureLimits.megapixels },
    };
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const { live } = this;
    const done = await this.order.create();
    // Whoever closed the pop-up meanwhile must not believe that it went well.
    if (done === null && this.order.trouble !== null) this.show();
    if (done === null || live === null) return;
    live.took(done);
    this.hide();
    const { title } = done.video;
    this.news = title === null ? this.text('onItsWayUntitled') : this.text('onItsWay', { title });
    this.announce('video-created', done);
  }

  private drag(event: DragEvent, over: boolean): void {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    const inside = event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget);
    this.dropping = over || inside;
  }

  private drop(event: DragEvent): void {
    event.preventDefault();
    this.dropping = false;
    this.takeFile(filesIn(event.dataTransfer));
  }

  private takeFile(file: File | null): void {
    if (file !== null) void this.order.chooseFile(file);
  }

  private dialog(): HTMLDialogElement | null {
    return this.renderRoot?.querySelector('dialog') ?? null;
  }

  private connected() {
    if (this.live === null) throw new Error('create-video-button needs an account');
    return this.live;
  }
}
