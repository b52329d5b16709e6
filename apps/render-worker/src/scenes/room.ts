import type { Lens, Pose, Triple } from './camera.js';

/** A piece of the room that moves as one in front of the shell: its picture stands on an upright plane. */
export interface Layer {
  readonly name: string;
  /** Where the plane stands: parallel to the hanging wall, this many metres out of it. */
  readonly z: number;
  /** It stands against the wall, and would leave its shadow there behind when the camera moves: the shell is lit without it. */
  readonly leavesNoShadow?: boolean;
}

/** How pictures are framed in a room. Lengths in metres, colours in linear light. */
export interface Framing {
  readonly width: number;
  readonly depth: number;
  readonly colour: Triple;
  /** Strength of the grain along the profile, 0 for lacquer. */
  readonly grain: number;
  /** Width of the mat between picture and frame; 0 for none. */
  readonly mat: number;
}

/** Where the picture hangs: on the plane z = 0, its middle here, at most so large, usually of this area (m²). */
export interface Hanging {
  readonly x: number;
  readonly y: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
  readonly area: number;
  readonly framing: Framing;
  /** Where the frame's soft shadow falls: metres to the right and down per metre of depth, and how dark (0–1). */
  readonly shadow: { readonly right: number; readonly down: number; readonly strength: number; readonly softness: number };
  /** How much of the room's colour of light falls on the picture: 0 neutral, 1 all of it. */
  readonly tint: number;
}

/** What drawing a video needs to know of a room. Its furniture and light are in its baked layers. */
export interface Room {
  readonly roomId: string;
  readonly lens: Lens;
  readonly from: Pose;
  readonly to: Pose;
  /** The camera that the layers were baked from: a little behind `from`, so that it sees all that any frame shows. */
  readonly baked: { readonly pose: Pose; readonly lens: Lens };
  /** The shell: a box with its inner faces at these places. The hanging wall is z = 0. */
  readonly shell: { readonly left: number; readonly right: number; readonly ceiling: number; readonly front: number };
  /** From back to front. */
  readonly layers: readonly Layer[];
  readonly hanging: Hanging;
}

/** The baked layers' size in pixels: large enough that the closest frame is still sharp. */
export const bakedSize = { width: 1664, height: 936 } as const;
