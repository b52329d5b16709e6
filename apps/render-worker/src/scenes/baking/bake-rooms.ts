import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { scenes } from '../scenes.js';
import { bake, full, type Pixels, type Quality } from './bake.js';

/** Bakes the named rooms (all without a name) into a folder: `bake-rooms FOLDER [SCALE SAMPLES [ROOM…]]`. */
const [folder = 'baked', scale, samples, ...names] = process.argv.slice(2);
const quality: Quality = scale === undefined ? full : { scale: Number(scale), samples: Number(samples) };
for (const { room, scene, film } of scenes.filter(({ room }) => names.length === 0 || names.includes(room.roomId))) {
  const began = performance.now();
  const target = join(folder, room.roomId);
  await mkdir(target, { recursive: true });
  const { layers, light } = bake(room, scene, film, quality);
  for (const [i, layer] of layers.entries()) {
    const name = i === 0 ? 'shell' : (room.layers[i - 1]?.name ?? '');
    await picture(layer)
      .webp({ quality: 90, alphaQuality: 100, effort: 6, smartSubsample: true })
      .toFile(join(target, `${name}.webp`));
  }
  await picture(light).removeAlpha().png().toFile(join(target, 'light.png'));
  process.stdout.write(`${room.roomId}: ${Math.round((performance.now() - began) / 1000)} s\n`);
}

function picture({ width, height, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 } });
}
