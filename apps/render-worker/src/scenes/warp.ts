/** A picture in memory: RGBA bytes as 32-bit words (R lowest), premultiplied with alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array;
  /** Per block what it holds, where that is known; see `cutOut`. */
  readonly blocks?: Uint8Array;
}

/** A part of a picture, right and bottom excluded. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where in the source a pixel of the target comes from. Coordinates are of pixel corners: a first pixel's middle is (0.5, 0.5). */
export type Origin = (x: number, y: number) => readonly [number, number];

/** Sides of the cells within which `origin` is taken as straight, in pixels; at these sizes the error is far below a tenth of a pixel. */
const cell = { width: 16, height: 8 } as const;
const fraction = 65536;

/**
 * Draws `source` into an area of `target`, every pixel from where `origin` says, bilinear. Over what is there (by the
 * source's alpha), or instead of it. Outside of a source drawn over there is nothing: give it a clear border, so that its edges
 * blend. A source drawn instead must cover the area.
 */
export function warp(target: Picture, area: Area, source: Picture, origin: Origin, how: 'over' | 'instead'): void {
  const left = Math.max(0, Math.floor(area.left)),
    right = Math.min(target.width, Math.ceil(area.right));
  const top = Math.max(0, Math.floor(area.top)),
    bottom = Math.min(target.height, Math.ceil(area.bottom));
  if (left >= right || top >= bottom) return;
  const columns = Math.ceil((right - left) / cell.width);
  let above = knots(left, top, columns, source, origin, how === 'instead');
  for (let y = top; y < bottom; y += cell.height) {
    const below = knots(left, y + cell.height, columns, source, origin, how === 'instead');
    const rows = Math.min(cell.height, bottom - y);
    for (let column = 0; column < columns; column++) {
      const filling = how === 'instead' ? fillings.opaque : fillingOf(source, above, below, column * 2);
      if (filling === fillings.clear) continue;
      const x = left + column * cell.width;
      fill(target, y * target.width + x, Math.min(cell.width, right - x), rows, source, above, below, column * 2, filling);
    }
    above = below;
  }
}

/** Draws one cell; its corners' origins stand from `k` on in the lines above and below it. */
function fill(
  { width, words }: Picture,
  at: number,
  count: number,
  rows: number,
  source: Picture,
  above: Float64Array,
  below: Float64Array,
  k: number,
  filling: number,
): void {
  const ax = above[k] as number,
    ay = above[k + 1] as number,
    bx = above[k + 2] as number,
    by = above[k + 3] as number;
  const axDown = ((below[k] as number) - ax) / cell.height,
    ayDown = ((below[k + 1] as number) - ay) / cell.height,
    bxDown = ((below[k + 2] as number) - bx) / cell.height,
    byDown = ((below[k + 3] as number) - by) / cell.height;
  for (let row = 0; row < rows; row++) {
    const x = ax + axDown * (row + 0.5),
      y = ay + ayDown * (row + 0.5);
    const stepX = (bx + bxDown * (row + 0.5) - x) / cell.width,
      stepY = (by + byDown * (row + 0.5) - y) / cell.width;
    const u = Math.floor((x + stepX / 2) * fraction),
      v = Math.floor((y + stepY / 2) * fraction);
    const du = Math.floor(stepX * fraction),
      dv = Math.floor(stepY * fraction);
    if (filling === fillings.opaque) spanInstead(words, at + row * width, count, source.words, source.width, u, v, du, dv);
    else spanOver(words, at + row * width, count, source.words, source.width, source.height, u, v, du, dv);
  }
}

const blockSide = 16;
const fillings = { clear: 0, mixed: 1, opaque: 2 } as const;

/** A picture that knows which of its blocks (16 × 16) are clear and which opaque: it is drawn faster over others. */
export function cutOut({ width, height, words }: Picture): Picture {
  const across = Math.ceil(width / blockSide);
  const blocks = new Uint8Array(across * Math.ceil(height / blockSide)).fill(fillings.opaque);
  const anything = new Uint8Array(blocks.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = (words[y * width + x] as number) >>> 24;
      const block = (y >> 4) * across + (x >> 4);
      if (alpha > 0) anything[block] = 1;
      if (alpha < 255) blocks[block] = fillings.mixed;
    }
  }
  for (let i = 0; i < blocks.length; i++) if (anything[i] === 0) blocks[i] = fillings.clear;
  return { width, height, words, blocks };
}

/** What a cell will show of a picture to be drawn over others. */
function fillingOf({ width, height, blocks }: Picture, above: Float64Array, below: Float64Array, k: number): number {
  if (blocks === undefined) return fillings.mixed;
  const least = (i: number): number => Math.min(above[i] as number, above[i + 2] as number, below[i] as number, below[i + 2] as number) - 1;
  const most = (i: number): number => Math.max(above[i] as number, above[i + 2] as number, below[i] as number, below[i + 2] as number) + 2;
  const [left, top, right, bottom] = [least(k), least(k + 1), most(k), most(k + 1)];
  if (right < 0 || bottom < 0 || left >= width || top >= height) return fillings.clear;
  const across = Math.ceil(width / blockSide);
  const inside = left >= 0 && top >= 0 && right < width && bottom < height;
  let clear = true,
    opaque = inside;
  for (let y = Math.max(0, top) >> 4; y <= Math.min(height - 1, bottom) >> 4; y++) {
    for (let x = Math.max(0, left) >> 4; x <= Math.min(width - 1, right) >> 4; x++) {
      const block = blocks[y * across + x];
      if (block !== fillings.clear) clear = false;
      if (block !== fillings.opaque) opaque = false;
    }
  }
  return clear ? fillings.clear : opaque ? fillings.opaque : fillings.mixed;
}

