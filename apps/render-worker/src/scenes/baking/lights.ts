import type { Triple } from '../camera.js';

/**
 * What lights a scene. A `panel` is a parallelogram that shines to the side of `u × v`, with `radiance` of its own; it is not
 * itself seen and stops no ray. `beam` narrows it to a spot (1 is a plain panel). The `sun` comes from far away along `from`.
 */
export type Light =
  | {
      readonly kind: 'panel';
      readonly corner: Triple;
      readonly u: Triple;
      readonly v: Triple;
      readonly radiance: Triple;
      readonly beam?: number;
    }
  | { readonly kind: 'globe'; readonly at: Triple; readonly radius: number; readonly radiance: Triple }
  | { readonly kind: 'sun'; readonly from: Triple; readonly blur: number; readonly irradiance: Triple };

/** A point of a light as seen from a place: direction, distance and what arrives per unit of cosine and probability. */
export interface Sample {
  x: number;
  y: number;
  z: number;
  distance: number;
  /** Multiplies the light's colour; 0 where the place gets none. Includes 1/π of a matt surface. */
  weight: number;
}

/** Chooses a point of the light by two numbers in [0, 1). */
export function sample(light: Light, px: number, py: number, pz: number, a: number, b: number, out: Sample): void {
  if (light.kind === 'sun') {
    const [fx, fy, fz] = light.from;
    const radius = Math.sqrt(a) * light.blur,
      angle = b * 2 * Math.PI;
    const flat = Math.hypot(fx, fz) || 1;
    // Two directions across the sun's.
    const sx = fz / flat,
      sz = -fx / flat;
    const tx = (-fx * fy) / flat,
      ty = flat,
      tz = (-fz * fy) / flat;
    const c = radius * Math.cos(angle),
      s = radius * Math.sin(angle);
    const x = fx + c * sx + s * tx,
      y = fy + s * ty,
      z = fz + c * sz + s * tz;
    const length = Math.hypot(x, y, z);
    out.x = x / length;
    out.y = y / length;
    out.z = z / length;
    out.distance = 1e3;
    out.weight = 1 / Math.PI;
    return;
  }
  if (light.kind === 'globe') {
    // A disc facing the place stands for the ball.
    const [cx, cy, cz] = light.at;
    let dx = cx - px,
      dy = cy - py,
      dz = cz - pz;
    const far = Math.hypot(dx, dy, dz);
    dx /= far;
    dy /= far;
    dz /= far;
    const r = Math.sqrt(a) * light.radius,
      angle = b * 2 * Math.PI;
    const flat = Math.hypot(dx, dz) || 1e-9;
    const c = r * Math.cos(angle),
      s = r * Math.sin(angle);
    const x = dx * far + c * (dz / flat) + s * ((-dx * dy) / flat),
      y = dy * far + s * flat,
      z = dz * far + c * (-dx / flat) + s * ((-dz * dy) / flat);
    const distance = Math.hypot(x, y, z);
    out.x = x / distance;
    out.y = y / distance;
    out.z = z / distance;
    out.distance = distance;
    out.weight = (light.radius * light.radius) / (distance * distance + light.radius * light.radius);
    return;
  }
  const { corner, u, v } = light;
  const x = corner[0] + u[0] * a + v[0] * b - px,
    y = corner[1] + u[1] * a + v[1] * b - py,
    z = corner[2] + u[2] * a + v[2] * b - pz;
  const nx = u[1] * v[2] - u[2] * v[1],
    ny = u[2] * v[0] - u[0] * v[2],
    nz = u[0] * v[1] - u[1] * v[0];
  const distance = Math.hypot(x, y, z),
    area = Math.hypot(nx, ny, nz);
  const facing = -(x * nx + y * ny + z * nz) / (distance * area);
  out.x = x / distance;
  out.y = y / distance;
  out.z = z / distance;
  out.distance = distance;
  out.weight = facing <= 0 ? 0 : ((light.beam === undefined ? facing : facing ** light.beam) * area) / (Math.PI * distance * distance);
}

export function colourOf(light: Light): Triple {
  return light.kind === 'sun' ? light.irradiance : light.radiance;
}
