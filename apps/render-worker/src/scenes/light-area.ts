import type { Room } from './room.js';

/** The part of the wall that a room's baked light covers, in metres. */
export function lightArea(room: Room): { left: number; top: number; width: number; height: number } {
  const { x, y, maxWidth, maxHeight } = room.hanging;
  const [width, height] = [maxWidth + 0.5, maxHeight + 0.5];
  return { left: x - width / 2, top: y + height / 2, width, height };
}
