import { rotation, type Solid } from './solids.js';

/** A solid made ready for many rays. */
export interface Body {
  readonly kind: number;
  readonly m: Float64Array;
  readonly c: Float64Array;
  readonly h: Float64Array;
  readonly round: number;
  readonly taper: number;
  readonly ghost: boolean;
  readonly layer: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export const kinds = { box: 0, ellipsoid: 1, cylinder: 2 } as const;
/** A ray meets nothing nearer than this, in its own lengths: it would be where it set off. */
export const nearest = 1e-4;

/** Makes a solid ready. */
export function body(solid: Solid, layer: number): Body {
  const m = Float64Array.from(rotation(solid.turn ?? [0, 0, 0]));
  const h = Float64Array.from(solid.half);
  const c = Float64Array.from(solid.at);
  const extent = [0, 1, 2].map((k) => [0, 1, 2].reduce((sum, j) => sum + Math.abs((m[k * 3 + j] as number) * (h[j] as number)), 0) + 1e-4);
  return {
    kind: kinds[solid.kind],
    m,
    c,
    h,
    layer,
    round: Math.min(solid.round ?? 0, ...solid.half),
    taper: solid.taper ?? 1,
    ghost: solid.ghost ?? false,
    low: c.map((v, k) => v - (extent[k] as number)),
    high: c.map((v, k) => v + (extent[k] as number)),
  };
}

/** Where along the ray the solid is met, or −1. Rays that start inside meet the far side. */
export function meet(solid: Body, x: number, y: number, z: number, u: number, v: number, w: number, limit: number): number {
  const { m, c, h } = solid;
  const rx = x - (c[0] as number),
    ry = y - (c[1] as number),
    rz = z - (c[2] as number);
  const m0 = m[0] as number,
    m1 = m[1] as number,
    m2 = m[2] as number,
    m3 = m[3] as number,
    m4 = m[4] as number;
  const m5 = m[5] as number,
    m6 = m[6] as number,
    m7 = m[7] as number,
    m8 = m[8] as number;
  const ox = m0 * rx + m3 * ry + m6 * rz,
    oy = m1 * rx + m4 * ry + m7 * rz,
    oz = m2 * rx + m5 * ry + m8 * rz;
  const dx = m0 * u + m3 * v + m6 * w,
    dy = m1 * u + m4 * v + m7 * w,
    dz = m2 * u + m5 * v + m8 * w;
  const hx = h[0] as number,
    hy = h[1] as number,
    hz = h[2] as number;
  if (solid.kind === kinds.ellipsoid) {
    const px = ox / hx,
      py = oy / hy,
      pz = oz / hz,
      qx = dx / hx,
      qy = dy / hy,
      qz = dz / hz;
    const a = qx * qx + qy * qy + qz * qz,
      b = px * qx + py * qy + pz * qz,
      e = px * px + py * py + pz * pz - 1;
    const root = b * b - a * e;
    if (root < 0) return -1;
    const s = Math.sqrt(root);
    return (-b - s) / a > nearest ? (-b - s) / a : (-b + s) / a;
  }
  if (solid.kind === kinds.cylinder) return meetCylinder(ox, oy, oz, dx, dy, dz, hx, hy, hz, solid.taper);
  const tx1 = (-hx - ox) / dx,
    tx2 = (hx - ox) / dx,
    ty1 = (-hy - oy) / dy,
    ty2 = (hy - oy) / dy,
    tz1 = (-hz - oz) / dz,
    tz2 = (hz - oz) / dz;
  const near = Math.max(Math.min(tx1, tx2), Math.min(ty1, ty2), Math.min(tz1, tz2));
  const far = Math.min(Math.max(tx1, tx2), Math.max(ty1, ty2), Math.max(tz1, tz2));
  if (far < near || far < nearest || near > limit) return -1;
  if (solid.round === 0) return near > nearest ? near : far;
  return meetRounded(ox, oy, oz, dx, dy, dz, hx, hy, hz, solid.round, Math.max(near, nearest), far);
}

/** Steps along the ray by the distance to the rounded box until it is met. */
function meetRounded(
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
  hx: number,
  hy: number,
  hz: number,
  round: number,
  from: number,
  to: number,
): number {
  const sx = hx - round,
    sy = hy - round,
    sz = hz - round;
  let t = from;
  for (let step = 0; step < 40 && t <= to; step++) {
    const qx = Math.abs(ox + dx * t) - sx,
      qy = Math.abs(oy + dy * t) - sy,
      qz = Math.abs(oz + dz * t) - sz;
    const ax = qx > 0 ? qx : 0,
      ay = qy > 0 ? qy : 0,
      az = qz > 0 ? qz : 0;
    const distance = Math.sqrt(ax * ax + ay * ay + az * az) + Math.min(Math.max(qx, qy, qz), 0) - round;
    if (distance < 5e-5) return t > from || distance > -1e-3 ? t : -1;
    t += distance;
  }
  return -1;
}

function meetCylinder(
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
  rx: number,
  hy: number,
  rz: number,
  taper: number,
): number {
  // Radius (in parts of the bottom's) falls linearly from 1 at −hy to `taper` at +hy.
  const slope = (taper - 1) / (2 * hy),
    r0 = 1 + slope * (oy + hy),
    rd = slope * dy;
  const px = ox / rx,
    pz = oz / rz,
    qx = dx / rx,
    qz = dz / rz;
  const a = qx * qx + qz * qz - rd * rd,
    b = px * qx + pz * qz - r0 * rd,
    c = px * px + pz * pz - r0 * r0;
  let best = Infinity;
  const root = b * b - a * c;
  if (root >= 0 && Math.abs(a) > 1e-12) {
    const s = Math.sqrt(root);
    const t1 = (-b - s) / a,
      t2 = (-b + s) / a;
    if (t1 > nearest && Math.abs(oy + dy * t1) <= hy && r0 + rd * t1 > 0) best = t1;
    if (t2 > nearest && t2 < best && Math.abs(oy + dy * t2) <= hy && r0 + rd * t2 > 0) best = t2;
  }
  for (let side = -1; side <= 1; side += 2) {
    const t = (side * hy - oy) / dy;
    const edge = side < 0 ? 1 : taper;
    const ex = px + qx * t,
      ez = pz + qz * t;
    if (t > nearest && t < best && ex * ex + ez * ez <= edge * edge) best = t;
  }
  return best === Infinity ? -1 : best;
}
