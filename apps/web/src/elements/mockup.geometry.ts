/** Where an artwork, its mat and its frame come in the picture of an empty room: the rule of the schema `RoomMockup`, as the renderer hangs it. */

type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** A place in pixels: to the right and down from the upper left corner. */
export type Point = readonly [x: number, y: number];
/** From the upper left clockwise. */
export type Corners = readonly [Point, Point, Point, Point];

/** What of a room's mock-up says where artworks hang. Centimetres on the wall, y up from the floor. */
export interface Hanging {
  /** From the plane of the frame's front, and from the wall, to pixels of the picture. */
  readonly front: Homography;
  readonly wall: Homography;
  readonly hanging: {
    readonly x: number;
    readonly y: number;
    readonly area: number;
    readonly maxWidth: number;
    readonly maxHeight: number;
  };
  readonly frame: { readonly width: number; readonly mat: number };
}

/** A width and a height, in whichever unit. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an artwork of these pixels on the wall, and of its frame's outline, in centimetres. */
export function sizesOf({ hanging, frame }: Hanging, artwork: Size): { readonly artwork: Size; readonly frame: Size } {
  const ratio = artwork.width / artwork.height;
  const border = 2 * (frame.width + frame.mat);
  const width = Math.min(Math.sqrt(hanging.area * ratio), hanging.maxWidth - border, (hanging.maxHeight - border) * ratio);
  const height = width / ratio;
  return { artwork: { width, height }, frame: { width: width + border, height: height + border } };
}

/** The corners of an artwork of these pixels and of its frame's outline; `shadow` is that outline on the wall, whose shadows are cast. */
export function cornersOf(
  mockup: Hanging,
  artwork: Size,
): { readonly artwork: Corners; readonly frame: Corners; readonly shadow: Corners } {
  const sizes = sizesOf(mockup, artwork);
  const { x, y } = mockup.hanging;
  const corners = (plane: Homography, { width, height }: Size): Corners => {
    const at = (right: number, up: number): Point => mapped(plane, x + (right * width) / 2, y + (up * height) / 2);
    return [at(-1, 1), at(1, 1), at(1, -1), at(-1, -1)];
  };
  return {
    artwork: corners(mockup.front, sizes.artwork),
    frame: corners(mockup.front, sizes.frame),
    shadow: corners(mockup.wall, sizes.frame),
  };
}

/**
 * The CSS transform that brings a box of this size, its `transform-origin` at `0 0`, to these four corners (Heckbert 1989, "square to
 * quadrilateral"). The corners must be those of a convex shape with an area.
 */
export function matrix3d(from: Size, corners: Corners): string {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const whole = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole];
  const across = [x1 - x0 + g * x1, y1 - y0 + g * y1, 0, g].map((value) => value / from.width);
  const down = [x3 - x0 + h * x3, y3 - y0 + h * y3, 0, h].map((value) => value / from.height);
  return `matrix3d(${[...across, ...down, 0, 0, 1, 0, x0, y0, 0, 1].map((value) => plain(value)).join(', ')})`;
}

function mapped(m: Homography, x: number, y: number): Point {
  const depth = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / depth, (m[3] * x + m[4] * y + m[5]) / depth];
}

/** A number as CSS reads it: no exponent, and fine enough for a perspective's small parts. */
function plain(value: number): string {
  return String(Number(value.toFixed(10))).includes('e') ? value.toFixed(10) : String(Number(value.toFixed(10)));
}
