import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { preview } from '../src/preview.js';
import { rooms } from '../src/scenes/rooms.js';

const sets = fileURLToPath(new URL('../src/scenes/sets/', import.meta.url));

it.each(rooms.map(({ roomId }) => [roomId]))('the committed preview of %s is what the code draws', async (roomId) => {
  const committed = await readFile(new URL(`../../../libs/videos/src/rooms/previews/${roomId}.jpg`, import.meta.url));
  expect(committed.length).toBeLessThan(90_000);
  const [a, b] = await Promise.all([committed, await preview(roomId, sets)].map((jpeg) => sharp(jpeg).raw().toBuffer({ resolveWithObject: true })));
  expect([a?.info.width, a?.info.height]).toEqual([960, 540]);
  const difference = (a?.data ?? Buffer.alloc(0)).reduce((sum, value, i) => sum + Math.abs(value - (b?.data[i] ?? 0)), 0) / (960 * 540 * 3);
  expect(difference).toBeLessThan(1.5);
});
