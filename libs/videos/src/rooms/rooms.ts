/** A room that a video can be set in. */
export interface Room {
  readonly roomId: string;
  readonly name: string;
}

/** The rooms on offer, in the order in which they are shown. A picture of each lies in `previews`, by its id. */
export const rooms: readonly Room[] = [
  { roomId: 'living-room', name: 'Living room' },
  { roomId: 'gallery-wall', name: 'Gallery wall' },
  { roomId: 'evening-stairs', name: 'Stairwell in the evening' },
  { roomId: 'childs-room', name: "Child's room" },
  { roomId: 'studio-office', name: 'Studio office' },
];

export function isRoom(roomId: string): boolean {
  return rooms.some((room) => room.roomId === roomId);
}
