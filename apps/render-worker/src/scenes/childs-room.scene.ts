import type { Film } from './baking/bake.js';
import type { Triple } from './camera.js';
import { boards, cloth, hex, plaster, scaled, wood } from './baking/patterns.js';
import { ball, box, type Material, post, type Solid } from './baking/solids.js';
import type { Scene } from './baking/tracer.js';
import type { Room } from './room.js';

/** A low shelf with books and toys, a bear, soft morning light from the right. */
export const childsRoom: Room = {
  roomId: 'childs-room',
  lens: { focal: 0.8, shift: -0.07 },
  from: { x: 0.3, y: 1.12, z: 3.35, yaw: -0.05 },
  to: { x: 0.02, y: 1.18, z: 2.85, yaw: 0 },
  baked: { pose: { x: 0.2, y: 1.14, z: 3.46, yaw: -0.035 }, lens: { focal: 0.73, shift: -0.07 } },
  shell: { left: -2.3, right: 2.5, ceiling: 2.6, front: 5 },
  layers: [
    { name: 'shelf', z: 0.4 },
    { name: 'toys', z: 0.85 },
  ],
  hanging: {
    x: 0,
    y: 1.34,
    maxWidth: 1.1,
    maxHeight: 0.8,
    area: 0.46,
    framing: { width: 0.022, depth: 0.024, colour: hex('#d9bd92'), grain: 0.4, mat: 0.045 },
    shadow: { right: -1, down: 1.1, strength: 0.42, softness: 1 },
    tint: 0.4,
  },
};

export const childsRoomFilm: Film = { exposure: 1.75, white: [1.04, 1, 0.95] };

const upper: Material = { colour: plaster(hex('#f0e9dc'), 0.04) };
const lower: Material = { colour: plaster(hex('#b9c8bd'), 0.04) };
const white: Material = { colour: hex('#f2eee6') };
const birch: Material = { colour: wood(hex('#dfc49c'), hex('#c09b6b'), 'x', 4) };
const fur: Material = { colour: cloth(hex('#b98d5f'), 0.5) };
const dark: Material = { colour: hex('#2d2622') };
const snout: Material = { colour: cloth(hex('#dcc29c'), 0.4) };
const shelf: Partial<Solid> = { layer: 'shelf' };
const toys: Partial<Solid> = { layer: 'toys' };

const covers = ['#a65f4c', '#4f7079', '#d3ad62', '#7f8f6c', '#d9cfbd', '#8a6d86', '#5e7fa0', '#c98a63'].map(hex);

/** A row of books standing from x on, their backs to the room. */
function books(x: number, y: number, count: number, seed: number): Solid[] {
  let at = x;
  return Array.from({ length: count }, (_, i) => {
    const thick = 0.018 + ((i * 7 + seed * 3) % 5) * 0.006,
      high = 0.17 + ((i * 5 + seed) % 6) * 0.016;
    const cover = covers[(i * 3 + seed) % covers.length] as Triple;
    const book = box(
      [at, y, 0.16],
      [at + thick, y + high, 0.37 - ((i * 3) % 4) * 0.008],
      { colour: (_x, v) => scaled(cover, Math.abs(v - high * 0.3) < 0.006 ? 1.7 : 1) },
      { round: 0.003, ...shelf },
    );
    at += thick + 0.0015;
    return book;
  });
}

const bear: Solid[] = [
  ball([0.86, 0.19, 0.82], [0.15, 0.18, 0.13], fur, toys),
  ball([0.86, 0.19, 0.86], [0.1, 0.13, 0.105], snout, toys),
  ball([0.86, 0.44, 0.83], [0.125, 0.115, 0.11], fur, toys),
  ball([0.86, 0.41, 0.925], [0.055, 0.045, 0.045], snout, toys),
  ball([0.86, 0.425, 0.966], [0.017, 0.013, 0.012], dark, toys),
  ...[-1, 1].flatMap((s) => [
    ball([0.86 + s * 0.1, 0.535, 0.81], [0.045, 0.045, 0.025], fur, toys),
    ball([0.86 + s * 0.1, 0.533, 0.832], [0.026, 0.026, 0.012], snout, toys),
    ball([0.86 + s * 0.045, 0.465, 0.93], 0.011, dark, toys),
    ball([0.86 + s * 0.165, 0.24, 0.87], [0.05, 0.11, 0.055], fur, { turn: [0, -35, s * 25], ...toys }),
    ball([0.86 + s * 0.12, 0.065, 0.95], [0.062, 0.065, 0.12], fur, toys),
    ball([0.86 + s * 0.12, 0.07, 1.062], [0.042, 0.045, 0.014], snout, toys),
  ]),
];

