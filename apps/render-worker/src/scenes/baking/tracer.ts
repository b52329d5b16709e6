import type { Triple } from '../camera.js';
import { Hits } from './hits.js';
import { colourOf, type Light, type Sample, sample } from './lights.js';
import type { Solid } from './solids.js';

/** Everything that a room's layers are baked from. */
export interface Scene {
  readonly solids: readonly Solid[];
  readonly lights: readonly Light[];
  /** Light of what lies outside of the solids, behind the camera or beyond a window. */
  readonly surroundings: Triple;
}

const offset = 8e-4;
const bounces = 4;
const brightest = 2.5;
/** Shadows of fine things need more samples than what bounces about. */
const directPerPath = 3;

/** Follows light through a scene: gathers what arrives at a place, directly and by up to four bounces between matt surfaces. */
export class Tracer {
  readonly hits: Hits;
  /** Light that came by way of other surfaces, of the last `gather`. */
  readonly indirect = new Float64Array(3);
  private readonly means: readonly Triple[];
  private state = 1;
  private readonly light: Sample = { x: 0, y: 0, z: 0, distance: 0, weight: 0 };
  private r = 0;
  private g = 0;
  private b = 0;

  constructor(
    private readonly scene: Scene,
    layers: readonly string[],
  ) {
    this.hits = new Hits(scene.solids, layers);
    this.means = scene.solids.map(meanColour);
  }

  /** Neighbouring seeds give numbers that have nothing to do with one another, or the noise would lie in stripes. */
  seed(n: number): void {
    let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    this.state = (h ^ (h >>> 16)) >>> 0 || 1;
  }

  random(): number {
    let s = this.state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.state = s >>> 0;
    return this.state / 4294967296;
  }

  /**
   * Adds to `out` what a white matt place at (x, y, z) facing (nx, ny, nz) shines by the light that falls on it directly; what
   * comes by way of other surfaces is left in `indirect`. Means of `samples` paths.
   */
  gather(x: number, y: number, z: number, nx: number, ny: number, nz: number, samples: number, out: Float64Array): void {
    const shiftA = this.random(),
      shiftB = this.random();
    const px = x + nx * offset,
      py = y + ny * offset,
      pz = z + nz * offset;
    const { indirect } = this;
    indirect.fill(0);
    this.r = 0;
    this.g = 0;
    this.b = 0;
    const directly = samples * directPerPath;
    for (let i = 0; i < directly; i++) {
      const a = (shiftA + i * 0.7548776662466927) % 1,
        c = (shiftB + i * 0.5698402909980532) % 1;
      for (const light of this.scene.lights) this.direct(light, px, py, pz, nx, ny, nz, 1, 1, 1, (a + 0.5) % 1, (c + 0.37) % 1);
    }
    out[0] = (out[0] as number) + this.r / directly;
    out[1] = (out[1] as number) + this.g / directly;
    out[2] = (out[2] as number) + this.b / directly;
    for (let i = 0; i < samples; i++) {
      this.r = 0;
      this.g = 0;
      this.b = 0;
      this.bounce(px, py, pz, nx, ny, nz, (shiftA + i * 0.7548776662466927) % 1, (shiftB + i * 0.5698402909980532) % 1);
      // A rare path that carries very much would stay as a speck.
      const cut = Math.min(1, brightest / Math.max(this.r, this.g, this.b, 1e-9)) / samples;
      indirect[0] = (indirect[0] as number) + this.r * cut;
      indirect[1] = (indirect[1] as number) + this.g * cut;
      indirect[2] = (indirect[2] as number) + this.b * cut;
    }
  }

  /** Whether just before a surface there is another solid's inside. */
  isInside(x: number, y: number, z: number, nx: number, ny: number, nz: number): boolean {
    const index = this.hits.first(x + nx * offset, y + ny * offset, z + nz * offset, nx, ny, nz, 10, -1, false);
    if (index < 0) return false;
    const t = this.hits.t + offset;
    this.hits.describe(index, x + nx * t, y + ny * t, z + nz * t);
    return this.hits.nx * nx + this.hits.ny * ny + this.hits.nz * nz > 0;
  }

  /** What is seen from a place in a direction: one path. Surfaces that glow are seen. */
  look(x: number, y: number, z: number, dx: number, dy: number, dz: number, out: Float64Array): void {
    const index = this.hits.first(x, y, z, dx, dy, dz, 1e4, -1, true);
    if (index < 0) {
      this.scene.surroundings.forEach((c, k) => {
        out[k] = (out[k] as number) + c;
      });
      return;
    }
    const t = this.hits.t;
    const hx = x + dx * t,
      hy = y + dy * t,
      hz = z + dz * t;
    this.hits.describe(index, hx, hy, hz);
    const flip = this.hits.nx * dx + this.hits.ny * dy + this.hits.nz * dz > 0 ? -1 : 1;
    const nx = this.hits.nx * flip,
      ny = this.hits.ny * flip,
      nz = this.hits.nz * flip;
    const colour = this.colour(index);
    const glow = this.glow(index);
    const light = new Float64Array(3);
    this.gather(hx, hy, hz, nx, ny, nz, 1, light);
    for (let k = 0; k < 3; k++)
      out[k] = (out[k] as number) + (colour[k] as number) * ((light[k] as number) + (this.indirect[k] as number)) + (glow[k] as number);
  }

