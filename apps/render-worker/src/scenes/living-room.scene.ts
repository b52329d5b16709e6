import type { Film } from './baking/bake.js';
import { between, boards, cloth, hex, noise, plaster, scaled, wood } from './baking/patterns.js';
import { ball, bar, box, type Material, post, type Solid } from './baking/solids.js';
import type { Scene } from './baking/tracer.js';
import type { Room } from './room.js';

/** A sofa under the picture, daylight from the left, a lamp already lit. */
export const livingRoom: Room = {
  roomId: 'living-room',
  lens: { focal: 0.75, shift: -0.07 },
  from: { x: -0.2, y: 1.36, z: 3.75, yaw: 0.04 },
  to: { x: 0.04, y: 1.4, z: 3.2, yaw: 0 },
  baked: { pose: { x: -0.12, y: 1.38, z: 3.85, yaw: 0.025 }, lens: { focal: 0.7, shift: -0.07 } },
  shell: { left: -2.6, right: 3.2, ceiling: 2.75, front: 5.2 },
  layers: [
    { name: 'lamp', z: 0.45 },
    { name: 'sofa', z: 0.8 },
    { name: 'table', z: 1.75 },
  ],
  hanging: {
    x: 0,
    y: 1.53,
    maxWidth: 1.6,
    maxHeight: 1.15,
    area: 0.95,
    framing: { width: 0.028, depth: 0.03, colour: hex('#5b4230'), grain: 0.5, mat: 0.055 },
    shadow: { right: 0.9, down: 1.1, strength: 0.5, softness: 1 },
    tint: 0.45,
  },
};

export const livingRoomFilm: Film = { exposure: 1.95, white: [1.04, 1, 0.925] };

const wall: Material = { colour: plaster(hex('#e4ddd2')) };
const white: Material = { colour: hex('#efece6') };
const floor: Material = { colour: boards(hex('#c79f70'), hex('#8d6238'), 0.14, 'x'), gloss: { reflectance: 0.04, roughness: 0.42 } };
const linen: Material = { colour: cloth(hex('#aba59b')) };
const walnut: Material = { colour: wood(hex('#8a5f3e'), hex('#4e3220'), 'x'), gloss: { reflectance: 0.04, roughness: 0.4 } };
const black: Material = { colour: hex('#2a2826') };
const brass: Material = { colour: hex('#8a6d3e'), gloss: { reflectance: 0.35, roughness: 0.3 } };

const sofa: Partial<Solid> = { layer: 'sofa' };
const table: Partial<Solid> = { layer: 'table' };
const lamp: Partial<Solid> = { layer: 'lamp' };

function leaf(at: readonly [number, number, number], yaw: number, tip: number, length: number): Solid {
  const rad = Math.PI / 180;
  const reach: [number, number, number] = [
    Math.sin(yaw * rad) * Math.sin(tip * rad) * length,
    Math.cos(tip * rad) * length,
    Math.cos(yaw * rad) * Math.sin(tip * rad) * length,
  ];
  return ball(
    [at[0] + reach[0], at[1] + reach[1], at[2] + reach[2]],
    [length * 0.4, length, 0.006],
    {
      colour: (x, y) => scaled(between(hex('#4f6b43'), hex('#2f4a30'), noise(x * 20, y * 4)), Math.abs(x) < 0.004 ? 1.3 : 1),
      gloss: { reflectance: 0.04, roughness: 0.5 },
    },
    { turn: [yaw, tip, 0], ...lamp },
  );
}

const plant: Solid[] = [
  {
    kind: 'cylinder',
    at: [-1.95, 0.21, 0.5],
    half: [0.17, 0.21, 0.17],
    taper: 1.18,
    material: { colour: plaster(hex('#cfc6b8'), 0.15) },
    ...lamp,
  },
  post([-1.95, 0.425, 0.5], 0.185, 0.01, { colour: hex('#3b2c20') }, lamp),
  ...Array.from({ length: 24 }, (_, i): Solid[] => {
    const yaw = i * 137.5,
      tip = 14 + (i % 6) * 9,
      rad = Math.PI / 180;
    const height = 0.5 + ((i * 7) % 11) * 0.062;
    const top = [
      -1.95 + Math.sin(yaw * rad) * height * Math.sin(tip * 0.5 * rad) * 0.8,
      0.42 + height,
      0.5 + Math.cos(yaw * rad) * height * Math.sin(tip * 0.5 * rad) * 0.5,
    ] as const;
    return [
      bar([-1.95, 0.42, 0.5], top, 0.006, { colour: hex('#4b5a36') }, lamp),
      leaf(top, yaw, Math.min(tip + 25, 80), 0.17 + (i % 4) * 0.025),
    ];
  }).flat(),
];

