import type { RoomMockup, VideoView } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ShownArtwork } from './room-stage.element.js';
import type { Trouble } from '../words/troubles.js';
import type { Wording } from './wording.js';

/** An artwork and how it hangs in the room that was chosen for it. */
export interface HungArtwork {
  readonly mockup: RoomMockup;
  readonly artwork: ShownArtwork;
}

export interface CardActions {
  readonly play: (video: VideoView) => void;
  /** Null takes the question back. */
  readonly askToCancel: (videoId: string | null) => void;
  readonly cancel: (video: VideoView) => void;
}

/** One creation and what can be done with it. */
interface Card extends Pick<Wording, 'say' | 'text'> {
  readonly video: VideoView;
  /** Stands in, dimmed, until there is a poster. */
  readonly roomPicture: string | null;
  /** Shown instead of the stand-in. */
  readonly hung: HungArtwork | null;
  /** The address it plays from; null while it does not. */
  readonly playing: string | null;
  readonly asked: boolean;
  readonly cancelling: boolean;
  readonly trouble: Trouble | null;
  readonly actions: CardActions;
  readonly date: (instant: string) => TemplateResult;
}

export function videoCard(card: Card): TemplateResult {
  const { video, say, date } = card;
  return html`<li class="card ${video.status}" part="card">
    <div class="media" part="media">${media(card)}</div>
    <div class="words">
      <h3 class="title" part="title">${video.title ?? say('untitled')}</h3>
      <p class="when">${date(video.createdAt)}</p>
      ${state(card)}
    </div>
  </li>`;
}

function media(card: Card): TemplateResult {
  const { video, playing, actions, text, roomPicture, hung } = card;
  if (playing !== null) {
    return html`<video class="picture" part="video" controls autoplay playsinline src=${playing} poster=${video.posterUrl ?? nothing}></video>`;
  }
  const title = named(card);
  if (video.status === 'ready') {
    return html`${video.posterUrl === null ? nothing : html`<img class="picture" src=${video.posterUrl} alt="" loading="lazy" />`}
      <button class="play" part="play" type="button" aria-label=${text('play', { title })} @click=${() => actions.play(video)}>
        <span class="disc"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.5v13l11-6.5z" /></svg></span>
      </button>`;
  }
  return html`${hung === null ? picture(roomPicture) : html`<vc-room-stage class="dimmed" bare .mockup=${hung.mockup} .artwork=${hung.artwork}></vc-room-stage>`}
  ${video.status === 'queued' || video.status === 'rendering' ? bar(card, video.progress ?? 0) : nothing}
  ${card.asked && video.status === 'queued' ? question(card) : nothing}`;
}

const picture = (address: string | null) => (address === null ? nothing : html`<img class="picture dimmed" src=${address} alt="" />`);

function bar({ text, video }: Card, percent: number): TemplateResult {
  const label = video.status === 'queued' ? text('queued') : text('progress', { n: percent });
  return html`<span class="percent" aria-hidden="true">${video.status === 'queued' ? nothing : text('percent', { n: percent })}</span>
    <progress class="bar" max="100" .value=${live(percent)} aria-label=${label}></progress>`;
}

function state(card: Card): TemplateResult {
  const { video, say, text, trouble } = card;
  const said = trouble === null ? nothing : html`<p class="trouble" role="alert">${say(trouble.name)}</p>`;
  switch (video.status) {
    case 'ready':
      return html`<p class="state">
        <a class="download" part="download" href=${video.downloadUrl ?? ''} download aria-label="${text('downloadOf', { title: named(card) })}, ${text('free')}"
          >${say('download')}</a
        ><span class="free" aria-hidden="true">${say('free')}</span>
      </p>`;
    case 'failed':
      return html`<p class="state bad"><span class="mark" aria-hidden="true"></span>${say('failed')}</p>
        ${video.failure === null ? nothing : html`<p class="reason">${video.failure}</p>`}`;
    case 'cancelled':
      return html`<p class="state">${say('cancelled')}</p>`;
    case 'rendering':
      return html`<p class="state">${say('progress', { n: video.progress ?? 0 })}</p>${said}`;
    case 'queued':
      return html`${queued(card)}${said}`;
  }
}

function queued(card: Card): TemplateResult {
  const { video, asked, actions, say, text } = card;
  if (!asked) {
    return html`<p class="state">
      ${say('queued')}
      <button
        class="link"
        part="cancel"
        type="button"
        data-cancel=${video.videoId}
        aria-label=${text('cancelOf', { title: named(card) })}
        @click=${() => actions.askToCancel(video.videoId)}
      >
        ${say('cancel')}
      </button>
    </p>`;
  }
  return html`<p class="state">${say('queued')}</p>`;
}

/** Asked over the picture, so that nothing beneath has to make room. */
function question({ video, cancelling, actions, say }: Card): TemplateResult {
  return html`<div class="ask" role="group" aria-labelledby=${`ask-${video.videoId}`}>
    <p id=${`ask-${video.videoId}`}>${say('cancelAsk')}</p>
    <button class="sure" type="button" aria-disabled=${cancelling ? 'true' : 'false'} @click=${() => actions.cancel(video)}>
      ${say(cancelling ? 'cancelling' : 'cancelYes')}
    </button>
    <button class="keep" type="button" data-keep @click=${() => actions.askToCancel(null)}>${say('cancelNo')}</button>
  </div>`;
}

const named = ({ video, text }: Card): string => video.title ?? text('untitled');
