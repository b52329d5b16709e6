import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Triple } from './camera.js';
import { lightArea } from './light-area.js';
import type { Hanging, Room } from './room.js';
import { cutOut, type Picture, premultiply } from './warp.js';

/** How large a picture hangs, in metres. Its own proportion is kept; the frame's outer size includes the mat. */
export interface Measures {
  readonly picture: { readonly width: number; readonly height: number };
  readonly outer: { readonly width: number; readonly height: number };
}

/** A flat piece of what hangs, its place on a plane parallel to the wall, and its picture. */
export interface Sheet {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly z: number;
  readonly picture: Picture;
}

/** What hangs on the wall: the shadow on it, the frame's four sides, and the front with mat and picture. */
export interface Hung {
  readonly shadow: Sheet;
  readonly front: Sheet;
  /** Colours of the frame's left, right, upper and lower side, as seen in the room's light. */
  readonly sides: { readonly left: Triple; readonly right: Triple; readonly top: Triple; readonly bottom: Triple };
  readonly depth: number;
}

/** The mat's colour, and how much of the frame's colour each of its profiles shows: the upper one catches most light. */
export const mat = '#f4f1ea';
export const profileTones = { top: 1.18, right: 0.98, bottom: 0.92, left: 1.04 } as const;

/** The size for a picture of these pixels: about the room's usual area, within what the wall can take. */
export function measure(hanging: Hanging, width: number, height: number): Measures {
  const { maxWidth, maxHeight, area, framing } = hanging;
  const ratio = width / height;
  const border = 2 * (framing.width + framing.mat);
  const wide = Math.min(Math.sqrt(area * ratio), maxWidth - border, (maxHeight - border) * ratio);
  const picture = { width: wide, height: wide / ratio };
  return { picture, outer: { width: picture.width + border, height: picture.height + border } };
}

/**
 * Frames the artwork (already shrunk to `pixelsPerMetre` of the wall) and lays the room's light over it. `light` is the
 * baked light of the wall.
 */
export function hang(room: Room, artwork: Canvas, measures: Measures, pixelsPerMetre: number, light: Picture): Hung {
  const { hanging } = room;
  const { framing } = hanging;
  const { outer } = measures;
  const size = (metres: number): number => metres * pixelsPerMetre;
  // One clear pixel all around lets the edges blend.
  const canvas = createCanvas(Math.ceil(size(outer.width)) + 2, Math.ceil(size(outer.height)) + 2);
  const pen = canvas.getContext('2d');
  const [w, h] = [canvas.width - 2, canvas.height - 2];
  pen.translate(1, 1);
  drawFrame(pen, w, h, size(framing.width), framing.colour, framing.grain);
  const rim = size(framing.width);
  pen.fillStyle = mat;
  pen.fillRect(rim, rim, w - 2 * rim, h - 2 * rim);
  const inset = size(framing.width + framing.mat);
  if (framing.mat > 0) drawBevel(pen, inset, w - 2 * inset, h - 2 * inset, Math.max(1, size(0.003)));
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(artwork, inset, inset, w - 2 * inset, h - 2 * inset);
  drawInnerShade(pen, rim, w, h, size(0.022));
  const left = hanging.x - outer.width / 2,
    top = hanging.y + outer.height / 2;
  const front: Sheet = {
    left: left - 1 / pixelsPerMetre,
    top: top + 1 / pixelsPerMetre,
    width: canvas.width / pixelsPerMetre,
    height: canvas.height / pixelsPerMetre,
    z: framing.depth,
    picture: pixelsOf(canvas),
  };
  const mean = lightUp(front, room, light);
  const side = (part: number): Triple =>
    [0, 1, 2].map((k) => ((framing.colour[k] ?? 0) * part) ** (1 / 2.2) * (mean[k] ?? 1)) as unknown as Triple;
  const tones = sideTones(hanging);
  return {
    shadow: drawShadow(hanging, outer, pixelsPerMetre / 3),
    front,
    sides: { left: side(tones.left), right: side(tones.right), top: side(tones.top), bottom: side(tones.bottom) },
    depth: framing.depth,
  };
}

/** How much of the frame's colour each of its sides shows: those towards the light most. */
export function sideTones({ shadow: { right, down } }: Hanging): Record<keyof Hung['sides'], number> {
  const lean = 0.35 / Math.max(0.3, Math.hypot(right, down));
  return { left: 0.5 + right * lean, right: 0.5 - right * lean, top: 0.6 + down * lean, bottom: 0.42 - down * lean * 0.6 };
}

