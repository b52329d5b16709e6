import type { RoomMockup, RoomView, VideoView } from '#contracts';
import { type PropertyValues, type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AccountLive, AccountState } from '../client/account-live.js';
import { LastingAddresses } from '../client/lasting-addresses.js';
import tokens from '../theme/tokens.css';
import { type Trouble, troubleOf } from '../words/troubles.js';
import { AccountElement } from './account.element.js';
import quietButton from './quiet-button.css';
import sheet from './recent-creations.css';
import cardSheet from './video-card.css';
import { type CardActions, type HungArtwork, videoCard } from './video-card.js';

/** How many places are kept while the first answer is on its way. */
const skeletons = 3;

/** `<recent-creations>`: the account's videos, newest first, with the counter at their head. */
export class RecentCreations extends AccountElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(quietButton), unsafeCSS(sheet), unsafeCSS(cardSheet)];
  static override properties = {
    ...AccountElement.properties,
    playing: { state: true },
    asked: { state: true },
    cancelling: { state: true },
    trouble: { state: true },
    more: { state: true },
    rooms: { state: true },
    mockups: { state: true },
    news: { state: true },
  };
  /** The video that plays, with the address it began with: a fresh one would begin it anew. */
  declare private playing: { readonly videoId: string; readonly address: string } | null;
  /** The video about which "really cancel?" is asked. */
  declare private asked: string | null;
  declare private cancelling: string | null;
  /** What went wrong with one video, or, with `videoId` null, with the list. */
  declare private trouble: { readonly videoId: string | null; readonly trouble: Trouble } | null;
  /** The next page is on its way. */
  declare private more: boolean;
  declare private rooms: readonly RoomView[];
  /** Of the rooms whose videos have no poster. */
  declare private mockups: ReadonlyMap<string, RoomMockup>;
  declare private news: string;
  private readonly addresses = new LastingAddresses();
  private readonly wanted = new Set<string>();
  private focusNext: string | null = null;

  constructor() {
    super();
    this.playing = null;
    this.asked = null;
    this.cancelling = null;
    this.trouble = null;
    this.more = false;
    this.rooms = [];
    this.mockups = new Map();
    this.news = '';
  }

  protected override joined(live: AccountLive, isOther: boolean): void {
    if (isOther) this.forget();
    live.wantVideos();
    live.rooms().then(
      (rooms) => (this.rooms = rooms),
      // A room's picture behind a video that is not ready is an addition: without it the card is plain.
      () => (this.rooms = []),
    );
  }

  private forget(): void {
    this.playing = null;
    this.asked = null;
    this.trouble = null;
    this.news = '';
  }

  protected override heard({ videos }: AccountState, before: AccountState | null): void {
    const known = new Map((before?.videos ?? []).map((video) => [video.videoId, video.status]));
    for (const { videoId, status, title, roomId, artworkId } of videos ?? []) {
      if (status !== 'ready' && this.live?.artworks.has(artworkId) === true) this.wantMockup(roomId);
      const was = known.get(videoId);
      if (was === undefined || was === status || (status !== 'ready' && status !== 'failed')) continue;
      this.news = this.text(status === 'ready' ? 'isReady' : 'didNotWork', { title: title ?? this.text('untitled') });
    }
  }

  private wantMockup(roomId: string): void {
    if (this.wanted.has(roomId)) return;
    this.wanted.add(roomId);
    this.live?.mockup(roomId).then(
      (mockup) => (this.mockups = new Map(this.mockups).set(roomId, { ...mockup, pictureUrl: this.lasting(mockup.pictureUrl) })),
      // The room's preview stands in.
      () => this.wanted.delete(roomId),
    );
  }

  protected override render(): TemplateResult {
    const { videos, nextCursor, videosAway } = this.state ?? { videos: null, nextCursor: null, videosAway: false };
    const away = videosAway && videos === null && this.closed === null;
    return html`<section aria-labelledby="heading" lang=${this.language.locale}>
      <header class="head" part="header">
        <h2 id="heading"><slot name="heading">${this.say('recentCreations')}</slot></h2>
        <slot name="counter" @slotchange=${() => this.requestUpdate()}>${this.hasOwnCounter() ? nothing : this.counter()}</slot>
      </header>
      <span class="unseen" role="status">${this.news}</span>
      ${away ? html`<p class="trouble" role="status">${this.say('lostReading')}</p>` : nothing}
      ${videos === null ? this.waiting() : videos.length === 0 ? this.empty() : this.cards(videos)}
      ${nextCursor === null || videos === null ? nothing : this.moreButton()}
    </section>`;
  }

  /** The host brings one: then there is no second one behind it. */
  private hasOwnCounter(): boolean {
    return this.querySelector(':scope > [slot="counter"]') !== null;
  }

  private counter(): TemplateResult {
    return html`<video-credits-counter
      exportparts="counter, headline, mark, fact, toggle, advice, sets"
      .account=${this.account}
      .token=${this.token}
      .baseUrl=${this.baseUrl}
      .lang=${this.language.locale}
    ></video-credits-counter>`;
  }

  private waiting(): TemplateResult {
    if (this.closed !== null) return html``;
    const places = Array.from({ length: skeletons }, () => html`<li class="card"><div class="media"></div><div class="words"></div></li>`);
    return html`<ul class="cards" aria-busy="true" aria-label=${this.text('loading')}>${places}</ul>`;
  }

  private empty(): TemplateResult {
    const room = this.rooms[0];
    return html`<div class="none" part="empty">
      <div class="picture">${room === undefined ? nothing : html`<img src=${this.lasting(room.previewUrl)} alt="" width="960" height="540" />`}</div>
      <p>${this.say('emptyCreations')}</p>
    </div>`;
  }

  private cards(videos: readonly VideoView[]): TemplateResult {
    const actions: CardActions = {
      play: (video) => this.play(video),
      askToCancel: (videoId) => this.ask(videoId),
      cancel: (video) => void this.cancel(video),
    };
    const card = (video: VideoView): TemplateResult =>
      videoCard({
        video: { ...video, posterUrl: this.lasting(video.posterUrl), downloadUrl: this.lasting(video.downloadUrl) },
        roomPicture: this.lasting(this.rooms.find(({ roomId }) => roomId === video.roomId)?.previewUrl ?? null),
        hung: this.hung(video),
        playing: this.playing?.videoId === video.videoId ? this.playing.address : null,
        asked: this.asked === video.videoId,
        cancelling: this.cancelling === video.videoId,
        trouble: this.trouble?.videoId === video.videoId ? this.trouble.trouble : null,
        actions,
        say: this.say.bind(this),
        text: this.text.bind(this),
        date: (instant) => this.date(instant),
      });
    return html`<ul class="cards" part="cards">
      ${repeat(videos, ({ videoId }) => videoId, card)}
    </ul>`;
  }

  /** The artwork in its room, where this page has sent it; an empty room would be four times what a preview weighs. */
  private hung({ artworkId, roomId }: VideoView): HungArtwork | null {
    const artwork = this.live?.artworks.get(artworkId);
    const mockup = this.mockups.get(roomId);
    return artwork === undefined || mockup === undefined ? null : { artwork, mockup };
  }

  private moreButton(): TemplateResult {
    return html`<div class="more">
      <button class="quiet" part="more" type="button" aria-disabled=${this.more ? 'true' : 'false'} @click=${() => void this.showMore()}>
        ${this.say(this.more ? 'loading' : 'showMore')}
      </button>
      ${this.trouble !== null && this.trouble.videoId === null ? html`<p class="trouble" role="alert">${this.say(this.trouble.trouble.name)}</p>` : nothing}
    </div>`;
  }

  private play(video: VideoView): void {
    const address = this.lasting(video.downloadUrl);
    if (address === null) return;
    this.playing = { videoId: video.videoId, address };
    this.focusNext = 'video';
  }

  private ask(videoId: string | null): void {
    this.focusNext = videoId === null ? `[data-cancel="${this.asked}"]` : '[data-keep]';
    this.asked = videoId;
    this.trouble = null;
  }

  private async cancel({ videoId }: VideoView): Promise<void> {
    const { live } = this;
    if (live === null || this.cancelling !== null) return;
    this.cancelling = videoId;
    this.trouble = null;
    try {
      live.took(await live.api.cancelVideo(videoId));
      this.news = this.text('cancelled');
    } catch (error) {
      this.trouble = { videoId, trouble: troubleOf(error, 'cancel') };
    } finally {
      this.cancelling = null;
      this.asked = null;
    }
  }

  private async showMore(): Promise<void> {
    const { live } = this;
    if (live === null || this.more) return;
    this.more = true;
    this.trouble = null;
    try {
      await live.moreVideos();
    } catch (error) {
      this.trouble = { videoId: null, trouble: troubleOf(error, 'read') };
    } finally {
      this.more = false;
    }
  }

  /** Focus follows what somebody has just done: to the player, the question, or back. */
  protected override updated(_changed: PropertyValues): void {
    if (this.focusNext === null) return;
    this.renderRoot.querySelector<HTMLElement>(this.focusNext)?.focus();
    this.focusNext = null;
  }

  private lasting(address: string): string;
  private lasting(address: string | null): string | null;
  private lasting(address: string | null): string | null {
    return this.addresses.keep(address, Date.now());
  }
}
