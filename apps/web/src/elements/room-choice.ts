import { type TemplateResult, html } from 'lit';
import type { VideoOrder } from '../client/video-order.js';
import type { Wording } from './wording.js';

/** How many places the choice keeps while the rooms are on their way. */
const expectedRooms = 5;

/** The room: pictures to choose one from. */
export function roomChoice({ say, roomName }: Wording, order: VideoOrder): TemplateResult {
  const waiting = Array.from({ length: expectedRooms }, () => html`<span class="room skeleton"></span>`);
  return html`<fieldset class="choice">
    <legend class="label">${say('room')}</legend>
    <div class="rooms">
      ${
        order.rooms?.map(
          (room) => html`<label class="room">
            <input
              class="unseen"
              type="radio"
              name="room"
              value=${room.roomId}
              .checked=${room.roomId === order.roomId}
              @change=${() => order.chooseRoom(room.roomId)}
            />
            <img src=${room.previewUrl} alt="" width="160" height="90" /><span class="room-name">${roomName(room)}</span>
          </label>`,
        ) ?? waiting
      }
    </div>
  </fieldset>`;
}
