import { livingRoom } from './living-room.scene.js';
import type { Room } from './room.js';

/** There is no such room here; trying again does not help. */
export class UnknownRoomError extends Error {
  override readonly name = 'UnknownRoomError';
}

const rooms: readonly Room[] = [livingRoom];

export function roomOf(roomId: string): Room {
  const room = rooms.find((one) => one.roomId === roomId);
  if (room === undefined) throw new UnknownRoomError(`There is no room "${roomId}".`);
  return room;
}
