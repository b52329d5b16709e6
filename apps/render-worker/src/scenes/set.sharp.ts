import { join } from 'node:path';
import sharp from 'sharp';
import type { Room } from './room.js';
import type { Set } from './stage.js';
import { cutOut, type Picture, premultiply } from './warp.js';

/** Loads a room's baked layers from the folder that holds the rooms. */
export async function loadSet(room: Room, folder: string): Promise<Set> {
  const load = (name: string): Promise<Picture> => picture(join(folder, room.roomId, name));
  const [light, ...layers] = await Promise.all([
    load('light.png'),
    load('shell.webp'),
    ...room.layers.map(({ name }) => load(`${name}.webp`)),
  ]);
  return { room, layers, light };
}

async function picture(file: string): Promise<Picture> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  // A copy of its own is aligned to words, which a pooled buffer need not be.
  const words = new Uint32Array(Uint8Array.from(data).buffer);
  const loaded = { width: info.width, height: info.height, words };
  premultiply(loaded);
  return cutOut(loaded);
}
