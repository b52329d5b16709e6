/** What is known of every pixel of a sparse picture of a layer: what it shows and the light that falls on it. */
export interface Lit {
  readonly width: number;
  readonly height: number;
  /** Solid per pixel, −1 for none. */
  readonly solid: Int32Array;
  /** Place and normal, three per pixel. */
  readonly place: Float32Array;
  readonly normal: Float32Array;
  /** Light on a white matt surface, and light mirrored towards the camera, three per pixel. */
  readonly light: Float32Array;
  /** The part of the light that came by way of other surfaces; `light` is without it until both are smoothed. */
  readonly indirect: Float32Array;
  readonly mirrored: Float32Array;
  /** 1 where the place lies inside of another solid. */
  readonly hidden: Uint8Array;
}

export function emptyLit(width: number, height: number): Lit {
  const n = width * height;
  return {
    width,
    height,
    solid: new Int32Array(n).fill(-1),
    place: new Float32Array(n * 3),
    normal: new Float32Array(n * 3),
    light: new Float32Array(n * 3),
    indirect: new Float32Array(n * 3),
    mirrored: new Float32Array(n * 3),
    hidden: new Uint8Array(n),
  };
}

const kernel = [1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16];

/**
 * Takes the noise out of a sampled light without blurring over edges: the edge-avoiding à-trous wavelet of Dammertz et al.,
 * "Edge-Avoiding À-Trous Wavelet Transform for fast Global Illumination Filtering" (2010), guided by place, normal and brightness.
 */
export function smooth(lit: Lit, values: Float32Array, rounds: number, tolerance: number): Float32Array {
  const { width, height, solid, place, normal } = lit;
  let from = values;
  for (let round = 0; round < rounds; round++) {
    const step = 1 << round;
    const to = new Float32Array(from.length);
    const strict = tolerance / 1.6 ** round;
    const bright = around(lit, from);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const p = y * width + x;
        if ((solid[p] as number) < 0) continue;
        const p3 = p * 3;
        const here = bright[p] as number;
        let r = 0,
          g = 0,
          b = 0,
          total = 0;
        for (let j = -2; j <= 2; j++) {
          const yy = y + j * step;
          if (yy < 0 || yy >= height) continue;
          for (let i = -2; i <= 2; i++) {
            const xx = x + i * step;
            if (xx < 0 || xx >= width) continue;
            const q = yy * width + xx;
            if ((solid[q] as number) < 0 || lit.hidden[q] !== lit.hidden[p]) continue;
            const q3 = q * 3;
            const facing =
              (normal[p3] as number) * (normal[q3] as number) +
              (normal[p3 + 1] as number) * (normal[q3 + 1] as number) +
              (normal[p3 + 2] as number) * (normal[q3 + 2] as number);
            if (facing < 0.5) continue;
            const ex = (place[q3] as number) - (place[p3] as number),
              ey = (place[q3 + 1] as number) - (place[p3 + 1] as number),
              ez = (place[q3 + 2] as number) - (place[p3 + 2] as number);
            const away = Math.abs(ex * (normal[p3] as number) + ey * (normal[p3 + 1] as number) + ez * (normal[p3 + 2] as number));
            const differs = Math.abs((bright[q] as number) - here) / (here + 0.02);
            const weight = (kernel[j + 2] as number) * (kernel[i + 2] as number) * facing ** 24 * Math.exp(-away / 0.02 - differs / strict);
            r += weight * (from[q3] as number);
            g += weight * (from[q3 + 1] as number);
            b += weight * (from[q3 + 2] as number);
            total += weight;
          }
        }
        to[p3] = r / total;
        to[p3 + 1] = g / total;
        to[p3 + 2] = b / total;
      }
    }
    from = to;
  }
  return from;
}

