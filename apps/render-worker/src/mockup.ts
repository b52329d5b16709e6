import type { Homography, RoomMockup } from '#contracts';
import sharp from 'sharp';
import { Camera, type Pose, poseAt } from './scenes/camera.js';
import { factorsOf, hexOf, mat, profileTones, shadowsOf, sideTones } from './scenes/hanging.js';
import { lightArea } from './scenes/light-area.js';
import type { Room } from './scenes/room.js';
import { type Set, Stage } from './scenes/stage.js';
import type { Picture } from './scenes/warp.js';

/** Of the mock-up's picture, in pixels: that of the videos. */
const size = { width: 1280, height: 720 } as const;
/** Where on the camera's way it is seen from: where a video's poster is taken, a second into its four. */
export const mockupProgress = 0.25;
/** Of the light's places: enough for the edge of a sunbeam, few enough for a message. */
const places = { columns: 16, rows: 12 } as const;
/** Centimetres of a metre. */
const cm = 100;

/** The room without a picture, as the mock-up draws one into it. WebP. */
export async function emptyRoom(set: Set): Promise<Buffer> {
  const stage = new Stage(set, null, size.width, size.height);
  return sharp(Buffer.from(stage.draw(mockupProgress)), { raw: { ...size, channels: 4 } })
    .removeAlpha()
    .webp({ quality: 90, effort: 6, smartSubsample: true })
    .toBuffer();
}

/** What a browser must know to hang a picture there as `hang` does. */
export function mockupOf({ room, light }: Set): Omit<RoomMockup, 'pictureUrl'> {
  const { x, y, area, maxWidth, maxHeight, framing, tint } = room.hanging;
  const tone = (by: number): string => hexOf(framing.colour, by);
  const { top, right, bottom, left } = profileTones;
  return {
    roomId: room.roomId,
    ...size,
    wall: onPlane(room, 0),
    front: onPlane(room, framing.depth),
    hanging: {
      x: round(x * cm),
      y: round(y * cm),
      area: round(area * cm * cm),
      maxWidth: round(maxWidth * cm),
      maxHeight: round(maxHeight * cm),
    },
    frame: {
      width: round(framing.width * cm),
      mat: round(framing.mat * cm),
      matColour: mat,
      sideColour: tone(sideTones(room.hanging)[seenFrom(room).x < x ? 'left' : 'right']),
      colours: { top: tone(top), right: tone(right), bottom: tone(bottom), left: tone(left) },
    },
    shadows: shadowsOf(room.hanging).map(({ right, down, blur, colour }) => ({
      right: round(right * cm),
      down: round(down * cm),
      blur: round(blur * cm),
      colour,
    })),
    light: { ...inCentimetres(lightArea(room)), ...places, colours: coloursOf(light, tint) },
  };
}

function seenFrom(room: Room): Pose {
  return poseAt(room.from, room.to, mockupProgress);
}

/** From centimetres on the plane this many metres out of the wall to the picture's pixels. */
function onPlane(room: Room, z: number): Homography {
  const camera = new Camera(seenFrom(room), room.lens, size.width, size.height);
  const matrix = camera.ofPlane([0, 0, z], [1 / cm, 0, 0], [0, 1 / cm, 0]);
  const [a, b, c, d, e, f, g, h, last] = matrix;
  const part = (value: number): number => round(value / last);
  return [part(a), part(b), part(c), part(d), part(e), part(f), part(g), part(h), part(last)];
}

function inCentimetres({ left, top, width, height }: ReturnType<typeof lightArea>): ReturnType<typeof lightArea> {
  return { left: round(left * cm), top: round(top * cm), width: round(width * cm), height: round(height * cm) };
}

/** The light's factors as colours to multiply by, each the mean of its place. */
function coloursOf(light: Picture, tint: number): string[] {
  const factors = factorsOf(light, tint);
  const [w, h] = [light.width / places.columns, light.height / places.rows];
  return Array.from({ length: places.columns * places.rows }, (_, i) => {
    const [column, row] = [i % places.columns, Math.floor(i / places.columns)];
    const mean = [0, 0, 0];
    for (let y = row * h; y < (row + 1) * h; y++)
      for (let x = column * w; x < (column + 1) * w; x++)
        for (let k = 0; k < 3; k++) mean[k] = (mean[k] ?? 0) + (factors[(y * light.width + x) * 3 + k] ?? 0) / (w * h);
    return `#${mean
      .map((value) =>
        Math.round(Math.min(1, value) * 255)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
  });
}

/** To nine digits: far below what can be seen. */
function round(value: number): number {
  return Number(value.toPrecision(9));
}
