/** Draws what hangs in a room's mock-up, flat as it would lie on a table: frame, mat and artwork in the room's light, and the shadow it casts. */
import { type Hanging, type Size, sizesOf } from './mockup.geometry.js';

interface Gradient {
  addColorStop(offset: number, colour: string): void;
}

/** What of a canvas's 2D context is drawn with; `Image` is what the context can draw. */
export interface Pen<Image> {
  fillStyle: unknown;
  globalCompositeOperation: unknown;
  imageSmoothingEnabled: boolean;
  imageSmoothingQuality: unknown;
  fillRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  fill(): void;
  drawImage(image: Image, x: number, y: number, width: number, height: number): void;
  createLinearGradient(x0: number, y0: number, x1: number, y1: number): Gradient;
}

/** What of a room's mock-up says how hung things look. */
export interface Looks extends Hanging {
  readonly frame: {
    readonly width: number;
    readonly mat: number;
    readonly matColour: string;
    readonly colours: { readonly top: string; readonly right: string; readonly bottom: string; readonly left: string };
  };
  readonly shadows: readonly { readonly right: number; readonly down: number; readonly blur: number; readonly colour: string }[];
  readonly light: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly columns: number;
    readonly rows: number;
    readonly colours: readonly string[];
  };
}

/** Of the mat's cut edge, and of the frame's shade on what it holds, in centimetres. */
const bevel = 0.3;
const shade = { down: 2.2, right: 1.3 } as const;

/** Paints the room's light into a canvas of `columns` × `rows` pixels, which `drawFront` then lays over everything, smoothly. */
export function paintLight<Image>(pen: Pen<Image>, { light }: Looks): void {
  light.colours.forEach((colour, i) => {
    pen.fillStyle = colour;
    pen.fillRect(i % light.columns, Math.floor(i / light.columns), 1, 1);
  });
}

/**
 * Draws frame, mat and artwork over all of a canvas in the frame's proportion (`sizesOf`), whose corners belong at the frame's
 * (`cornersOf`): four pixels a centimetre are plenty. `light` is the canvas that `paintLight` painted.
 */
export function drawFront<Image>(pen: Pen<Image>, canvas: Size, mockup: Looks, artwork: Size, image: Image, light: Image): void {
  const { frame, hanging } = mockup;
  const size = sizesOf(mockup, artwork).frame;
  const { width: w, height: h } = canvas;
  const scale = w / size.width;
  const rim = frame.width * scale;
  const inset = (frame.width + frame.mat) * scale;
  drawFrame(pen, frame.colours, w, h, rim);
  pen.fillStyle = frame.matColour;
  pen.fillRect(rim, rim, w - 2 * rim, h - 2 * rim);
  if (frame.mat > 0) drawBevel(pen, inset, w - 2 * inset, h - 2 * inset, bevel * scale);
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(image, inset, inset, w - 2 * inset, h - 2 * inset);
  drawShade(pen, rim, w, h, scale);
  const [left, top] = [hanging.x - size.width / 2, hanging.y + size.height / 2];
  pen.globalCompositeOperation = 'multiply';
  // Straight between the places, as the renderer does; anything finer swings over at a sunbeam's edge.
  pen.imageSmoothingQuality = 'low';
  pen.drawImage(
    light,
    (mockup.light.left - left) * scale,
    (top - mockup.light.top) * scale,
    mockup.light.width * scale,
    mockup.light.height * scale,
  );
  pen.globalCompositeOperation = 'source-over';
}

/**
 * The CSS `box-shadow` of a box that is the frame's size at `scale` pixels a centimetre; its corners belong at `cornersOf(…).shadow`.
 * Its background is `frame.sideColour`: of the frame's depth a narrow strip is seen beside the front.
 */
export function boxShadow({ shadows }: Looks, scale: number): string {
  return shadows.map(({ right, down, blur, colour }) => `${right * scale}px ${down * scale}px ${blur * scale}px ${colour}`).join(', ');
}

/** Four profiles with mitred corners, each in its own light. */
function drawFrame<Image>(pen: Pen<Image>, colours: Looks['frame']['colours'], w: number, h: number, rim: number): void {
  const profiles: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
    [
      colours.top,
      [
        [0, 0],
        [w, 0],
        [w - rim, rim],
        [rim, rim],
      ],
    ],
    [
      colours.right,
      [
        [w, 0],
        [w, h],
        [w - rim, h - rim],
        [w - rim, rim],
      ],
    ],
    [
      colours.bottom,
      [
        [0, h],
        [w, h],
        [w - rim, h - rim],
        [rim, h - rim],
      ],
    ],
    [
      colours.left,
      [
        [0, 0],
        [rim, rim],
        [rim, h - rim],
        [0, h],
      ],
    ],
  ];
  // Beneath the mitres, whose soft edges would let the light through.
  pen.fillStyle = colours.right;
  pen.fillRect(0, 0, w, h);
  for (const [colour, points] of profiles) {
    pen.fillStyle = colour;
    pen.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.fill();
  }
}

/** The mat's cut edge about the picture: light from above leaves its lower edge bright. */
function drawBevel<Image>(pen: Pen<Image>, inset: number, w: number, h: number, width: number): void {
  pen.fillStyle = '#d9d5cc';
  pen.fillRect(inset - width, inset - width, w + 2 * width, width);
  pen.fillStyle = '#e3dfd6';
  pen.fillRect(inset - width, inset, width, h);
  pen.fillRect(inset + w, inset, width, h);
  pen.fillStyle = '#ffffff';
  pen.fillRect(inset - width, inset + h, w + 2 * width, width);
}

/** The frame's own soft shade on what it holds, from above and from the left. */
function drawShade<Image>(pen: Pen<Image>, rim: number, w: number, h: number, scale: number): void {
  const down = pen.createLinearGradient(0, rim, 0, rim + shade.down * scale);
  down.addColorStop(0, 'rgb(20 16 12 / 0.34)');
  down.addColorStop(0.4, 'rgb(20 16 12 / 0.11)');
  down.addColorStop(1, 'rgb(20 16 12 / 0)');
  pen.fillStyle = down;
  pen.fillRect(rim, rim, w - 2 * rim, Math.min(shade.down * scale, h - 2 * rim));
  const right = pen.createLinearGradient(rim, 0, rim + shade.right * scale, 0);
  right.addColorStop(0, 'rgb(20 16 12 / 0.2)');
  right.addColorStop(1, 'rgb(20 16 12 / 0)');
  pen.fillStyle = right;
  pen.fillRect(rim, rim, Math.min(shade.right * scale, w - 2 * rim), h - 2 * rim);
}
