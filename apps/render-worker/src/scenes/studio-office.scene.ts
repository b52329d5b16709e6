import type { Film } from './baking/bake.js';
import { cloth, hex, noise, plaster, scaled, wood } from './baking/patterns.js';
import { ball, bar, box, type Material, post, type Solid } from './baking/solids.js';
import type { Scene } from './baking/tracer.js';
import type { Room } from './room.js';

/** A desk before a sage wall: a lamp, a laptop, a chair, daylight through a window on the left. */
export const studioOffice: Room = {
  roomId: 'studio-office',
  lens: { focal: 0.8, shift: -0.06 },
  from: { x: 0.55, y: 1.38, z: 3.55, yaw: -0.12 },
  to: { x: 0.2, y: 1.42, z: 3.0, yaw: -0.05 },
  baked: { pose: { x: 0.43, y: 1.39, z: 3.68, yaw: -0.095 }, lens: { focal: 0.73, shift: -0.06 } },
  shell: { left: -2.4, right: 3, ceiling: 2.8, front: 5 },
  layers: [
    { name: 'cabinet', z: 0.42 },
    { name: 'desk', z: 0.72 },
    { name: 'chair', z: 1.15 },
  ],
  hanging: {
    x: 0,
    y: 1.56,
    maxWidth: 1.35,
    maxHeight: 1.0,
    area: 0.72,
    framing: { width: 0.016, depth: 0.03, colour: hex('#1f1d1b'), grain: 0, mat: 0.06 },
    shadow: { right: 1.1, down: 0.9, strength: 0.55, softness: 1 },
    tint: 0.4,
  },
};

export const studioOfficeFilm: Film = { exposure: 2, white: [1.0, 1, 0.97] };

const wall: Material = { colour: plaster(hex('#b4b7a6'), 0.05) };
const white: Material = { colour: hex('#eceae4') };
const floor: Material = { colour: wood(hex('#b79a78'), hex('#8d7152'), 'x', 8), gloss: { reflectance: 0.04, roughness: 0.4 } };
const oak: Material = { colour: wood(hex('#c29b6b'), hex('#8f673d'), 'x', 9), gloss: { reflectance: 0.04, roughness: 0.4 } };
const black: Material = { colour: hex('#252423'), gloss: { reflectance: 0.04, roughness: 0.4 } };
const steel: Material = { colour: hex('#8e9092'), gloss: { reflectance: 0.25, roughness: 0.35 } };
const seat: Material = { colour: cloth(hex('#6f675d'), 0.3) };
const desk: Partial<Solid> = { layer: 'desk' };
const chair: Partial<Solid> = { layer: 'chair' };
const cabinet: Partial<Solid> = { layer: 'cabinet' };

const covers = ['#7b4b3a', '#d8d0c0', '#3f5560', '#b08d57', '#8b8f7a', '#e6e0d4', '#4a4642'].map(hex);
const books = Array.from({ length: 9 }, (_, i): Solid => {
  const x = 1.42 + i * 0.036,
    high = 0.21 + ((i * 5) % 4) * 0.022;
  return box(
    [x, 0.86, 0.14],
    [x + 0.03 + (i % 3) * 0.002, 0.86 + high, 0.36],
    { colour: covers[i % covers.length] as (typeof covers)[number] },
    { round: 0.003, ...cabinet },
  );
});

const plant = Array.from({ length: 26 }, (_, i): Solid => {
  const turn = i * 2.39996,
    height = 0.06 + (i % 9) * 0.026,
    reach = 0.05 + (((i * 7) % 10) / 10) * 0.13;
  return ball(
    [2.03 + Math.cos(turn) * reach, 1.06 + height, 0.27 + Math.sin(turn) * reach * 0.8],
    [0.034, 0.058, 0.006],
    { colour: (x, y) => scaled(hex('#55704a'), 0.75 + 0.5 * noise(x * 40 + i, y * 20)) },
    { turn: [turn * 57.3 + 90, 35 + (i % 4) * 16, 0], ...cabinet },
  );
});

