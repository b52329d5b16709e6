import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { rooms } from '../src/scenes/rooms.js';
import { compiledProcess } from './compiled-process.js';

const compiled = compiledProcess();
const drawn = mkdtempSync(join(tmpdir(), 'previews-'));

beforeAll(() => {
  execFileSync(process.execPath, [join(compiled.folder, 'scenes/baking/draw-previews.js'), join(compiled.folder, 'scenes/sets'), drawn]);
});
afterAll(() => {
  compiled.remove();
  rmSync(drawn, { recursive: true, force: true });
});

it.each(rooms.map(({ roomId }) => [roomId]))('the committed preview of %s is what the code draws', async (roomId) => {
  const committed = await readFile(new URL(`../../../libs/videos/src/rooms/previews/${roomId}.webp`, import.meta.url));
  expect(committed.length).toBeLessThan(20_000);
  const { width, height } = await sharp(committed).metadata();
  expect([width, height]).toEqual([960, 540]);
  // The mean of the differences' absolute value, by the picture library: 0 for the same picture, 255 for its opposite.
  const { channels } = await sharp(
    await sharp(committed)
      .composite([{ input: join(drawn, `${roomId}.webp`), blend: 'difference' }])
      .png()
      .toBuffer(),
  ).stats();
  for (const { mean } of channels.slice(0, 3)) expect(mean).toBeLessThan(1.5);
});
