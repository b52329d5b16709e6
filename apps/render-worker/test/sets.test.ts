import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { rooms } from '../src/scenes/rooms.js';
import { compiledProcess } from './compiled-process.js';

const compiled = compiledProcess();
const folder = mkdtempSync(join(tmpdir(), 'sets-'));
const committed = fileURLToPath(new URL('../src/scenes/sets/', import.meta.url));

/** One room at a fifth of the size, with two light paths a place: seconds for what takes minutes at full quality. */
const tried = rooms.filter(({ roomId }) => roomId === 'childs-room');

beforeAll(() => {
  execFileSync(process.execPath, [
    join(compiled.folder, 'scenes/baking/bake-rooms.js'),
    folder,
    '0.2',
    '2',
    ...tried.map(({ roomId }) => roomId),
  ]);
});
afterAll(() => {
  compiled.remove();
  rmSync(folder, { recursive: true, force: true });
});

const layers = tried.flatMap((room) =>
  ['shell.webp', ...room.layers.map(({ name }) => `${name}.webp`), 'light.png'].map((file) => [room.roomId, file] as const),
);

it.each(layers)('the committed layer %s/%s is what its scene makes', async (roomId, file) => {
  const { data: baked, info } = await raw(sharp(join(folder, roomId, file)));
  const { data: kept } = await raw(sharp(join(committed, roomId, file)).resize(info.width, info.height, { fit: 'fill' }));
  expect(kept.length).toBe(baked.length);
  let apart = 0,
    brighter = 0,
    seen = 0;
  for (const [i, value] of baked.entries()) {
    apart += Math.abs(value - (kept[i] ?? 0));
    brighter += value - (kept[i] ?? 0);
    if (value > 0 || (kept[i] ?? 0) > 0) seen++;
  }
  // Of 255, where there is anything: edges and grain differ at this size, brightness as a whole does not.
  expect(apart / seen).toBeLessThan(12);
  expect(Math.abs(brighter / seen)).toBeLessThan(2);
});

/** RGBA, premultiplied onto black: what is clear has no colour. */
function raw(picture: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  return picture.flatten({ background: '#000' }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
}
