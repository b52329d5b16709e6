import { type TemplateResult, html, nothing } from 'lit';
import { pictureTypes } from '../client/picture-check.js';
import type { ChosenArtwork, VideoOrder } from '../client/video-order.js';
import type { Wording } from './wording.js';

/** The first file of what was dropped or pasted. */
export function filesIn(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}

/** The artwork: a file by click, drop or paste, or one used before on this page. */
export function artworkChoice(wording: Wording, order: VideoOrder, take: (file: File | null) => void): TemplateResult {
  const { say } = wording;
  const { artwork, artworks } = order;
  return html`<fieldset class="choice">
    <legend class="label">${say('artwork')}</legend>
    <input
      class="unseen file"
      id="file"
      type="file"
      accept=${pictureTypes}
      aria-describedby="file-rules"
      @change=${(event: Event) => take(picked(event.target as HTMLInputElement))}
    />
    <label class="drop ${artwork === null ? '' : 'filled'}" for="file" part="drop">
      ${artwork === null ? invitation(wording) : chosen(wording, artwork)}
    </label>
    ${artworks.length > 1 ? earlier(wording, order) : nothing}
  </fieldset>`;
}

/** The field forgets the file, so that the same one can be chosen again. */
function picked(input: HTMLInputElement): File | null {
  const file = input.files?.[0] ?? null;
  input.value = '';
  return file;
}

function invitation({ say, limits }: Wording): TemplateResult {
  return html`<span class="invitation"
    ><span class="with-mouse"><strong>${say('dropHere')}</strong> <span class="link">${say('orChoose')}</span></span>
    <span class="link by-touch">${say('chooseHere')}</span>
    <span class="hint" id="file-rules">${say('pictureRules', limits)}</span></span
  >`;
}

function chosen({ say, limits }: Wording, { url, name, sending, width, height }: ChosenArtwork): TemplateResult {
  return html`<img class="thumb" src=${url} alt="" />
    <span class="file-name"
      ><span class="name">${name}</span>
      <span class="hint" role="status">${sending === null ? `${width} × ${height}` : say('sendingPicture')}</span>
      <span class="unseen" id="file-rules">${say('pictureRules', limits)}</span></span
    >
    <span class="link">${say('change')}</span>`;
}

function earlier({ say, text }: Wording, order: VideoOrder): TemplateResult {
  return html`<div class="earlier" role="radiogroup" aria-label=${text('earlier')}>
    <span class="hint" aria-hidden="true">${say('earlier')}</span>
    ${order.artworks.map(
      (artwork, i) => html`<label class="small-picture">
        <input
          class="unseen"
          type="radio"
          name="artwork"
          aria-label=${artwork.name || text('artworkNumber', { n: i + 1 })}
          .checked=${artwork === order.artwork}
          @change=${() => order.chooseArtwork(artwork)}
        />
        <img src=${artwork.url} alt="" />
      </label>`,
    )}
  </div>`;
}