  /** The colour of the solid just described. */
  colour(index: number): Triple {
    const { colour } = (this.scene.solids[index] as Solid).material;
    const { own, ownNormal } = this.hits;
    return typeof colour === 'function'
      ? colour(own[0] as number, own[1] as number, own[2] as number, ownNormal[0] as number, ownNormal[1] as number, ownNormal[2] as number)
      : colour;
  }

  glow(index: number): Triple {
    const glow = (this.scene.solids[index] as Solid).material.glow ?? black;
    const { own, ownNormal } = this.hits;
    return typeof glow === 'function'
      ? glow(own[0] as number, own[1] as number, own[2] as number, ownNormal[0] as number, ownNormal[1] as number, ownNormal[2] as number)
      : glow;
  }

  private direct(
    light: Light,
    x: number,
    y: number,
    z: number,
    nx: number,
    ny: number,
    nz: number,
    tr: number,
    tg: number,
    tb: number,
    a: number,
    b: number,
  ): void {
    const to = this.light;
    sample(light, x, y, z, a, b, to);
    const cosine = to.x * nx + to.y * ny + to.z * nz;
    if (cosine <= 0 || to.weight <= 0) return;
    if (this.hits.first(x, y, z, to.x, to.y, to.z, to.distance - 2 * offset, -1, false) >= 0) return;
    const colour = colourOf(light);
    const w = to.weight * cosine;
    this.r += tr * colour[0] * w;
    this.g += tg * colour[1] * w;
    this.b += tb * colour[2] * w;
  }

  private bounce(x: number, y: number, z: number, nx: number, ny: number, nz: number, a: number, b: number): void {
    const { hits, scene } = this;
    let tr = 1,
      tg = 1,
      tb = 1;
    for (let depth = 0; depth < bounces; depth++) {
      // A direction about the normal, by the cosine.
      const radius = Math.sqrt(a),
        angle = 2 * Math.PI * b,
        up = Math.sqrt(1 - a);
      const sign = nz >= 0 ? 1 : -1,
        k = -1 / (sign + nz),
        m = nx * ny * k;
      const c = radius * Math.cos(angle),
        s = radius * Math.sin(angle);
      const dx = c * (1 + sign * nx * nx * k) + s * m + up * nx;
      const dy = c * sign * m + s * (sign + ny * ny * k) + up * ny;
      const dz = -c * sign * nx - s * ny + up * nz;
      const index = hits.first(x, y, z, dx, dy, dz, 1e4, -1, false);
      if (index < 0) {
        this.r += tr * scene.surroundings[0];
        this.g += tg * scene.surroundings[1];
        this.b += tb * scene.surroundings[2];
        return;
      }
      const t = hits.t;
      x += dx * t;
      y += dy * t;
      z += dz * t;
      hits.describe(index, x, y, z);
      const flip = hits.nx * dx + hits.ny * dy + hits.nz * dz > 0 ? -1 : 1;
      nx = hits.nx * flip;
      ny = hits.ny * flip;
      nz = hits.nz * flip;
      const colour = this.means[index] as Triple;
      tr *= colour[0];
      tg *= colour[1];
      tb *= colour[2];
      x += nx * offset;
      y += ny * offset;
      z += nz * offset;
      const count = scene.lights.length;
      if (count > 0) {
        const light = scene.lights[Math.min(count - 1, Math.floor(this.random() * count))] as Light;
        this.direct(light, x, y, z, nx, ny, nz, tr * count, tg * count, tb * count, this.random(), this.random());
      }
      if (depth > 1 && this.random() > 0.6) return;
      if (depth > 1) {
        tr /= 0.6;
        tg /= 0.6;
        tb /= 0.6;
      }
      a = this.random();
      b = this.random();
    }
  }
}

const black: Triple = [0, 0, 0];

/** What a patterned solid's colour comes to, for light that bounces off it. */
function meanColour({ material: { colour }, half: [hx, hy, hz] }: Solid): Triple {
  if (typeof colour !== 'function') return colour;
  const sum: [number, number, number] = [0, 0, 0];
  const places = 64;
  for (let i = 0; i < places; i++) {
    const at = (factor: number, reach: number): number => (((i + 0.5) * factor) % 1) * 2 * reach - reach;
    colour(at(0.8191725, hx), at(0.6710436, hy), at(0.5497005, hz), 0, 1, 0).forEach((c, k) => {
      sum[k as 0 | 1 | 2] += c / places;
    });
  }
  return sum;
}
