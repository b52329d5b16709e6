import type { Triple } from '../camera.js';

/** Colour of a surface at a place of its solid's own coordinates, whose outward normal is given. */
export type Pattern = (x: number, y: number, z: number, nx: number, ny: number, nz: number) => Triple;

export interface Material {
  readonly colour: Triple | Pattern;
  /** Mirror-like part: reflectance looking straight on, and how blurred (0 mirror, 1 matt). */
  readonly gloss?: { readonly reflectance: number; readonly roughness: number };
  /** Light that the camera and reflections see; it lights nothing (a lamp has its own light). */
  readonly glow?: Triple | Pattern;
}

/**
 * One solid of a scene. `half` are half extents; a cylinder's axis is y, with radii x and z; `taper` is its top radius in parts
 * of its bottom radius. `turn` is yaw, pitch, roll in degrees about y, x, z. `round` rounds a box's edges, inside its extents.
 */
export interface Solid {
  readonly kind: 'box' | 'ellipsoid' | 'cylinder';
  readonly at: Triple;
  readonly half: Triple;
  readonly turn?: Triple;
  readonly round?: number;
  readonly taper?: number;
  readonly material: Material;
  /** The layer it is drawn in; the shell where there is none. */
  readonly layer?: string;
  /** Casts no shadow and reflects no light: a light source's own body. */
  readonly ghost?: boolean;
}

/** A box from its two opposite corners. */
export function box(from: Triple, to: Triple, material: Material, more: Partial<Solid> = {}): Solid {
  return {
    kind: 'box',
    at: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2],
    half: [Math.abs(to[0] - from[0]) / 2, Math.abs(to[1] - from[1]) / 2, Math.abs(to[2] - from[2]) / 2],
    material,
    ...more,
  };
}

/** An ellipsoid about its middle. */
export function ball(at: Triple, radii: Triple | number, material: Material, more: Partial<Solid> = {}): Solid {
  return { kind: 'ellipsoid', at, half: typeof radii === 'number' ? [radii, radii, radii] : radii, material, ...more };
}

/** An upright cylinder standing on `foot`. */
export function post(foot: Triple, radius: number, height: number, material: Material, more: Partial<Solid> = {}): Solid {
  return { kind: 'cylinder', at: [foot[0], foot[1] + height / 2, foot[2]], half: [radius, height / 2, radius], material, ...more };
}

/** A thin round bar from one point to another. */
export function bar(from: Triple, to: Triple, radius: number, material: Material, more: Partial<Solid> = {}): Solid {
  const [dx, dy, dz] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const length = Math.hypot(dx, dy, dz);
  const degrees = 180 / Math.PI;
  // y first tips forward by the angle from the vertical, then turns to its compass direction.
  return {
    kind: 'cylinder',
    at: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2],
    half: [radius, length / 2, radius],
    turn: [Math.atan2(dx, dz) * degrees, Math.acos(dy / length) * degrees, 0],
    material,
    ...more,
  };
}

/** Rows of the rotation that takes a solid's own coordinates to the room's. */
export function rotation([yaw, pitch, roll]: Triple): number[] {
  const [cy, sy] = [Math.cos((yaw * Math.PI) / 180), Math.sin((yaw * Math.PI) / 180)];
  const [cp, sp] = [Math.cos((pitch * Math.PI) / 180), Math.sin((pitch * Math.PI) / 180)];
  const [cr, sr] = [Math.cos((roll * Math.PI) / 180), Math.sin((roll * Math.PI) / 180)];
  // yaw · pitch · roll
  return [
    cy * cr + sy * sp * sr,
    -cy * sr + sy * sp * cr,
    sy * cp,
    cp * sr,
    cp * cr,
    -sp,
    -sy * cr + cy * sp * sr,
    sy * sr + cy * sp * cr,
    cy * cp,
  ];
}
