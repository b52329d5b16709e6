import { type Body, body, kinds, meet, nearest } from './meet.js';
import type { Solid } from './solids.js';

const leafSize = 3;

/** Finds which solid a ray meets first, over a tree of bounding boxes. Results stand in its fields until the next call. */
export class Hits {
  t = 0;
  /** Normal at the hit, in the room's coordinates. */
  nx = 0;
  ny = 0;
  nz = 0;
  /** The hit in the solid's own coordinates, and the normal there. */
  readonly own = new Float64Array(3);
  readonly ownNormal = new Float64Array(3);
  /** A layer that light passes through as if it were not there; 0 for none. */
  unlit = 0;
  private readonly bodies: Body[];
  private readonly order: Int32Array;
  private readonly bounds: number[] = [];
  /** Per node: first child (the second follows it) or, as a negative count, a leaf; and where its bodies start. */
  private readonly links: number[] = [];
  private readonly starts: number[] = [];
  private readonly stack = new Int32Array(128);

  constructor(solids: readonly Solid[], layers: readonly string[]) {
    this.bodies = solids.map((solid) => body(solid, solid.layer === undefined ? 0 : layers.indexOf(solid.layer) + 1));
    this.order = Int32Array.from(this.bodies.keys());
    this.bounds.push(0, 0, 0, 0, 0, 0);
    this.links.push(0);
    this.starts.push(0);
    this.split(0, 0, this.bodies.length);
  }

  /** The index of the first solid met before `tMax`, or −1. `layer` −1 means all but ghosts for light; otherwise only that layer. */
  first(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, tMax: number, layer: number, ghosts: boolean): number {
    const { bounds, links, starts, stack, bodies, order, unlit } = this;
    const ix = 1 / dx,
      iy = 1 / dy,
      iz = 1 / dz;
    let best = -1;
    let limit = tMax;
    let depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
      const node = stack[--depth] as number;
      const b = node * 6;
      let a1 = ((bounds[b] as number) - ox) * ix,
        a2 = ((bounds[b + 3] as number) - ox) * ix;
      let near = Math.min(a1, a2),
        far = Math.max(a1, a2);
      a1 = ((bounds[b + 1] as number) - oy) * iy;
      a2 = ((bounds[b + 4] as number) - oy) * iy;
      near = Math.max(near, Math.min(a1, a2));
      far = Math.min(far, Math.max(a1, a2));
      a1 = ((bounds[b + 2] as number) - oz) * iz;
      a2 = ((bounds[b + 5] as number) - oz) * iz;
      near = Math.max(near, Math.min(a1, a2));
      far = Math.min(far, Math.max(a1, a2));
      if (far < 0 || near > far || near > limit) continue;
      const link = links[node] as number;
      if (link > 0) {
        stack[depth++] = link;
        stack[depth++] = link + 1;
        continue;
      }
      const start = starts[node] as number;
      for (let i = start; i < start - link; i++) {
        const index = order[i] as number;
        const solid = bodies[index] as Body;
        if (layer >= 0 ? solid.layer !== layer : (solid.ghost && !ghosts) || (unlit > 0 && solid.layer === unlit)) continue;
        const t = meet(solid, ox, oy, oz, dx, dy, dz, limit);
        if (t > nearest && t < limit) {
          limit = t;
          best = index;
        }
      }
    }
    this.t = limit;
    return best;
  }

  /** Works out the normal and own coordinates of a hit at a point of solid `index`. */
  describe(index: number, x: number, y: number, z: number): void {
    const { m, c, h, kind, round, taper } = this.bodies[index] as Body;
    const rx = x - (c[0] as number),
      ry = y - (c[1] as number),
      rz = z - (c[2] as number);
    const qx = (m[0] as number) * rx + (m[3] as number) * ry + (m[6] as number) * rz;
    const qy = (m[1] as number) * rx + (m[4] as number) * ry + (m[7] as number) * rz;
    const qz = (m[2] as number) * rx + (m[5] as number) * ry + (m[8] as number) * rz;
    const hx = h[0] as number,
      hy = h[1] as number,
      hz = h[2] as number;
    let nx = 0,
      ny = 0,
      nz = 0;
    if (kind === kinds.box) {
      const ex = Math.abs(qx) - hx + round,
        ey = Math.abs(qy) - hy + round,
        ez = Math.abs(qz) - hz + round;
      if (round > 0 && (ex > 0 ? 1 : 0) + (ey > 0 ? 1 : 0) + (ez > 0 ? 1 : 0) > 1) {
        nx = Math.max(ex, 0) * Math.sign(qx);
        ny = Math.max(ey, 0) * Math.sign(qy);
        nz = Math.max(ez, 0) * Math.sign(qz);
      } else if (ex >= ey && ex >= ez) nx = Math.sign(qx);
      else if (ey >= ez) ny = Math.sign(qy);
      else nz = Math.sign(qz);
    } else if (kind === kinds.ellipsoid) {
      nx = qx / (hx * hx);
      ny = qy / (hy * hy);
      nz = qz / (hz * hz);
    } else if (Math.abs(qy) > hy - 2e-4) ny = Math.sign(qy);
    else {
      nx = qx / (hx * hx);
      nz = qz / (hz * hz);
      ny = Math.hypot(nx, nz) * (((1 - taper) * hx) / (2 * hy));
    }
    const length = Math.hypot(nx, ny, nz) || 1;
    nx /= length;
    ny /= length;
    nz /= length;
    this.own[0] = qx;
    this.own[1] = qy;
    this.own[2] = qz;
    this.ownNormal[0] = nx;
    this.ownNormal[1] = ny;
    this.ownNormal[2] = nz;
    this.nx = (m[0] as number) * nx + (m[1] as number) * ny + (m[2] as number) * nz;
    this.ny = (m[3] as number) * nx + (m[4] as number) * ny + (m[5] as number) * nz;
    this.nz = (m[6] as number) * nx + (m[7] as number) * ny + (m[8] as number) * nz;
  }

  /** The middle one of a solid's half extents, in metres: of a rod its radius. */
  girth(index: number): number {
    const [a, b, c] = (this.bodies[index] as Body).h as unknown as readonly [number, number, number];
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private split(node: number, start: number, count: number): void {
    const low = [Infinity, Infinity, Infinity],
      high = [-Infinity, -Infinity, -Infinity];
    for (let i = start; i < start + count; i++) {
      const solid = this.bodies[this.order[i] as number] as Body;
      for (let k = 0; k < 3; k++) {
        low[k] = Math.min(low[k] as number, solid.low[k] as number);
        high[k] = Math.max(high[k] as number, solid.high[k] as number);
      }
    }
    for (let k = 0; k < 3; k++) {
      this.bounds[node * 6 + k] = low[k] as number;
      this.bounds[node * 6 + 3 + k] = high[k] as number;
    }
    this.starts[node] = start;
    if (count <= leafSize) {
      this.links[node] = -count;
      return;
    }
    const sizes = [0, 1, 2].map((k) => (high[k] as number) - (low[k] as number));
    const axis = sizes.indexOf(Math.max(...sizes));
    const middle = (index: number): number => {
      const solid = this.bodies[index] as Body;
      return (solid.low[axis] as number) + (solid.high[axis] as number);
    };
    this.order.subarray(start, start + count).sort((a, b) => middle(a) - middle(b));
    const first = this.links.length;
    this.links.push(0, 0);
    this.starts.push(0, 0);
    this.bounds.push(...new Array<number>(12).fill(0));
    this.links[node] = first;
    const half = count >> 1;
    this.split(first, start, half);
    this.split(first + 1, start + half, count - half);
  }
}
