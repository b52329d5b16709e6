import type { Triple } from '../camera.js';

/** A pattern that runs through the whole solid. */
type Grain = (x: number, y: number, z: number) => Triple;

function hash(x: number, y: number, z: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(z, 2147483647 - 1274126177);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise, 0–1, one hill per unit. */
export function noise(x: number, y: number, z = 0): number {
  const ix = Math.floor(x),
    iy = Math.floor(y),
    iz = Math.floor(z);
  const ease = (v: number): number => v * v * (3 - 2 * v);
  const fx = ease(x - ix),
    fy = ease(y - iy),
    fz = ease(z - iz);
  const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
  const plane = (k: number): number =>
    mix(mix(hash(ix, iy, k), hash(ix + 1, iy, k), fx), mix(hash(ix, iy + 1, k), hash(ix + 1, iy + 1, k), fx), fy);
  return mix(plane(iz), plane(iz + 1), fz);
}

/** Four octaves of it, about 0.5. */
function cloud(x: number, y: number, z = 0): number {
  return (
    (noise(x, y, z) * 8 + noise(x * 2.1, y * 2.1, z * 2.1) * 4 + noise(x * 4.3, y * 4.3, z * 4.3) * 2 + noise(x * 8.9, y * 8.9, z * 8.9)) /
    15
  );
}

export function scaled([r, g, b]: Triple, by: number): Triple {
  return [r * by, g * by, b * by];
}

export function between(a: Triple, b: Triple, t: number): Triple {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** A colour from its sRGB hex, `#rrggbb`. */
export function hex(colour: string): Triple {
  const part = (at: number): number => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  return [part(1), part(3), part(5)];
}

/** Painted plaster: a hint of roller and trowel. */
export function plaster(colour: Triple, strength = 0.05): Grain {
  return (x, y, z) =>
    scaled(colour, 1 + strength * (cloud(x * 1.3, y * 1.3, z * 1.3) - 0.5) + strength * 0.7 * (noise(x * 160, y * 160, z * 160) - 0.5));
}

/** Floor boards along x (or z), of this width in metres. */
export function boards(light: Triple, dark: Triple, width: number, along: 'x' | 'z'): Grain {
  return (x, _y, z) => {
    const [a, b] = along === 'x' ? [x, z] : [z, x];
    const row = Math.floor(b / width);
    const length = 1.6;
    const shifted = a + hash(row, 7, 3) * length;
    const piece = Math.floor(shifted / length);
    const tone = hash(row, piece, 11);
    const grain = cloud(a * 1.1 + tone * 40, b * 34 + tone * 9, tone * 30);
    const fine = noise(a * 6, b * 260, row);
    const colour = between(light, dark, Math.min(1, Math.max(0, 0.3 * tone + 0.75 * grain - 0.12 + 0.14 * (fine - 0.5))));
    const gapB = Math.abs(b / width - Math.round(b / width)) * width;
    const gapA = Math.abs(shifted / length - Math.round(shifted / length)) * length;
    const gap = gapB < 0.0016 || gapA < 0.0014 ? 0.45 : 1;
    return scaled(colour, gap);
  };
}

/** Veneer or solid wood; the grain runs along the axis. */
export function wood(light: Triple, dark: Triple, along: 'x' | 'y' | 'z', seed = 0): Grain {
  return (x, y, z) => {
    const [a, b, c] = along === 'x' ? [x, y, z] : along === 'y' ? [y, x, z] : [z, x, y];
    const rings = cloud(a * 0.9 + seed * 17, b * 15 + seed, c * 15);
    const fine = noise(a * 7, b * 230, c * 230 + seed);
    return between(light, dark, Math.min(1, Math.max(0, rings * 1.5 - 0.3 + 0.18 * (fine - 0.5))));
  };
}

/** Woven cloth. */
export function cloth(colour: Triple, strength = 0.14): Grain {
  return (x, y, z) => {
    const weave = noise(x * 420, y * 170, z * 170) * 0.5 + noise(x * 170, y * 420, z * 420) * 0.5;
    return scaled(colour, 1 + strength * (weave - 0.5) + 0.1 * (cloud(x * 5, y * 5, z * 5) - 0.5));
  };
}

/** Ground concrete. */
export function concrete(colour: Triple): Grain {
  return (x, y, z) => scaled(colour, 0.84 + 0.3 * cloud(x * 1.1, y * 1.1, z * 1.1) + 0.06 * (noise(x * 70, y * 70, z * 70) - 0.5));
}