const solids: Solid[] = [
  box([-4, -0.1, -0.2], [4, 2.9, 0], wall),
  box([-4, -0.1, 0], [4, 0, 6], floor),
  box([-4, 2.8, 0], [4, 2.9, 5], white),
  box([3, 0, 0], [3.1, 2.8, 5], wall),
  box([-2.5, 0, 0], [-2.4, 2.8, 0.6], wall),
  box([-2.5, 0, 2.5], [-2.4, 2.8, 5], wall),
  box([-2.5, 0, 0.6], [-2.4, 0.85, 2.5], wall),
  box([-2.5, 2.4, 0.6], [-2.4, 2.8, 2.5], wall),
  box([-2.4, 0, 0], [3, 0.09, 0.013], white),
  // Desk: a top on two black frames, a drawer under it.
  box([-0.95, 0.715, 0.12], [0.95, 0.745, 0.82], oak, { round: 0.006, ...desk }),
  ...[-0.88, 0.85].flatMap((x) => [
    box([x, 0, 0.18], [x + 0.03, 0.715, 0.21], black, desk),
    box([x, 0, 0.74], [x + 0.03, 0.715, 0.77], black, desk),
    box([x, 0, 0.18], [x + 0.03, 0.025, 0.77], black, desk),
  ]),
  box([0.3, 0.61, 0.2], [0.8, 0.714, 0.78], oak, desk),
  box([0.5, 0.655, 0.78], [0.6, 0.668, 0.792], black, desk),
  // Laptop, seen from behind its keyboard, its screen resting dark.
  box([-0.24, 0.746, 0.36], [0.14, 0.76, 0.62], steel, { round: 0.006, ...desk }),
  box([-0.21, 0.76, 0.39], [0.11, 0.7615, 0.52], black, desk),
  { kind: 'box', at: [-0.05, 0.87, 0.325], half: [0.19, 0.118, 0.005], turn: [0, -14, 0], round: 0.004, material: steel, ...desk },
  {
    kind: 'box',
    at: [-0.05, 0.87, 0.3305],
    half: [0.178, 0.106, 0.0035],
    turn: [0, -14, 0],
    material: { colour: hex('#23272b'), gloss: { reflectance: 0.05, roughness: 0.15 } },
    ...desk,
  },
  // Lamp with a bent arm.
  post([-0.78, 0.745, 0.4], 0.085, 0.018, black, desk),
  bar([-0.78, 0.76, 0.4], [-0.9, 0.99, 0.34], 0.008, black, desk),
  bar([-0.9, 0.99, 0.34], [-0.66, 1.1, 0.44], 0.008, black, desk),
  {
    kind: 'cylinder',
    at: [-0.62, 1.075, 0.455],
    half: [0.085, 0.055, 0.085],
    taper: 0.45,
    turn: [0, 12, -12],
    ghost: true,
    material: black,
    ...desk,
  },
  ball([-0.625, 1.033, 0.457], [0.05, 0.018, 0.05], { colour: hex('#fff3dd'), glow: [1, 0.8, 0.55] }, { ghost: true, ...desk }),
  // Paper, a notebook, a cup with pencils.
  box([0.3, 0.745, 0.4], [0.56, 0.752, 0.7], { colour: hex('#efe9dd') }, { turn: [-9, 0, 0], ...desk }),
  box([0.33, 0.752, 0.43], [0.52, 0.768, 0.68], { colour: hex('#5d3f33') }, { turn: [-14, 0, 0], round: 0.004, ...desk }),
  { kind: 'cylinder', at: [0.72, 0.795, 0.36], half: [0.04, 0.05, 0.04], material: { colour: hex('#d8d2c6') }, ...desk },
  ...[0, 1, 2, 3].map((i) =>
    bar(
      [0.71 + i * 0.008, 0.79, 0.355 + (i % 2) * 0.012],
      [0.69 + i * 0.026, 0.93 - i * 0.008, 0.34 + (i % 2) * 0.04],
      0.0042,
      { colour: covers[i] as (typeof covers)[number] },
      desk,
    ),
  ),
  // Chair, turned a little away.
  { kind: 'box', at: [0.1, 0.47, 1.12], half: [0.25, 0.04, 0.24], turn: [14, 0, 0], round: 0.038, material: seat, ...chair },
  { kind: 'box', at: [0.165, 0.77, 1.36], half: [0.22, 0.15, 0.028], turn: [14, 8, 0], round: 0.027, material: seat, ...chair },
  ...(
    [
      [-0.09, 0.94],
      [0.31, 0.9],
      [-0.06, 1.33],
      [0.36, 1.28],
    ] as const
  ).map(([x, z]) => bar([x * 1.12 - 0.01, 0, z * 1.03 - 0.03], [x * 0.86 + 0.015, 0.45, z * 0.97 + 0.03], 0.013, oak, chair)),
  ...[-0.16, 0.16].map((x) => bar([0.14 + x, 0.46, 1.33 - x * 0.25], [0.165 + x, 0.8, 1.39 - x * 0.25], 0.011, oak, chair)),
  // A low cabinet with books and a plant.
  box([1.3, 0.1, 0.06], [2.35, 0.86, 0.44], { colour: plaster(hex('#e0ddd3'), 0.03) }, { round: 0.005, ...cabinet }),
  box([1.823, 0.12, 0.438], [1.827, 0.84, 0.4415], black, cabinet),
  ...[1.36, 2.26].map((x) => box([x, 0, 0.1], [x + 0.03, 0.1, 0.4], black, cabinet)),
  ...books,
  {
    kind: 'cylinder',
    at: [2.03, 0.965, 0.27],
    half: [0.085, 0.105, 0.085],
    taper: 1.2,
    material: { colour: plaster(hex('#b7795a'), 0.2) },
    ...cabinet,
  },
  post([2.03, 1.06, 0.27], 0.095, 0.008, { colour: hex('#3b2c20') }, cabinet),
  ...plant,
  // A basket on the floor.
  {
    kind: 'cylinder',
    at: [-1.45, 0.17, 0.5],
    half: [0.18, 0.17, 0.18],
    taper: 1.15,
    material: { colour: cloth(hex('#a88a62'), 0.8) },
    ...cabinet,
  },
  ...[0, 1, 2].map((i) =>
    bar(
      [-1.45 + i * 0.05, 0.1, 0.5],
      [-1.55 + i * 0.13, 0.72 + i * 0.05, 0.42 + i * 0.05],
      0.024,
      { colour: hex(i === 1 ? '#d8d0c0' : '#efe9dd') },
      cabinet,
    ),
  ),
];

export const studioOfficeScene: Scene = {
  solids,
  lights: [
    { kind: 'panel', corner: [-2.42, 0.85, 2.5], u: [0, 0, -1.9], v: [0, 1.55, 0], radiance: [4.0, 4.2, 4.5] },
    { kind: 'globe', at: [-0.625, 1.0, 0.46], radius: 0.035, radiance: [26, 19, 11] },
  ],
  surroundings: [0.3, 0.3, 0.31],
};