function drawFrame(pen: SKRSContext2D, w: number, h: number, rim: number, colour: Triple, grain: number): void {
  const { top, right, bottom, left } = profileTones;
  // Four profiles with mitred corners, each in its own light.
  const profiles: readonly [number, readonly [number, number][]][] = [
    [
      top,
      [
        [0, 0],
        [w, 0],
        [w - rim, rim],
        [rim, rim],
      ],
    ],
    [
      bottom,
      [
        [0, h],
        [w, h],
        [w - rim, h - rim],
        [rim, h - rim],
      ],
    ],
    [
      left,
      [
        [0, 0],
        [rim, rim],
        [rim, h - rim],
        [0, h],
      ],
    ],
    [
      right,
      [
        [w, 0],
        [w - rim, rim],
        [w - rim, h - rim],
        [w, h],
      ],
    ],
  ];
  for (const [tone, points] of profiles) {
    pen.save();
    pen.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.closePath();
    pen.fillStyle = hexOf(colour, tone);
    pen.fill();
    pen.clip();
    const lengthwise = tone === top || tone === bottom;
    for (let i = 0; i < rim * grain; i++) {
      // Fine darker lines along the profile; the golden ratio spreads them.
      const at = ((i * 0.618034 + tone) % 1) * rim;
      pen.fillStyle = `rgba(20 10 0 / ${0.06 + ((i * 7) % 5) * 0.02})`;
      if (lengthwise) pen.fillRect(0, tone > 1 ? at : h - rim + at, w, 0.7);
      else pen.fillRect(tone > 1 ? at : w - rim + at, 0, 0.7, h);
    }
    pen.restore();
  }
  pen.strokeStyle = 'rgba(255 250 240 / 0.28)';
  pen.lineWidth = Math.max(0.8, rim * 0.05);
  pen.strokeRect(pen.lineWidth / 2, pen.lineWidth / 2, w - pen.lineWidth, h - pen.lineWidth);
  pen.strokeStyle = 'rgba(0 0 0 / 0.35)';
  pen.strokeRect(rim - 0.5, rim - 0.5, w - 2 * rim + 1, h - 2 * rim + 1);
}

