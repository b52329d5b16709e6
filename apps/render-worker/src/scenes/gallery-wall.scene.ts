import type { Film } from './baking/bake.js';
import { concrete, hex, plaster, wood } from './baking/patterns.js';
import { ball, box, type Material, type Solid } from './baking/solids.js';
import type { Scene } from './baking/tracer.js';
import type { Room } from './room.js';

/** A white wall in a gallery: spots from a track, ground concrete, a bench to sit before the work. */
export const galleryWall: Room = {
  roomId: 'gallery-wall',
  lens: { focal: 0.76, shift: -0.1 },
  from: { x: -0.95, y: 1.5, z: 4.3, yaw: 0.13 },
  to: { x: -0.55, y: 1.52, z: 3.8, yaw: 0.08 },
  baked: { pose: { x: -0.8, y: 1.51, z: 4.45, yaw: 0.11 }, lens: { focal: 0.69, shift: -0.1 } },
  shell: { left: -3.6, right: 4.6, ceiling: 3.4, front: 7 },
  layers: [
    { name: 'plinth', z: 0.75 },
    { name: 'bench', z: 1.62 },
  ],
  hanging: {
    x: 0,
    y: 1.55,
    maxWidth: 2.3,
    maxHeight: 1.5,
    area: 1.75,
    framing: { width: 0.018, depth: 0.045, colour: hex('#2b2724'), grain: 0.2, mat: 0 },
    shadow: { right: 0.25, down: 2, strength: 0.6, softness: 1.1 },
    tint: 0.4,
  },
};

export const galleryWallFilm: Film = { exposure: 4.5, white: [1, 1, 0.985] };

const white: Material = { colour: plaster(hex('#efeeeb'), 0.03) };
const ceiling: Material = { colour: hex('#e4e3e0') };
const floor: Material = { colour: concrete(hex('#a3a09a')), gloss: { reflectance: 0.05, roughness: 0.3 } };
const gap: Material = { colour: hex('#3a3937') };
const black: Material = { colour: hex('#262625') };
const oak: Material = { colour: wood(hex('#c9a67a'), hex('#96704a'), 'x', 3), gloss: { reflectance: 0.04, roughness: 0.45 } };
const plinth: Partial<Solid> = { layer: 'plinth' };
const bronze: Material = { colour: hex('#5a4a38'), gloss: { reflectance: 0.3, roughness: 0.35 } };
const bench: Partial<Solid> = { layer: 'bench' };

const solids: Solid[] = [
  box([-6, 0.03, -0.3], [6, 3.5, 0], white),
  box([-6, 0, -0.4], [6, 0.03, -0.02], gap),
  box([-6, -0.1, -0.4], [6, 0, 7.5], floor),
  box([-6, 3.4, -0.3], [6, 3.5, 7], ceiling),
  box([-3.7, 0.03, -0.3], [-3.6, 3.4, 2.2], white),
  box([4.6, 0.03, -0.3], [4.7, 3.4, 7], white),
  box([-3, 3.34, 1.78], [3.4, 3.37, 1.82], black),
  // The label beside the work.
  box([1.3, 1.1, 0], [1.42, 1.19, 0.006], { colour: hex('#ffffff') }),
  // A small bronze on a plinth.
  box([1.72, 0, 0.55], [2.1, 0.98, 0.93], white, plinth),
  ball([1.89, 1.15, 0.74], [0.12, 0.17, 0.1], bronze, { turn: [20, 0, 18], ...plinth }),
  ball([1.96, 1.36, 0.74], [0.07, 0.09, 0.07], bronze, { turn: [0, 0, -20], ...plinth }),
  // The bench: a thick slab on two black trestles.
  box([-0.75, 0.38, 1.42], [1.05, 0.45, 1.82], oak, { round: 0.006, ...bench }),
  ...[-0.5, 0.8].flatMap((x) => [
    box([x - 0.02, 0, 1.46], [x + 0.02, 0.38, 1.5], black, bench),
    box([x - 0.02, 0, 1.74], [x + 0.02, 0.38, 1.78], black, bench),
    box([x - 0.02, 0.345, 1.46], [x + 0.02, 0.38, 1.78], black, bench),
    box([x - 0.02, 0, 1.46], [x + 0.02, 0.02, 1.78], black, bench),
  ]),
];

function spot(x: number, aimX: number, aimY: number, strength: number): Scene['lights'][number] {
  const at = [x, 3.28, 1.8] as const;
  // u × v points at the aim.
  const to = [aimX - at[0], aimY - at[1], -at[2]] as const;
  const flat = Math.hypot(to[0], to[2]),
    length = Math.hypot(...to);
  const side = 0.09;
  const u = [(-to[2] / flat) * side, 0, (to[0] / flat) * side] as const;
  const n = to.map((c) => c / length) as unknown as readonly [number, number, number];
  const v = [n[1] * u[2] - n[2] * u[1], n[2] * u[0] - n[0] * u[2], n[0] * u[1] - n[1] * u[0]] as const;
  return {
    kind: 'panel',
    corner: [at[0] - u[0] / 2 - v[0] / 2, at[1] - u[1] / 2 - v[1] / 2, at[2] - u[2] / 2 - v[2] / 2],
    u,
    v,
    radiance: [strength, strength * 0.93, strength * 0.82],
    beam: 9,
  };
}

export const galleryWallScene: Scene = {
  solids,
  lights: [
    spot(-0.7, -0.4, 1.55, 260),
    spot(0.7, 0.4, 1.55, 260),
    spot(-2.9, -2.9, 1.5, 150),
    spot(2.5, 1.95, 1.1, 170),
    { kind: 'panel', corner: [-2.5, 3.38, 3], u: [6, 0, 0], v: [0, 0, 2.5], radiance: [0.55, 0.57, 0.6] },
  ],
  surroundings: [0.15, 0.152, 0.156],
};
