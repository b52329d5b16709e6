import type { Film } from './baking/bake.js';
import { hex, plaster, wood } from './baking/patterns.js';
import { ball, bar, box, type Material, type Solid } from './baking/solids.js';
import type { Scene } from './baking/tracer.js';
import type { Room } from './room.js';

/** A landing under a stair, the low sun coming through a tall window. */
export const eveningStairs: Room = {
  roomId: 'evening-stairs',
  lens: { focal: 0.74, shift: -0.03 },
  from: { x: 0.5, y: 1.5, z: 3.9, yaw: -0.13 },
  to: { x: 0.2, y: 1.58, z: 3.3, yaw: -0.08 },
  baked: { pose: { x: 0.45, y: 1.52, z: 4.02, yaw: -0.11 }, lens: { focal: 0.68, shift: -0.03 } },
  shell: { left: -2.9, right: 3.6, ceiling: 4.6, front: 6 },
  layers: [
    { name: 'bench', z: 0.38 },
    { name: 'stairs', z: 0.8, leavesNoShadow: true },
  ],
  hanging: {
    x: -0.35,
    y: 1.78,
    maxWidth: 1.3,
    maxHeight: 1.25,
    area: 1,
    framing: { width: 0.03, depth: 0.032, colour: hex('#a9854f'), grain: 0.35, mat: 0 },
    shadow: { right: 1.7, down: 0.8, strength: 0.55, softness: 0.8 },
    tint: 0.35,
  },
};

export const eveningStairsFilm: Film = { exposure: 1.12, white: [1.08, 1, 0.9] };

const wall: Material = { colour: plaster(hex('#e6d9c8'), 0.07) };
const white: Material = { colour: hex('#ece5da') };
const oak: Material = { colour: wood(hex('#b98c5c'), hex('#80592f'), 'x', 5), gloss: { reflectance: 0.04, roughness: 0.45 } };
const oakAcross: Material = { colour: wood(hex('#b98c5c'), hex('#80592f'), 'z', 6), gloss: { reflectance: 0.04, roughness: 0.45 } };
const iron: Material = { colour: hex('#33302d') };
const stairs: Partial<Solid> = { layer: 'stairs' };
const bench: Partial<Solid> = { layer: 'bench' };

// Sixteen steps from the right foot of the picture upwards to the right.
const first = 0.55,
  going = 0.27,
  rise = 0.178,
  depth = 0.95;
const steps = Array.from({ length: 13 }, (_, i): Solid[] => {
  const x = first + i * going,
    y = (i + 1) * rise;
  return [
    box([x, 0, 0], [x + going + 0.01, y - 0.03, depth - 0.03], white, stairs),
    box([x - 0.03, y - 0.035, 0], [x + going, y, depth], oakAcross, stairs),
    bar([x + 0.06, y, depth - 0.06], [x + 0.06, y + 0.86, depth - 0.06], 0.008, iron, stairs),
    bar([x + 0.06 + going / 2, y, depth - 0.06], [x + 0.06 + going / 2, y + 0.86 + rise / 2, depth - 0.06], 0.008, iron, stairs),
  ];
}).flat();

const slope = rise / going;
const railAt = (x: number): number => rise + 0.86 + (x - first - 0.06) * slope;

const solids: Solid[] = [
  box([-4, -0.1, -0.2], [5, 5, 0], wall),
  box([-4, -0.1, 0], [5, 0, 7], { colour: wood(hex('#b98c5c'), hex('#7c5630'), 'x', 2), gloss: { reflectance: 0.04, roughness: 0.4 } }),
  box([-4, 4.6, 0], [5, 4.7, 6], white),
  box([3.6, 0, 0], [3.7, 4.6, 6], wall),
  // Left wall with a tall window, divided by bars.
  box([-3, 0, 0], [-2.9, 4.6, 1.35], wall),
  box([-3, 0, 3.5], [-2.9, 4.6, 6], wall),
  box([-3, 0, 1.35], [-2.9, 0.5, 3.5], wall),
  box([-3, 3.5, 1.35], [-2.9, 4.6, 3.5], wall),
  ...[1.5, 2.5].map((y) => box([-2.97, y - 0.016, 1.35], [-2.93, y + 0.016, 3.5], white)),
  ...[2.07, 2.78].map((z) => box([-2.97, 0.5, z - 0.016], [-2.93, 3.5, z + 0.016], white)),
  box([-2.9, 0, 0], [first, 0.12, 0.016], white),
  ...steps,
  bar([first - 0.1, railAt(first - 0.1), depth - 0.06], [first + 13 * going, railAt(first + 13 * going), depth - 0.06], 0.024, oak, stairs),
  box([first - 0.13, 0, depth - 0.1], [first - 0.06, railAt(first) + 0.03, depth - 0.03], oak, { round: 0.008, ...stairs }),
  ball([first - 0.095, railAt(first) + 0.06, depth - 0.065], 0.045, oak, stairs),
  // A low bench with a folded throw under the picture.
  box([-1.05, 0.4, 0.06], [0.2, 0.44, 0.4], oak, { round: 0.006, ...bench }),
  ...[-0.98, 0.09].map((x) => box([x, 0, 0.09], [x + 0.05, 0.4, 0.37], oak, bench)),
  box([-0.95, 0.435, 0.08], [-0.45, 0.5, 0.39], { colour: hex('#8f8f7a') }, { round: 0.03, ...bench }),
  box([-0.93, 0.49, 0.1], [-0.47, 0.54, 0.37], { colour: hex('#c9bba3') }, { round: 0.025, ...bench }),
  // A tall vase with dry grasses.
  {
    kind: 'cylinder',
    at: [-1.55, 0.26, 0.36],
    half: [0.13, 0.26, 0.13],
    taper: 0.62,
    material: { colour: plaster(hex('#5f544a'), 0.2) },
    ...bench,
  },
  ...Array.from({ length: 13 }, (_, i): Solid[] => {
    const turn = i * 2.4,
      lean = 0.1 + (i % 5) * 0.055,
      height = 1.0 + ((i * 5) % 7) * 0.07;
    const top = [-1.55 + Math.cos(turn) * lean, height, 0.36 + Math.sin(turn) * lean * 0.8] as const;
    const grass: Material = { colour: hex('#b39a68') };
    return [bar([-1.55, 0.5, 0.36], top, 0.003, grass, bench), ball([top[0], top[1] + 0.06, top[2]], [0.017, 0.085, 0.017], grass, bench)];
  }).flat(),
];

export const eveningStairsScene: Scene = {
  solids,
  lights: [
    { kind: 'sun', from: [-0.62, 0.2, 0.5], blur: 0.022, irradiance: [7.5, 4.5, 2.15] },
    { kind: 'panel', corner: [-2.88, 0.5, 3.5], u: [0, 0, -2.15], v: [0, 3, 0], radiance: [1.0, 0.98, 1.0] },
    { kind: 'panel', corner: [-2.5, 4.55, 1.5], u: [5, 0, 0], v: [0, 0, 3], radiance: [0.32, 0.3, 0.29] },
  ],
  surroundings: [0.27, 0.26, 0.27],
};
