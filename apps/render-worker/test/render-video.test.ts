import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rooms as catalogue } from '../../../libs/videos/src/rooms/rooms.js';
import { RenderSlot } from '../src/render-slot.process.js';
import { Camera, mapped, poseAt } from '../src/scenes/camera.js';
import { measure } from '../src/scenes/hanging.js';
import { bakedSize, type Room } from '../src/scenes/room.js';
import { rooms } from '../src/scenes/rooms.js';
import { compiledProcess } from './compiled-process.js';
import { aboutVideo, boxesOf, firstAndLast } from './mp4.js';
import { quartered, quarterOf, type Quarter } from './pictures.js';

const compiled = compiledProcess();
const slot = new RenderSlot({ entry: compiled.entry });
let folder = '';
type Size = readonly [width: number, height: number];
const whole: Size = [1280, 720];
/** Small enough to be quick, large enough for the strip that is looked at beside the picture. */
const quick: Size = [960, 540];

/** Where (s, t) of the picture (0–1 from its upper left) is on the screen, by the scene's own camera. */
function seenAt(room: Room, size: Size, [width, height]: Size, progress: number, s: number, t: number): [number, number] {
  const { picture } = measure(room.hanging, ...size);
  const camera = new Camera(poseAt(room.from, room.to, progress), room.lens, width, height);
  const { x, y, framing } = room.hanging;
  return mapped(
    camera.ofPlane([x - picture.width / 2, y + picture.height / 2, framing.depth], [picture.width, 0, 0], [0, -picture.height, 0]),
    s,
    t,
  );
}

function colourAt(frame: Uint8Array, width: number, [x, y]: Size): [number, number, number] {
  const at = (Math.floor(y) * width + Math.floor(x)) * 3;
  return [frame[at] ?? 0, frame[at + 1] ?? 0, frame[at + 2] ?? 0];
}

