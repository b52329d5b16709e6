/** A room that videos can be set in: one of the project's own scenes. */
export interface Room {
  readonly roomId: string;
  readonly name: string;
}

/** The rooms on offer, in the order they are shown. */
export const rooms: readonly Room[] = [
  { roomId: 'living-room', name: 'Living room' },
  { roomId: 'gallery-wall', name: 'Gallery wall' },
  { roomId: 'evening-stairs', name: 'Evening stairs' },
  { roomId: 'childs-room', name: "Child's room" },
  { roomId: 'studio-office', name: 'Studio office' },
];

const ids: ReadonlySet<string> = new Set(rooms.map((room) => room.roomId));

/** Whether there is a room of this id. */
export function isRoom(roomId: string): boolean {
  return ids.has(roomId);
}