const solids: Solid[] = [
  box([-4, -0.1, -0.2], [5, 2.9, 0], wall),
  box([-4, -0.1, 0], [5, 0, 6], floor),
  box([-4, 2.75, 0], [5, 2.85, 5.2], white),
  box([3.2, 0, 0], [3.3, 2.75, 5.2], wall),
  // Left wall with its window.
  box([-2.7, 0, 0], [-2.6, 2.75, 0.9], wall),
  box([-2.7, 0, 2.7], [-2.6, 2.75, 5.2], wall),
  box([-2.7, 0, 0.9], [-2.6, 0.35, 2.7], wall),
  box([-2.7, 2.45, 0.9], [-2.6, 2.75, 2.7], wall),
  box([-2.6, 0, 0], [3.2, 0.11, 0.014], white),
  box([3.186, 0, 0], [3.2, 0.11, 5.2], white),
  box([-2.6, 0, 0], [-2.586, 0.11, 5.2], white),
  box([-1.7, 0, 0.75], [1.9, 0.012, 2.75], {
    colour: (x, _y, z) =>
      scaled(cloth(hex('#cfc4b4'), 0.3)(x, 0, z), Math.abs(Math.abs(x) - 1.66) < 0.02 || Math.abs(Math.abs(z) - 0.86) < 0.02 ? 0.72 : 1),
  }),
  // Sofa.
  box([-1.12, 0.14, 0.12], [1.12, 0.4, 0.98], linen, { round: 0.04, ...sofa }),
  box([-1.08, 0.36, 0.1], [1.08, 0.8, 0.36], linen, { round: 0.08, ...sofa }),
  box([-1.26, 0.14, 0.12], [-1.06, 0.62, 0.98], linen, { round: 0.07, ...sofa }),
  box([1.06, 0.14, 0.12], [1.26, 0.62, 0.98], linen, { round: 0.07, ...sofa }),
  box([-1.05, 0.37, 0.3], [-0.005, 0.53, 1.0], linen, { round: 0.055, ...sofa }),
  box([0.005, 0.37, 0.3], [1.05, 0.53, 1.0], linen, { round: 0.055, ...sofa }),
  { kind: 'box', at: [-0.53, 0.7, 0.43], half: [0.5, 0.22, 0.09], turn: [0, -14, 0], round: 0.085, material: linen, ...sofa },
  { kind: 'box', at: [0.53, 0.7, 0.43], half: [0.5, 0.22, 0.09], turn: [0, -14, 0], round: 0.085, material: linen, ...sofa },
  {
    kind: 'box',
    at: [-0.8, 0.71, 0.56],
    half: [0.22, 0.22, 0.075],
    turn: [12, -22, 6],
    round: 0.074,
    material: { colour: cloth(hex('#ad8256'), 0.2) },
    ...sofa,
  },
  {
    kind: 'box',
    at: [0.84, 0.7, 0.55],
    half: [0.21, 0.21, 0.075],
    turn: [-14, -24, -5],
    round: 0.074,
    material: { colour: cloth(hex('#e3ddd2'), 0.2) },
    ...sofa,
  },
  ...[-1.16, 1.16].flatMap((x) => [0.2, 0.9].map((z) => post([x, 0, z], 0.018, 0.15, walnut, sofa))),
  // Coffee table.
  { kind: 'cylinder', at: [0.28, 0.36, 1.75], half: [0.46, 0.014, 0.32], material: walnut, ...table },
  ...[-0.28, 0.28].flatMap((x) =>
    [-0.17, 0.17].map((z) => bar([0.28 + x * 1.15, 0, 1.75 + z * 1.15], [0.28 + x, 0.35, 1.75 + z], 0.014, walnut, table)),
  ),
  box([0.1, 0.375, 1.68], [0.36, 0.4, 1.86], { colour: hex('#d9d3c6') }, { turn: [12, 0, 0], ...table }),
  box([0.12, 0.4, 1.69], [0.34, 0.418, 1.85], { colour: hex('#4d6670') }, { turn: [7, 0, 0], ...table }),
  { kind: 'cylinder', at: [0.52, 0.42, 1.72], half: [0.04, 0.045, 0.04], taper: 1.1, material: { colour: hex('#e8e2d6') }, ...table },
  // Floor lamp.
  post([1.72, 0, 0.45], 0.15, 0.02, black, lamp),
  post([1.72, 0.02, 0.45], 0.011, 1.36, brass, lamp),
  {
    kind: 'cylinder',
    at: [1.72, 1.5, 0.45],
    half: [0.21, 0.14, 0.21],
    taper: 0.78,
    ghost: true,
    material: { colour: hex('#f2e6cf'), glow: (_x, y) => scaled([1.5, 1.12, 0.68], 0.5 + 0.3 * Math.exp(-((y + 0.02) ** 2) / 0.012)) },
    ...lamp,
  },
  ...plant,
];

export const livingRoomScene: Scene = {
  solids,
  lights: [
    { kind: 'panel', corner: [-2.62, 0.35, 2.7], u: [0, 0, -1.8], v: [0, 2.1, 0], radiance: [3.1, 3.3, 3.5] },
    { kind: 'globe', at: [1.72, 1.52, 0.45], radius: 0.1, radiance: [6, 4.3, 2.5] },
  ],
  surroundings: [0.36, 0.35, 0.34],
};