const blocks: Solid[] = (
  [
    [-0.86, 0.05, 0.95, '#c98a63', 15],
    [-0.73, 0.05, 0.92, '#5e7fa0', -20],
    [-0.8, 0.15, 0.935, '#d3ad62', 32],
    [-0.55, 0.05, 1.06, '#7f8f6c', 40],
  ] as const
).map(([x, y, z, colour, yaw]) => ({
  kind: 'box',
  at: [x, y, z],
  half: [0.05, 0.05, 0.05],
  turn: [yaw, 0, 0],
  round: 0.007,
  material: { colour: wood(scaled(hex(colour), 1.1), hex(colour), 'x', x) },
  ...toys,
}));

const rings: Solid[] = (['#a65f4c', '#c98a63', '#d3ad62', '#7f8f6c', '#4f7079'] as const).map((colour, i) =>
  ball([-0.52, 0.708 + i * 0.033, 0.26], [0.072 - i * 0.009, 0.019, 0.072 - i * 0.009], { colour: hex(colour) }, shelf),
);

const solids: Solid[] = [
  box([-4, 0.92, -0.2], [4, 2.7, 0], upper),
  box([-4, -0.1, -0.2], [4, 0.92, 0], lower),
  box([-2.3, 0.905, 0], [2.5, 0.93, 0.01], white),
  box([-2.3, 0, 0], [2.5, 0.1, 0.014], white),
  box([-4, -0.1, 0], [4, 0, 6], {
    colour: boards(hex('#dcbf95'), hex('#b98f5f'), 0.12, 'x'),
    gloss: { reflectance: 0.04, roughness: 0.45 },
  }),
  box([-4, 2.6, 0], [4, 2.7, 5], white),
  box([-2.4, 0.92, 0], [-2.3, 2.6, 5], upper),
  box([-2.4, 0, 0], [-2.3, 0.92, 5], lower),
  box([2.5, 0, 0], [2.6, 2.6, 0.7], upper),
  box([2.5, 0, 2.3], [2.6, 2.6, 5], upper),
  box([2.5, 0, 0.7], [2.6, 0.9, 2.3], lower),
  box([2.5, 2.3, 0.7], [2.6, 2.6, 2.3], upper),
  {
    kind: 'cylinder',
    at: [0.1, 0.006, 1.35],
    half: [1.25, 0.006, 0.75],
    material: {
      colour: (x, y, z) => scaled(cloth(hex('#e5dccb'), 0.4)(x, y, z), Math.abs(Math.hypot(x / 1.25, z / 0.75) - 0.86) < 0.03 ? 0.75 : 1),
    },
  },
  // The shelf: top, bottom, sides, two partitions.
  box([-1.15, 0.66, 0.06], [1.15, 0.69, 0.42], birch, { round: 0.005, ...shelf }),
  box([-1.13, 0.08, 0.06], [1.13, 0.1, 0.41], birch, shelf),
  box([-1.13, 0.37, 0.06], [1.13, 0.388, 0.4], birch, shelf),
  ...[-1.13, -0.4, 0.36, 1.11].map((x) => box([x, 0.02, 0.06], [x + 0.02, 0.67, 0.41], birch, shelf)),
  box([-1.13, 0.1, 0.06], [1.13, 0.66, 0.07], white, shelf),
  ...books(-1.09, 0.388, 15, 1),
  ...books(0.4, 0.388, 9, 4),
  ...books(-0.36, 0.1, 11, 2),
  // Two boxes for toys.
  box([-1.08, 0.1, 0.1], [-0.44, 0.31, 0.39], { colour: cloth(hex('#d2c3a8'), 0.5) }, { round: 0.03, ...shelf }),
  box([0.42, 0.1, 0.1], [1.07, 0.31, 0.39], { colour: cloth(hex('#98a99e'), 0.5) }, { round: 0.03, ...shelf }),
  // On the shelf: a ring tower, a lamp like a moon, a small house.
  post([-0.52, 0.69, 0.26], 0.008, 0.19, birch, shelf),
  ...rings,
  ball([0.84, 0.8, 0.24], 0.115, { colour: hex('#f3ead6'), glow: [0.75, 0.6, 0.4] }, { ghost: true, ...shelf }),
  box([-0.98, 0.69, 0.16], [-0.78, 0.84, 0.33], { colour: hex('#e9e1d2') }, shelf),
  { kind: 'box', at: [-0.88, 0.845, 0.245], half: [0.085, 0.085, 0.09], turn: [0, 0, 45], material: { colour: hex('#a65f4c') }, ...shelf },
  box([-0.905, 0.69, 0.325], [-0.855, 0.765, 0.333], { colour: hex('#5b6f68') }, shelf),
  ...bear,
  ...blocks,
];

export const childsRoomScene: Scene = {
  solids,
  lights: [
    { kind: 'panel', corner: [2.52, 0.9, 0.7], u: [0, 0, 1.6], v: [0, 1.4, 0], radiance: [4.3, 4.2, 4] },
    { kind: 'globe', at: [0.84, 0.8, 0.24], radius: 0.1, radiance: [1.2, 0.9, 0.55] },
  ],
  surroundings: [0.42, 0.41, 0.4],
};