/** Looks for every quarter near the picture's corners and around its middle, and for nothing of it just outside. */
function expectPicture(frame: Uint8Array, screen: Size, room: Room, size: Size, progress: number): void {
  expect(frame.length).toBe(screen[0] * screen[1] * 3);
  const look = (s: number, t: number): Quarter | undefined =>
    quarterOf(colourAt(frame, screen[0], seenAt(room, size, screen, progress, s, t)));
  for (const inset of [0.06, 0.25, 0.46]) {
    expect([look(inset, inset), look(1 - inset, inset), look(1 - inset, 1 - inset), look(inset, 1 - inset)]).toEqual([
      'red',
      'green',
      'yellow',
      'blue',
    ]);
  }
  const { picture } = measure(room.hanging, ...size);
  // Just outside there is frame or mat, on all four sides: so the picture ends where its proportion says.
  const [beyondX, beyondY] = [0.012 / picture.width, 0.012 / picture.height];
  const beyond = [look(-beyondX, 0.25), look(1 + beyondX, 0.25), look(0.25, -beyondY), look(0.25, 1 + beyondY)];
  const within = ['red', 'green', 'red', 'blue'];
  expect(beyond.map((colour, side) => colour === within[side])).toEqual([false, false, false, false]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-'));
});
afterAll(async () => {
  slot.stop();
  compiled.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Renders a picture of four quarters in a process of its own; answers the file and the percents that were told. */
async function rendered(
  size: Size,
  roomId: string,
  [width, height]: Size,
  fps: number,
  durationMs: number,
): Promise<{ readonly file: string; readonly percents: readonly number[] }> {
  const [artworkFile, file] = [join(folder, 'artwork'), join(folder, 'video.mp4')];
  await writeFile(artworkFile, await quartered(...size));
  const percents: number[] = [];
  const ended = await slot.render(
    { artworkFile, roomId, output: { width, height, fps, durationMs }, file },
    (percent) => percents.push(percent),
    new AbortController().signal,
  );
  expect(ended).toEqual({ kind: 'rendered' });
  return { file, percents };
}

describe('a rendered video', () => {
  const size = [800, 600] as const;
  let file = '';
  let percents: readonly number[] = [];

  beforeAll(async () => {
    ({ file, percents } = await rendered(size, 'living-room', whole, 30, 4000));
  });

  it('is H.264 High in yuv420p, 1280 × 720, 30 frames a second, four seconds, with its index in front', async () => {
    const about = await aboutVideo(file);
    expect(about).toMatch(/Video: h264 \(High\)/);
    expect(about).toMatch(/yuv420p/);
    expect(about).toMatch(/1280x720/);
    expect(about).toMatch(/30 fps/);
    expect(about).toMatch(/Duration: 00:00:04\.0/);
    expect(about).toMatch(/frame= *120 /);
    const boxes = boxesOf(await readFile(file));
    expect(boxes.indexOf('moov')).toBeGreaterThan(0);
    expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
  });

  it('shows the artwork, every quarter in its place, in its first and in its last frame', async () => {
    const room = rooms.find(({ roomId }) => roomId === 'living-room') as Room;
    const [first, last] = await firstAndLast(file, 119);
    expectPicture(first, whole, room, size, 0);
    expectPicture(last, whole, room, size, 1);
  });

  it('tells its progress upwards to the whole', () => {
    expect(percents.length).toBeGreaterThan(90);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });
});

describe.each(rooms.map((room) => [room.roomId, room] as const))('the room %s', (_name, room) => {
  it.each([
    ['landscape', 900, 600],
    ['portrait', 600, 800],
  ] as const)('hangs a %s picture in its own proportion, from the first frame to the last', async (_kind, w, h) => {
    const { picture } = measure(room.hanging, w, h);
    expect(picture.width / picture.height).toBeCloseTo(w / h, 9);
    // Two frames: the first of the move and the last.
    const [first, last] = await firstAndLast((await rendered([w, h], room.roomId, quick, 2, 1000)).file, 1);
    expectPicture(first, quick, room, [w, h], 0);
    expectPicture(last, quick, room, [w, h], 1);
  });

  it('shows the whole of the largest picture, its frame included, at every moment', () => {
    const [width, height] = whole;
    for (const [w, h] of [
      [3, 1],
      [3, 2],
      [1, 1],
      [2, 3],
      [1, 3],
    ] as const) {
      const { outer } = measure(room.hanging, w, h);
      for (const progress of [0, 0.5, 1]) {
        const camera = new Camera(poseAt(room.from, room.to, progress), room.lens, width, height);
        for (const [across, up] of [
          [-0.5, 0.5],
          [0.5, 0.5],
          [0.5, -0.5],
          [-0.5, -0.5],
        ] as const) {
          const { x, y, framing } = room.hanging;
          const [px, py] = camera.project([x + across * outer.width, y + up * outer.height, framing.depth]);
          expect([px > 0, px < width, py > 0, py < height]).toEqual([true, true, true, true]);
        }
      }
    }
  });

  it('was baked wide enough for every frame of the move', () => {
    const [width, height] = whole;
    const baked = new Camera(room.baked.pose, room.baked.lens, bakedSize.width, bakedSize.height);
    for (const progress of [0, 0.25, 0.5, 0.75, 1]) {
      const camera = new Camera(poseAt(room.from, room.to, progress), room.lens, width, height);
      const corners = [
        [0, 0],
        [width, 0],
        [width, height],
        [0, height],
      ] as const;
      for (const [px, py] of corners) {
        const [dx, dy, dz] = camera.ray(px, py);
        const { left, right, ceiling, front } = room.shell;
        const { x, y, z } = camera.pose;
        const t = Math.min((dx < 0 ? left - x : right - x) / dx, (dy < 0 ? -y : ceiling - y) / dy, (dz < 0 ? -z : front - z) / dz);
        const [u, v] = baked.project([x + dx * t, y + dy * t, z + dz * t]);
        expect(u).toBeGreaterThanOrEqual(0);
        expect(u).toBeLessThanOrEqual(bakedSize.width);
        expect(v).toBeGreaterThanOrEqual(0);
        expect(v).toBeLessThanOrEqual(bakedSize.height);
      }
    }
  });
});

it('the catalogue offers exactly the rooms that can be drawn', () => {
  expect(catalogue.map(({ roomId }) => roomId)).toEqual(rooms.map(({ roomId }) => roomId));
});
