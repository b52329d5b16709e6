import { readFile } from 'node:fs/promises';
import type { RoomMockup } from '#contracts';
import { isRoom } from './rooms.js';

/** What the render worker drew and wrote for a room's mock-up: the empty room as WebP, and how artworks hang in it. */
export interface DrawnMockup {
  readonly picture: Uint8Array;
  readonly data: Omit<RoomMockup, 'pictureUrl'>;
}

/** The JPEG that shows a room with a sample artwork; undefined where there is no such room. */
export async function previewOf(roomId: string): Promise<Uint8Array | undefined> {
  return isRoom(roomId) ? read(`previews/${roomId}.webp`) : undefined;
}

/** A room's mock-up; undefined where there is no such room. */
export async function mockupOf(roomId: string): Promise<DrawnMockup | undefined> {
  if (!isRoom(roomId)) return undefined;
  const [picture, data] = await Promise.all([read(`mockups/${roomId}.webp`), read(`mockups/${roomId}.json`)]);
  return { picture, data: JSON.parse(data.toString()) as DrawnMockup['data'] };
}

function read(file: string): Promise<Buffer> {
  return readFile(new URL(`./${file}`, import.meta.url));
}