/** Brightness about each pixel, from it and its eight neighbours on the same solid: by its own alone a dark speck would keep out all that could mend it. */
function around({ width, height, solid }: Lit, values: Float32Array): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      let sum = 0,
        count = 0;
      for (let yy = Math.max(0, y - 1); yy <= Math.min(height - 1, y + 1); yy++) {
        for (let xx = Math.max(0, x - 1); xx <= Math.min(width - 1, x + 1); xx++) {
          if (solid[yy * width + xx] !== solid[p]) continue;
          sum += brightness(values, (yy * width + xx) * 3);
          count++;
        }
      }
      out[p] = sum / count;
    }
  }
  return out;
}

function brightness(values: Float32Array, at: number): number {
  return 0.3 * (values[at] as number) + 0.6 * (values[at + 1] as number) + 0.1 * (values[at + 2] as number);
}

/**
 * Gives places that lie inside of another solid, and so in the dark, the light of the nearest others facing the same way: what
 * hides them may move aside a little.
 */
export function fillHidden({ width, height, solid, normal, hidden }: Lit, values: Float32Array): void {
  for (let p = 0; p < width * height; p++) {
    if (hidden[p] !== 1) continue;
    const sum = [0, 0, 0];
    let total = 0;
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
      [1, -1],
      [-1, -1],
    ] as const) {
      for (
        let step = 1, x = (p % width) + dx, y = Math.floor(p / width) + dy;
        x >= 0 && x < width && y >= 0 && y < height;
        step++, x += dx, y += dy
      ) {
        const q = y * width + x;
        if ((solid[q] as number) < 0 || hidden[q] === 1) continue;
        const facing = [0, 1, 2].reduce((dot, k) => dot + (normal[p * 3 + k] as number) * (normal[q * 3 + k] as number), 0);
        if (facing < 0.9) break;
        const weight = 1 / (step * step);
        total += weight;
        for (let k = 0; k < 3; k++) sum[k] = (sum[k] as number) + weight * (values[q * 3 + k] as number);
        break;
      }
    }
    if (total > 0) for (let k = 0; k < 3; k++) values[p * 3 + k] = (0.85 * (sum[k] as number)) / total;
  }
}

/** A place of a solid and the normal there. */
interface Surface {
  readonly solid: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/** The smoothed light at a finer place of the picture, taken from those neighbours that show the same surface. */
export function lightAt(
  lit: Lit,
  values: Float32Array,
  fx: number,
  fy: number,
  { solid, x, y, z, nx, ny, nz }: Surface,
  out: Float64Array,
): void {
  const { width, height } = lit;
  const x0 = Math.floor(fx),
    y0 = Math.floor(fy);
  let total = 0;
  out[0] = 0;
  out[1] = 0;
  out[2] = 0;
  for (let reach = 1; reach <= 4 && total < 1e-6; reach++) {
    for (let yy = y0 - reach + 1; yy <= y0 + reach; yy++) {
      if (yy < 0 || yy >= height) continue;
      for (let xx = x0 - reach + 1; xx <= x0 + reach; xx++) {
        if (xx < 0 || xx >= width) continue;
        const q = yy * width + xx,
          q3 = q * 3;
        if ((lit.solid[q] as number) < 0) continue;
        const facing = nx * (lit.normal[q3] as number) + ny * (lit.normal[q3 + 1] as number) + nz * (lit.normal[q3 + 2] as number);
        const away = Math.abs(
          ((lit.place[q3] as number) - x) * nx + ((lit.place[q3 + 1] as number) - y) * ny + ((lit.place[q3 + 2] as number) - z) * nz,
        );
        const near = Math.max(0, reach - Math.abs(xx - fx)) * Math.max(0, reach - Math.abs(yy - fy)) + 1e-4;
        const weight = near * (Math.max(0, facing) ** 12 + 1e-5) * (Math.exp(-away / 0.01) + 1e-4) * (lit.solid[q] === solid ? 1 : 0.02);
        total += weight;
        for (let k = 0; k < 3; k++) out[k] = (out[k] as number) + weight * (values[q3 + k] as number);
      }
    }
  }
  for (let k = 0; k < 3; k++) out[k] = total > 0 ? (out[k] as number) / total : 0;
}
