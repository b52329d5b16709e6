import { Camera, type Triple } from '../camera.js';
import { lightArea } from '../light-area.js';
import { bakedSize, type Room } from '../room.js';
import { Eye, thinnest } from './eye.js';
import { emptyLit, fillHidden, type Lit, lightAt, smooth } from './smooth.js';
import { type Scene, Tracer } from './tracer.js';

export interface Quality {
  /** Size in parts of the full baked size. */
  readonly scale: number;
  /** Light paths per sparse pixel (one in `sparse` squared). */
  readonly samples: number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, not premultiplied. */
  readonly data: Uint8Array;
}

export interface Baked {
  /** The shell first, then the room's layers. */
  readonly layers: readonly Pixels[];
  /** The light on the wall about the hanging: RGB of relative strength, its square root taken; see `lightArea`. */
  readonly light: Pixels;
}

/** How a scene's light becomes a picture. */
export interface Film {
  readonly exposure: number;
  /** Neutral here is this colour of light. */
  readonly white: Triple;
}

export const full: Quality = { scale: 1, samples: 12 };
/** Light is traced once for so many pixels across and down: it changes less than colours do. */
const sparse = 2;
const lightGrid = { width: 96, height: 72 } as const;

/** Draws the layers of a room from its scene. Minutes at full quality; the same input gives the same pixels. */
export function bake(room: Room, scene: Scene, film: Film, quality: Quality): Baked {
  const names = room.layers.map((layer) => layer.name);
  const tracer = new Tracer(scene, names);
  const layers = ['', ...names].map((_, layer) => bakeLayer(room, scene, film, quality, tracer, layer));
  return { layers, light: bakeLight(room, tracer, quality) };
}

function bakeLayer(room: Room, scene: Scene, film: Film, quality: Quality, tracer: Tracer, layer: number): Pixels {
  const width = Math.round(bakedSize.width * quality.scale),
    height = Math.round(bakedSize.height * quality.scale);
  const lit = trace(room, scene, tracer, layer, Math.ceil(width / sparse), Math.ceil(height / sparse), quality.samples);
  const light = whole(lit, 3, 0.7);
  fillHidden(lit, light);
  const mirrored = smooth(lit, lit.mirrored, 3, 0.9);
  const data = new Uint8Array(width * height * 4);
  const eye = new Eye(tracer, new Camera(room.baked.pose, room.baked.lens, width * 2, height * 2), layer);
  const [lightHere, mirroredHere, toned] = [new Float64Array(3), new Float64Array(3), new Float64Array(3)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum: [number, number, number] = [0, 0, 0];
      let seen = 0;
      for (let sub = 0; sub < 4; sub++) {
        const px = x * 2 + (sub & 1) + 0.5,
          py = y * 2 + (sub >> 1) + 0.5;
        if (!eye.look(px, py)) continue;
        const [fx, fy] = [px / (2 * sparse) - 0.5, py / (2 * sparse) - 0.5];
        lightAt(lit, light, fx, fy, eye, lightHere);
        if (scene.solids[eye.solid]?.material.gloss) lightAt(lit, mirrored, fx, fy, eye, mirroredHere);
        else mirroredHere.fill(0);
        const colour = tracer.colour(eye.solid),
          glow = tracer.glow(eye.solid);
        for (let k = 0; k < 3; k++)
          toned[k] = (colour[k] as number) * (lightHere[k] as number) + (mirroredHere[k] as number) + (glow[k] as number);
        develop(film, toned);
        for (let k = 0; k < 3; k++) sum[k as 0 | 1 | 2] += toned[k] as number;
        seen++;
      }
      if (seen === 0) continue;
      store(data, width, height, x, y, [sum[0] / seen, sum[1] / seen, sum[2] / seen], seen / 4, layer === 0 ? dither(x, y) : 0);
    }
  }
  return { width, height, data };
}

/** Direct light keeps its edges; what came by way of other surfaces has none, and is smoothed far. */
function whole(lit: Lit, rounds: number, tolerance: number): Float32Array {
  const indirect = smooth(lit, lit.indirect, 5, 4);
  return smooth(lit, lit.light, rounds, tolerance).map((v, i) => v + (indirect[i] as number));
}

/** Writes a pixel, a little darker towards the corners. */
function store(data: Uint8Array, width: number, height: number, x: number, y: number, rgb: Triple, alpha: number, grain: number): void {
  const vignette = 1 - 0.1 * ((2 * x) / width - 1) ** 2 - 0.07 * ((2 * y) / height - 1) ** 2;
  const at = (y * width + x) * 4;
  for (let k = 0; k < 3; k++) data[at + k] = clamp((rgb[k] as number) * 255 * vignette + grain);
  data[at + 3] = Math.round(alpha * 255);
}

