import { Camera, inverse, type Matrix, mapped, poseAt, product, type Triple } from './camera.js';
import type { Hung, Measures, Sheet } from './hanging.js';
import { bakedSize, type Room } from './room.js';
import { type Area, type Origin, opaqueArea, type Picture, warp } from './warp.js';

/** A room's layers in memory, premultiplied: the shell, then the room's layers from back to front, and the light on its wall. */
export interface Set {
  readonly room: Room;
  readonly layers: readonly Picture[];
  readonly light: Picture;
}

/** Where the picture is seen in the video at `progress` (0–1): its corners from the upper left clockwise, in pixels. */
function cornersAt(room: Room, measures: Measures, progress: number, width: number, height: number): [number, number][] {
  const camera = new Camera(poseAt(room.from, room.to, progress), room.lens, width, height);
  const { x, y, framing } = room.hanging;
  const [w, h] = [measures.picture.width / 2, measures.picture.height / 2];
  return [
    [-w, h],
    [w, h],
    [w, -h],
    [-w, -h],
  ].map(([dx, dy]) => camera.project([x + (dx as number), y + (dy as number), framing.depth]));
}

/** Pixels per metre that the artwork's copy should have: one and a half times its largest size on the screen. */
export function detailFor(room: Room, measures: Measures, width: number, height: number): number {
  const spans = [0, 0.5, 1].flatMap((progress) => {
    const [a, b, c, d] = cornersAt(room, measures, progress, width, height) as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ];
    const apart = (p: readonly number[], q: readonly number[]): number => Math.hypot((p[0] ?? 0) - (q[0] ?? 0), (p[1] ?? 0) - (q[1] ?? 0));
    return [
      apart(a, b) / measures.picture.width,
      apart(d, c) / measures.picture.width,
      apart(a, d) / measures.picture.height,
      apart(b, c) / measures.picture.height,
    ];
  });
  return Math.min(1.5 * Math.max(...spans), 1200);
}

/** A set with what hangs on its wall, or nothing yet, ready to be drawn from anywhere along the camera's way. */
export class Stage {
  private readonly areas: readonly Area[];
  private readonly frame: Picture;
  private readonly baked: Camera;

  constructor(
    private readonly set: Set,
    private readonly hung: Hung | null,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.areas = set.layers.map(opaqueArea);
    this.frame = { width, height, words: new Uint32Array(width * height) };
    this.baked = new Camera(set.room.baked.pose, set.room.baked.lens, bakedSize.width, bakedSize.height);
  }

  /** The frame at `progress` (0–1) as RGBA bytes. They are overwritten by the next one. */
  draw(progress: number): Uint8Array {
    const { room, layers } = this.set;
    const camera = new Camera(poseAt(room.from, room.to, progress), room.lens, this.width, this.height);
    warp(
      this.frame,
      { left: 0, top: 0, right: this.width, bottom: this.height },
      layers[0] as Picture,
      this.shellOrigin(camera),
      'instead',
    );
    if (this.hung !== null) this.drawHung(camera, this.hung);
    room.layers.forEach((layer, i) => this.drawLayer(camera, layers[i + 1] as Picture, this.areas[i + 1] as Area, layer.z));
    return new Uint8Array(this.frame.words.buffer);
  }

  /** Follows the view to the shell's inside and back to the camera that it was baked from. */
  private shellOrigin(camera: Camera): Origin {
    const { left, right, ceiling, front } = this.set.room.shell;
    const { x, y, z } = camera.pose;
    const scale = (this.set.layers[0] as Picture).width / bakedSize.width;
    return (px, py) => {
      const [dx, dy, dz] = camera.ray(px, py);
      const t = Math.min(
        (dx < 0 ? left - x : right - x) / (dx || 1e-9),
        (dy < 0 ? -y : ceiling - y) / (dy || 1e-9),
        (dz < 0 ? -z : front - z) / (dz || 1e-9),
      );
      const [u, v] = this.baked.project([x + dx * t, y + dy * t, z + dz * t]);
      return [u * scale, v * scale];
    };
  }

  private drawLayer(camera: Camera, picture: Picture, area: Area, z: number): void {
    const plane = [
      [0, 0, z],
      [1, 0, 0],
      [0, 1, 0],
    ] as const;
    const here = camera.ofPlane(...plane),
      there = this.baked.ofPlane(...plane);
    const scale = picture.width / bakedSize.width;
    const back = product(there, inverse(here));
    const forth = product(here, inverse(there));
    const at = (px: number, py: number): [number, number] => mapped(forth, px / scale, py / scale);
    warp(
      this.frame,
      around([at(area.left, area.top), at(area.right, area.top), at(area.right, area.bottom), at(area.left, area.bottom)]),
      picture,
      (px, py) => {
        const [u, v] = mapped(back, px, py);
        return [u * scale, v * scale];
      },
      'over',
    );
  }

  private drawHung(camera: Camera, { shadow, front, sides, depth }: Hung): void {
    this.drawSheet(camera, shadow);
    const { left, top, width, height } = front;
    const edge = width / front.picture.width;
    const [l, r, t, b] = [left + edge, left + width - edge, top - edge, top - height + edge];
    // A side is seen only from its own side; what the front covers is drawn over.
    if (camera.pose.x < l) this.drawSide(camera, [l, t, 0], [0, 0, depth], [0, b - t, 0], sides.left);
    if (camera.pose.x > r) this.drawSide(camera, [r, t, 0], [0, 0, depth], [0, b - t, 0], sides.right);
    if (camera.pose.y > t) this.drawSide(camera, [l, t, 0], [r - l, 0, 0], [0, 0, depth], sides.top);
    if (camera.pose.y < b) this.drawSide(camera, [l, b, 0], [r - l, 0, 0], [0, 0, depth], sides.bottom);
    this.drawSheet(camera, front);
  }

  private drawSheet(camera: Camera, { left, top, width, height, z, picture }: Sheet): void {
    this.drawPlane(camera, [left, top, z], [width, 0, 0], [0, -height, 0], picture);
  }

  private drawSide(camera: Camera, origin: Triple, u: Triple, v: Triple, colour: Triple): void {
    this.drawPlane(camera, origin, u, v, plain(colour));
  }

  private drawPlane(camera: Camera, origin: Triple, u: Triple, v: Triple, picture: Picture): void {
    const toScreen = camera.ofPlane(origin, u, v);
    const fromScreen: Matrix = inverse(toScreen);
    const corners = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ].map(([s, t]) => mapped(toScreen, s as number, t as number));
    warp(
      this.frame,
      around(corners),
      picture,
      (px, py) => {
        const [s, t] = mapped(fromScreen, px, py);
        return [s * picture.width, t * picture.height];
      },
      'over',
    );
  }
}

/** A patch of one colour with a clear border, so that its edges blend. */
function plain(colour: Triple): Picture {
  const side = 18;
  const [r, g, b] = colour.map((c) => Math.round(Math.max(0, Math.min(1, c)) * 255)) as [number, number, number];
  const words = new Uint32Array(side * side).fill(((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
  for (let i = 0; i < side; i++) for (const at of [i, (side - 1) * side + i, i * side, i * side + side - 1]) words[at] = 0;
  return { width: side, height: side, words };
}

function around(points: readonly (readonly [number, number])[]): Area {
  const xs = points.map(([x]) => x),
    ys = points.map(([, y]) => y);
  return { left: Math.min(...xs) - 1, top: Math.min(...ys) - 1, right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1 };
}
