import type { RoomMockup } from '#contracts';
import { LitElement, type PropertyValues, type TemplateResult, html, nothing, unsafeCSS } from 'lit';
import tokens from '../theme/tokens.css';
import { type Size, cornersOf, matrix3d, sizesOf } from './mockup.geometry.js';
import sheet from './room-stage.css';

/** An artwork as a browser can show it. */
export interface ShownArtwork extends Size {
  readonly url: string;
}

/** Pixels that a centimetre of the wall is drawn with, before the perspective; about what it comes to on a large screen. */
const perCm = 4;
const underCm = 0.2;
const wordsPx = 15;
/** What hangs there before an artwork is chosen: the outline of a usual one. */
const outline: Size = { width: 4, height: 3 };

/** An artwork in a room as the video will show it, filling the place it is given; inside the pop-up only. */
export class RoomStage extends LitElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(sheet)];
  static override properties = {
    mockup: { attribute: false },
    artwork: { attribute: false },
    label: { type: String },
    placeholder: { type: String },
    bare: { type: Boolean },
    there: { state: true },
  };
  declare mockup: RoomMockup | null;
  declare artwork: ShownArtwork | null;
  /** What the picture is, for those who do not see it. */
  declare label: string;
  /** What stands on the wall while no artwork is chosen. */
  declare placeholder: string;
  /** Nothing but the picture: the wall stays empty without an artwork, and those who do not see it are told elsewhere. */
  declare bare: boolean;
  /** The room's picture has come. */
  declare private there: boolean;
  private readonly resized = new ResizeObserver(() => this.fit());

  constructor() {
    super();
    this.mockup = null;
    this.artwork = null;
    this.label = '';
    this.placeholder = '';
    this.bare = false;
    this.there = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('mockup') && changed.get('mockup')?.pictureUrl !== this.mockup?.pictureUrl) this.there = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { mockup, artwork, there } = this;
    if (mockup === null) return nothing;
    return html`<div class="room ${there ? 'there' : ''}" role=${this.bare ? 'presentation' : 'img'} aria-label=${this.bare ? nothing : this.label}>
      <img class="empty" src=${mockup.pictureUrl} alt="" @load=${() => (this.there = true)} />
      ${
        artwork === null
          ? this.bare
            ? nothing
            : html`<div class="outline">${this.placeholder}</div>`
          : html`<div class="shadow"></div>
              <div class="frame">
                <div class="moulding"></div>
                <img src=${artwork.url} alt="" />
                <canvas class="light" width=${mockup.light.columns} height=${mockup.light.rows}></canvas>
              </div>`
      }
    </div>`;
  }

  protected override updated(): void {
    if (this.mockup === null) return;
    this.hang(this.mockup);
    this.fit();
  }

  /** Puts shadow, frame, artwork and light where the room's mock-up says. */
  private hang(mockup: RoomMockup): void {
    const size = this.artwork ?? outline;
    const { artwork, frame } = sizesOf(mockup, size);
    const corners = cornersOf(mockup, size);
    const box = { width: frame.width * perCm, height: frame.height * perCm };
    const px = (cm: number): string => `${(cm * perCm).toFixed(2)}px`;
    const place = { width: px(frame.width), height: px(frame.height), transform: matrix3d(box, corners.frame) };
    this.put('.outline', place);
    this.put('.shadow', {
      ...place,
      transform: matrix3d(box, corners.shadow),
      boxShadow: mockup.shadows.map(({ right, down, blur, colour }) => `${px(right)} ${px(down)} ${px(blur)} ${colour}`).join(', '),
    });
    const { width, mat, matColour, colours } = mockup.frame;
    this.put('.frame', place);
    this.put('.moulding', {
      background: matColour,
      borderWidth: px(width),
      borderColor: `${colours.top} ${colours.right} ${colours.bottom} ${colours.left}`,
    });
    // Without a mat the artwork reaches under the frame's edge, or a hair of the mat's colour would show.
    const under = mat === 0 ? underCm : 0;
    const edge = px(width + mat - under);
    this.put('.frame img', { left: edge, top: edge, width: px(artwork.width + 2 * under), height: px(artwork.height + 2 * under) });
    const { light, hanging } = mockup;
    this.put('.light', {
      left: px(light.left - (hanging.x - frame.width / 2)),
      top: px(hanging.y + frame.height / 2 - light.top),
      width: px(light.width),
      height: px(light.height),
    });
    this.shine(mockup);
  }

  private put(selector: string, style: Readonly<Record<string, string>>): void {
    const element = this.renderRoot.querySelector<HTMLElement>(selector);
    if (element !== null) Object.assign(element.style, style);
  }

  /** One pixel for each place of the light; the browser makes it smooth between them. */
  private shine({ light }: RoomMockup): void {
    const drawing = this.renderRoot.querySelector<HTMLCanvasElement>('.light')?.getContext('2d');
    light.colours.forEach((colour, i) => {
      if (!drawing) return;
      drawing.fillStyle = colour;
      drawing.fillRect(i % light.columns, Math.floor(i / light.columns), 1, 1);
    });
  }

  /** The room fills the stage; where something must go, the artwork stays. */
  private fit(): void {
    const { mockup } = this;
    const room = this.renderRoot.querySelector<HTMLElement>('.room');
    if (mockup === null || room === null || this.clientWidth === 0) return;
    const scale = Math.max(this.clientWidth / mockup.width, this.clientHeight / mockup.height);
    this.sizeWords(mockup, scale);
    const [left, right] = this.frameEdges(mockup);
    const wish = this.clientWidth / 2 - ((left + right) / 2) * scale;
    const x = Math.min(0, Math.max(this.clientWidth - mockup.width * scale, wish));
    const y = (this.clientHeight - mockup.height * scale) / 2;
    Object.assign(room.style, {
      width: `${mockup.width}px`,
      height: `${mockup.height}px`,
      transform: `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(${scale.toFixed(5)})`,
    });
  }

  /** The words on the wall are as large as other words, however small the room is shown. */
  private sizeWords(mockup: RoomMockup, scale: number): void {
    const drawn = (this.frameWidth(mockup) / sizesOf(mockup, outline).frame.width / perCm) * scale;
    this.put('.outline', { fontSize: `${(wordsPx / drawn).toFixed(1)}px` });
  }

  private frameWidth(mockup: RoomMockup): number {
    const [left, right] = this.frameEdges(mockup);
    return right - left;
  }

  private frameEdges(mockup: RoomMockup): readonly [number, number] {
    const [[left], [right]] = cornersOf(mockup, this.artwork ?? outline).frame;
    return [left, right];
  }
}
