import { readFile } from 'node:fs/promises';
import { isRoom } from './rooms.js';

/** The JPEG that shows a room with a sample artwork; undefined where there is no such room. */
export async function previewOf(roomId: string): Promise<Uint8Array | undefined> {
  return isRoom(roomId) ? readFile(new URL(`./previews/${roomId}.jpg`, import.meta.url)) : undefined;
}
