import { childsRoom } from './childs-room.scene.js';
import { eveningStairs } from './evening-stairs.scene.js';
import { galleryWall } from './gallery-wall.scene.js';
import { livingRoom } from './living-room.scene.js';
import { studioOffice } from './studio-office.scene.js';
import type { Room } from './room.js';

/** There is no such room here; trying again does not help. */
export class UnknownRoomError extends Error {
  override readonly name = 'UnknownRoomError';
}

/** In the order in which they are offered. */
export const rooms: readonly Room[] = [livingRoom, galleryWall, eveningStairs, childsRoom, studioOffice];

export function roomOf(roomId: string): Room {
  const room = rooms.find((one) => one.roomId === roomId);
  if (room === undefined) throw new UnknownRoomError(`There is no room "${roomId}".`);
  return room;
}