/** Traces the light on what one layer shows, at few pixels. */
function trace(room: Room, scene: Scene, tracer: Tracer, layer: number, width: number, height: number, samples: number): Lit {
  const lit = emptyLit(width, height);
  const eye = new Eye(tracer, new Camera(room.baked.pose, room.baked.lens, width, height), layer);
  const out = new Float64Array(3);
  tracer.hits.unlit = layer === 0 ? room.layers.findIndex(({ leavesNoShadow }) => leavesNoShadow === true) + 1 : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      if (!eye.look(x + 0.5, y + 0.5)) continue;
      const { solid, nx, ny, nz, dx, dy, dz } = eye;
      const lift = eye.isThin ? thinnest : 0;
      const [hx, hy, hz] = [eye.x + nx * lift, eye.y + ny * lift, eye.z + nz * lift];
      lit.solid[p] = solid;
      lit.place.set([eye.x, eye.y, eye.z], p * 3);
      lit.normal.set([nx, ny, nz], p * 3);
      tracer.seed(p + 1 + layer * 7919);
      out.fill(0);
      tracer.gather(hx, hy, hz, nx, ny, nz, samples, out);
      lit.light.set(out, p * 3);
      lit.indirect.set(tracer.indirect, p * 3);
      if (layer === 0 && tracer.isInside(hx, hy, hz, nx, ny, nz)) lit.hidden[p] = 1;
      const gloss = scene.solids[solid]?.material.gloss;
      if (gloss !== undefined) lit.mirrored.set(mirror(tracer, hx, hy, hz, nx, ny, nz, dx, dy, dz, gloss, Math.ceil(samples / 2)), p * 3);
    }
  }
  tracer.hits.unlit = 0;
  return lit;
}

/** What a glossy place mirrors, by Schlick's approximation of Fresnel's law. */
function mirror(
  tracer: Tracer,
  x: number,
  y: number,
  z: number,
  nx: number,
  ny: number,
  nz: number,
  dx: number,
  dy: number,
  dz: number,
  gloss: { readonly reflectance: number; readonly roughness: number },
  samples: number,
): Float64Array {
  const out = new Float64Array(3);
  const length = Math.hypot(dx, dy, dz);
  const cosine = Math.min(1, -(dx * nx + dy * ny + dz * nz) / length);
  const fresnel = gloss.reflectance + (1 - gloss.reflectance) * (1 - cosine) ** 5 * (1 - gloss.roughness);
  const blur = gloss.roughness * gloss.roughness;
  for (let i = 0; i < samples; i++) {
    const radius = Math.sqrt(tracer.random()) * blur,
      angle = tracer.random() * 2 * Math.PI,
      lift = (tracer.random() * 2 - 1) * blur;
    const rx = dx / length + 2 * cosine * nx + radius * Math.cos(angle),
      ry = dy / length + 2 * cosine * ny + lift,
      rz = dz / length + 2 * cosine * nz + radius * Math.sin(angle);
    const up = rx * nx + ry * ny + rz * nz;
    const add = up < 0.02 ? 0.02 - up : 0;
    tracer.look(x + nx * 1e-3, y + ny * 1e-3, z + nz * 1e-3, rx + nx * add, ry + ny * add, rz + nz * add, out);
  }
  return out.map((v) => Math.min(v / samples, 6) * fresnel);
}

function bakeLight(room: Room, tracer: Tracer, quality: Quality): Pixels {
  const { width, height } = lightGrid;
  const area = lightArea(room);
  const lit = emptyLit(width, height);
  const out = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      const place = [area.left + ((x + 0.5) / width) * area.width, area.top - ((y + 0.5) / height) * area.height, 0.03] as const;
      tracer.seed(p + 104729);
      out.fill(0);
      tracer.gather(...place, 0, 0, 1, Math.ceil(quality.samples * 2), out);
      lit.solid[p] = 0;
      lit.place.set(place, p * 3);
      lit.normal.set([0, 0, 1], p * 3);
      lit.light.set(out, p * 3);
      lit.indirect.set(tracer.indirect, p * 3);
    }
  }
  const light = whole(lit, 2, 0.25);
  const most = light.reduce((a, b) => Math.max(a, b), 1e-6);
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let p = 0; p < width * height; p++)
    for (let k = 0; k < 3; k++) data[p * 4 + k] = clamp(Math.sqrt((light[p * 3 + k] as number) / most) * 255);
  return { width, height, data };
}

/** From light to sRGB, 0–1: exposure, white balance, a soft shoulder. */
function develop(film: Film, rgb: Float64Array): void {
  for (let k = 0; k < 3; k++) {
    const v = ((rgb[k] as number) * film.exposure) / (film.white[k] as number);
    const shoulder = v < 0.55 ? v : 0.55 + 0.45 * (1 - Math.exp(-(v - 0.55) / 0.62));
    rgb[k] = shoulder ** (1 / 2.2);
  }
}

/** Less than one step of brightness of fixed grain, so that soft gradients do not show steps. */
function dither(x: number, y: number): number {
  const h = Math.imul(x * 73856093, 19349663) ^ Math.imul(y + 11, 83492791);
  return (((Math.imul(h ^ (h >>> 15), 2246822519) >>> 8) & 255) / 255 - 0.5) * 1.6;
}

function clamp(v: number): number {
  return v < 0 ? 0 : v > 255 ? 255 : Math.round(v);
}
