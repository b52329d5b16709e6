import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RoomMockup, schemas } from '#contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { cornersOf } from '../../web/src/elements/mockup.geometry.js';
import { mockupProgress } from '../src/mockup.js';
import { Camera, poseAt, type Triple } from '../src/scenes/camera.js';
import { measure } from '../src/scenes/hanging.js';
import type { Room } from '../src/scenes/room.js';
import { rooms } from '../src/scenes/rooms.js';
import { compiledProcess } from './compiled-process.js';

const committed = fileURLToPath(new URL('../../../libs/videos/src/rooms/mockups/', import.meta.url));
const compiled = compiledProcess();
const drawn = mkdtempSync(join(tmpdir(), 'mockups-'));

beforeAll(() => {
  execFileSync(process.execPath, [join(compiled.folder, 'scenes/baking/draw-mockups.js'), join(compiled.folder, 'scenes/sets'), drawn]);
});
afterAll(() => {
  compiled.remove();
  rmSync(drawn, { recursive: true, force: true });
});

function dataIn(folder: string, roomId: string): Omit<RoomMockup, 'pictureUrl'> {
  return JSON.parse(readFileSync(join(folder, `${roomId}.json`), 'utf8')) as Omit<RoomMockup, 'pictureUrl'>;
}

const named = rooms.map((room) => [room.roomId, room] as const);

it.each(named)('the committed mock-up of %s is what the code draws', async (roomId) => {
  expect(dataIn(committed, roomId)).toEqual(dataIn(drawn, roomId));
  const picture = readFileSync(join(committed, `${roomId}.webp`));
  expect(picture.length).toBeLessThan(120_000);
  const { width, height, format } = await sharp(picture).metadata();
  expect({ width, height, format }).toEqual({ width: 1280, height: 720, format: 'webp' });
  const difference = await sharp(picture)
    .composite([{ input: join(drawn, `${roomId}.webp`), blend: 'difference' }])
    .png()
    .toBuffer();
  // The mean of the differences' absolute value: 0 for the same picture, 255 for its opposite.
  const { channels } = await sharp(difference).stats();
  for (const { mean } of channels.slice(0, 3)) expect(mean).toBeLessThan(1.5);
});

it.each(named)('the data of %s has the published shape', (roomId) => {
  const check = new Ajv2020({ strict: false, formats: { uri: true } }).compile(schemas['RoomMockup'] as object);
  check({ ...dataIn(committed, roomId), pictureUrl: 'https://example.org/' });
  expect(check.errors).toBeNull();
});

const artworks = [
  ['wide', { width: 4000, height: 1000 }],
  ['a little wide', { width: 1200, height: 900 }],
  ['square', { width: 800, height: 800 }],
  ['tall', { width: 900, height: 3000 }],
] as const;

it.each(named.flatMap(([roomId, room]) => artworks.map(([shape, artwork]) => ({ roomId, room, shape, artwork }))))(
  'in $roomId a $shape artwork hangs where the renderer hangs it',
  ({ roomId, room, artwork }) => {
    const corners = cornersOf(dataIn(committed, roomId), artwork);
    const { picture, outer } = measure(room.hanging, artwork.width, artwork.height);
    expectSame(corners.artwork, onScreen(room, picture, room.hanging.framing.depth));
    expectSame(corners.frame, onScreen(room, outer, room.hanging.framing.depth));
    expectSame(corners.shadow, onScreen(room, outer, 0));
  },
);

/** A hanging thing's corners in the mock-up's picture, by the scene's own camera. */
function onScreen(room: Room, { width, height }: { readonly width: number; readonly height: number }, z: number): [number, number][] {
  const camera = new Camera(poseAt(room.from, room.to, mockupProgress), room.lens, 1280, 720);
  const { x, y } = room.hanging;
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y + height / 2, y - height / 2];
  const places: Triple[] = [
    [left, top, z],
    [right, top, z],
    [right, bottom, z],
    [left, bottom, z],
  ];
  return places.map((place) => camera.project(place));
}

function expectSame(corners: readonly (readonly [number, number])[], expected: readonly (readonly [number, number])[]): void {
  const apart = corners.map(([x, y], i) => Math.hypot(x - (expected[i]?.[0] ?? NaN), y - (expected[i]?.[1] ?? NaN)));
  for (const pixels of apart) expect(pixels).toBeLessThan(0.01);
}