/** A colour in linear light, `by` times as bright, as display values: `#rrggbb`. */
export function hexOf(colour: Triple, by = 1): string {
  const part = (c: number): string =>
    Math.round(Math.max(0, Math.min(1, (c * by) ** (1 / 2.2))) * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${colour.map(part).join('')}`;
}

/** The mat's cut edge about the picture: light from above leaves its lower edge bright. */
function drawBevel(pen: SKRSContext2D, inset: number, w: number, h: number, width: number): void {
  pen.fillStyle = '#d9d5cc';
  pen.fillRect(inset - width, inset - width, w + 2 * width, width);
  pen.fillStyle = '#e3dfd6';
  pen.fillRect(inset - width, inset - width, width, h + 2 * width);
  pen.fillRect(inset + w, inset - width, width, h + 2 * width);
  pen.fillStyle = '#ffffff';
  pen.fillRect(inset - width, inset + h, w + 2 * width, width);
}

/** The frame's own soft shade on what it holds, from above and from the left. */
function drawInnerShade(pen: SKRSContext2D, rim: number, w: number, h: number, reach: number): void {
  const down = pen.createLinearGradient(0, rim, 0, rim + reach);
  down.addColorStop(0, 'rgba(20 16 12 / 0.34)');
  down.addColorStop(0.4, 'rgba(20 16 12 / 0.11)');
  down.addColorStop(1, 'rgba(20 16 12 / 0)');
  pen.fillStyle = down;
  pen.fillRect(rim, rim, w - 2 * rim, Math.min(reach, h - 2 * rim));
  const across = pen.createLinearGradient(rim, 0, rim + reach * 0.6, 0);
  across.addColorStop(0, 'rgba(20 16 12 / 0.2)');
  across.addColorStop(1, 'rgba(20 16 12 / 0)');
  pen.fillStyle = across;
  pen.fillRect(rim, rim, Math.min(reach * 0.6, w - 2 * rim), h - 2 * rim);
}

/**
 * The shadow on the wall, laid over each other: wide and soft away from the light, narrow and dark where the frame touches. In
 * metres from where the frame's outline is; `blur` is twice the standard deviation.
 */
export function shadowsOf({ shadow, framing }: Hanging): readonly { right: number; down: number; blur: number; colour: string }[] {
  const { right, down, strength, softness } = shadow;
  return (
    [
      [2.2, 0.085 * softness, 0.5],
      [1.1, 0.03 * softness, 0.5],
      [0.25, 0.008, 0.55],
    ] as const
  ).map(([reach, blur, alpha]) => ({
    right: right * framing.depth * reach,
    down: down * framing.depth * reach,
    blur,
    colour: `rgba(26 20 16 / ${(alpha * strength).toFixed(3)})`,
  }));
}

function drawShadow(hanging: Hanging, outer: Measures['outer'], pixelsPerMetre: number): Sheet {
  const margin = 0.3;
  const size = (metres: number): number => metres * pixelsPerMetre;
  const canvas = createCanvas(Math.ceil(size(outer.width + 2 * margin)), Math.ceil(size(outer.height + 2 * margin)));
  const pen = canvas.getContext('2d');
  for (const { right, down, blur, colour } of shadowsOf(hanging)) {
    pen.filter = `blur(${size(blur) / 2}px)`;
    pen.fillStyle = colour;
    pen.fillRect(size(margin + right), size(margin + down), size(outer.width), size(outer.height));
  }
  return {
    left: hanging.x - outer.width / 2 - margin,
    top: hanging.y + outer.height / 2 + margin,
    width: canvas.width / pixelsPerMetre,
    height: canvas.height / pixelsPerMetre,
    z: 0,
    picture: pixelsOf(canvas),
  };
}

/** Below 1 the light lies on the picture more evenly than on the wall: its own darks and lights are to be read. */
const evenness = 0.75;

/** Lays the wall's light over a sheet, in place. Answers its mean, as what display values were multiplied by. */
function lightUp(sheet: Sheet, room: Room, light: Picture): Triple {
  const area = lightArea(room);
  const { width, height, words } = sheet.picture;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const factors = factorsOf(light, room.hanging.tint);
  const sum: [number, number, number] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const v = Math.min(
      Math.max(((area.top - sheet.top + ((y + 0.5) / height) * sheet.height) / area.height) * light.height - 0.5, 0),
      light.height - 1.01,
    );
    for (let x = 0; x < width; x++) {
      const u = Math.min(
        Math.max(((sheet.left - area.left + ((x + 0.5) / width) * sheet.width) / area.width) * light.width - 0.5, 0),
        light.width - 1.01,
      );
      const p = (Math.floor(v) * light.width + Math.floor(u)) * 3,
        below = p + light.width * 3;
      const fx = u - Math.floor(u),
        fy = v - Math.floor(v);
      const at = (y * width + x) * 4;
      for (let k = 0; k < 3; k++) {
        const upper = (factors[p + k] as number) * (1 - fx) + (factors[p + 3 + k] as number) * fx;
        const lower = (factors[below + k] as number) * (1 - fx) + (factors[below + 3 + k] as number) * fx;
        const by = upper + (lower - upper) * fy;
        sum[k as 0 | 1 | 2] += by;
        bytes[at + k] = Math.round((bytes[at + k] as number) * by);
      }
    }
  }
  return [sum[0] / (width * height), sum[1] / (width * height), sum[2] / (width * height)];
}

/** What display values are multiplied by in each place of the baked light, three per place. */
export function factorsOf({ width, height, words }: Picture, tint: number): Float32Array {
  const source = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const factors = new Float32Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    // What is kept is the square root of the light; display values go by its power of 1/2.2.
    const here = [0, 1, 2].map((k) => ((source[p * 4 + k] as number) / 255) ** (2 / 2.2));
    const brightness = here.reduce((a, b) => a + b) / 3;
    here.forEach((colour, k) => (factors[p * 3 + k] = (brightness + (colour - brightness) * tint) ** evenness));
  }
  return factors;
}

/** The canvas's pixels, premultiplied. */
function pixelsOf(canvas: Canvas): Picture {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const picture = { width, height, words: new Uint32Array(data.buffer, data.byteOffset, width * height) };
  premultiply(picture);
  return cutOut(picture);
}