/** The origins at the cells' corners of one line, moved to pixel middles; kept inside the source where it must cover everything. */
function knots(left: number, y: number, columns: number, source: Picture, origin: Origin, inside: boolean): Float64Array {
  const line = new Float64Array(columns * 2 + 2);
  const mostX = source.width - 1.01,
    mostY = source.height - 1.01;
  for (let i = 0; i <= columns; i++) {
    const [x, v] = origin(left + i * cell.width, y);
    line[i * 2] = inside ? Math.min(Math.max(x - 0.5, 0.01), mostX) : x - 0.5;
    line[i * 2 + 1] = inside ? Math.min(Math.max(v - 0.5, 0.01), mostY) : v - 0.5;
  }
  return line;
}

// Two of four channels are weighed in one multiplication: `even` holds R and B, `odd` G and A, with eight free bits above each.
const even = 0x00ff00ff;

function spanInstead(
  to: Uint32Array,
  at: number,
  count: number,
  from: Uint32Array,
  stride: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (let i = 0; i < count; i++, u += du, v += dv) {
    const p = (v >> 16) * stride + (u >> 16);
    const fx = (u >> 8) & 255,
      fy = (v >> 8) & 255;
    const w11 = (fx * fy) >> 8,
      w10 = fx - w11,
      w01 = fy - w11,
      w00 = 256 - fx - w01;
    const a = from[p] as number,
      b = from[p + 1] as number,
      c = from[p + stride] as number,
      d = from[p + stride + 1] as number;
    const evens = Math.imul(a & even, w00) + Math.imul(b & even, w10) + Math.imul(c & even, w01) + Math.imul(d & even, w11) + 0x00800080;
    const odds =
      Math.imul((a >>> 8) & even, w00) +
      Math.imul((b >>> 8) & even, w10) +
      Math.imul((c >>> 8) & even, w01) +
      Math.imul((d >>> 8) & even, w11) +
      0x00800080;
    to[at + i] = ((evens >>> 8) & even) | (odds & 0xff00ff00);
  }
}

function spanOver(
  to: Uint32Array,
  at: number,
  count: number,
  from: Uint32Array,
  stride: number,
  rows: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (let i = 0; i < count; i++, u += du, v += dv) {
    const column = u >> 16,
      row = v >> 16;
    if (column < 0 || row < 0 || column > stride - 2 || row > rows - 2) continue;
    const p = row * stride + column;
    const a = from[p] as number,
      b = from[p + 1] as number,
      c = from[p + stride] as number,
      d = from[p + stride + 1] as number;
    if ((a | b | c | d) === 0) continue;
    const fx = (u >> 8) & 255,
      fy = (v >> 8) & 255;
    const w11 = (fx * fy) >> 8,
      w10 = fx - w11,
      w01 = fy - w11,
      w00 = 256 - fx - w01;
    const evens =
      ((Math.imul(a & even, w00) + Math.imul(b & even, w10) + Math.imul(c & even, w01) + Math.imul(d & even, w11) + 0x00800080) >>> 8) &
      even;
    const odds =
      ((Math.imul((a >>> 8) & even, w00) +
        Math.imul((b >>> 8) & even, w10) +
        Math.imul((c >>> 8) & even, w01) +
        Math.imul((d >>> 8) & even, w11) +
        0x00800080) >>>
        8) &
      even;
    const alpha = odds >>> 16;
    if (alpha === 255) {
      to[at + i] = evens | (odds << 8);
      continue;
    }
    const rest = 256 - alpha - (alpha >> 7);
    const under = to[at + i] as number;
    const e = evens + ((Math.imul(under & even, rest) >>> 8) & even);
    const o = odds + ((Math.imul((under >>> 8) & even, rest) >>> 8) & even);
    to[at + i] = (e & even) | ((o & even) << 8);
  }
}

/** Multiplies RGB by alpha, in place. */
export function premultiply(picture: Picture): void {
  const bytes = new Uint8Array(picture.words.buffer, picture.words.byteOffset, picture.words.byteLength);
  for (let i = 0; i < bytes.length; i += 4) {
    const alpha = bytes[i + 3] as number;
    if (alpha === 255) continue;
    for (let k = 0; k < 3; k++) bytes[i + k] = Math.round(((bytes[i + k] as number) * alpha) / 255);
  }
}

/** The smallest area outside of which the picture is clear, one pixel wider. */
export function opaqueArea({ width, height, words }: Picture): Area {
  let left = width,
    top = height,
    right = 0,
    bottom = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((words[y * width + x] as number) >>> 24 === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right === 0 ? { left: 0, top: 0, right: 0, bottom: 0 } : { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 };
}
