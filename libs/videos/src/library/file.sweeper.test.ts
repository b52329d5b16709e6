import { Projector, randomIds } from '#event-sourcing';
import { uploadKey } from '#access';
import { ProcessorDriver, type World } from '../../../../test/account/processor.driver.js';
import { FileSweeper } from './file.sweeper.js';
import { videoProjection } from './video.projection.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const picture = { content: new Uint8Array([1]), contentType: 'image/png' as const, width: 4, height: 3 };

/** A process whose account a-1 has four credits. The log began before any file came. */
async function service() {
  const process = await ProcessorDriver.start();
  await process.bill('a-1');
  await pass(process, HOUR_MS);
  return { process, world: process.world };
}

/** Lets time pass, by both clocks. */
async function pass({ world }: ProcessorDriver, ms: number): Promise<void> {
  world.clock.instant += ms;
  await world.machineClock.advance(ms);
}

async function keys({ files }: World): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of files.list('')) found.push(key);
  return found.sort();
}

async function put({ files }: World, key: string): Promise<string> {
  await files.put(key, new Uint8Array([7]), 10);
  return key;
}

/** Puts an MP4 for an attempt, and a poster beside it. */
async function delivered(process: ProcessorDriver, videoId: string, attempt: number, content: string) {
  const said = await process.upload(videoId, attempt, content);
  const key = uploadKey(videoId, attempt, said.sha256);
  const poster = await put(process.world, key.replace(/[^/]+$/, `poster-${said.sha256}.jpg`));
  return { said: { videoId, attempt, ...said }, files: [key, poster].sort() };
}

async function fail(process: ProcessorDriver, videoId: string): Promise<void> {
  await process.report('failed', { videoId, attempt: 1, reason: 'no such room', retryable: false });
  expect(await process.video(videoId)).toMatchObject({ status: 'failed' });
}

describe('the sweeper of artworks', () => {
  it('keeps an artwork that has its event, however old, also in the next process', async () => {
    const { process, world } = await service();
    const { artwork } = await process.artworks.add('a-1', picture, {});
    await pass(process, 1_000 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    await process.stop();
    const next = await ProcessorDriver.start(world);
    expect(await next.sweep()).toBe(0);
    expect(await keys(world)).toEqual([artwork.file]);
    await next.stop();
  });

  it('removes, a day later, what a crash left between the file and its event', async () => {
    const { process, world } = await service();
    const { append } = world.store;
    world.store.append = () => new Promise(() => undefined);
    void process.artworks.add('a-1', picture, {}); // never comes back
    for (let turns = 0; turns < 1_000 && (await keys(world)).length === 0; turns++) await world.machineClock.advance(0);
    expect(await keys(world)).toHaveLength(1);
    world.store.append = append;
    const next = await ProcessorDriver.start(world);
    await pass(next, DAY_MS);
    expect(await next.sweep()).toBe(0);
    await pass(next, 1);
    expect(await next.sweep()).toBe(1);
    expect(await keys(world)).toEqual([]);
    expect(next.said).toEqual(['file sweeper: removed 1 files that no event names']);
    await next.stop();
    await process.stop();
  });

  it('keeps what it does not know by its key', async () => {
    const { process, world } = await service();
    const strange = ['artworks/a.png', `artworks/${randomIds.random()}.gif`, 'artworks/deep/er.png', 'videos/a.mp4', 'rooms/loft.jpg'];
    for (const key of [...strange, `videos/${randomIds.random()}/notes.txt`]) await put(world, key);
    const before = await keys(world);
    await pass(process, 100 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    expect(await keys(world)).toEqual(before);
    await process.stop();
  });

  it('keeps what is older than the log, as a new log beside the files of another has it, and everything beside an empty log', async () => {
    const process = await ProcessorDriver.start();
    await put(process.world, `artworks/${randomIds.random()}.png`);
    await pass(process, 2 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    await process.bill('a-1');
    await put(process.world, `artworks/${randomIds.random()}.png`);
    await pass(process, 2 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    expect(await keys(process.world)).toHaveLength(2);
    await process.stop();
  });
});

describe('the sweeper of videos', () => {
  it('keeps the MP4 of a ready video and its poster, and removes what the other attempts have uploaded, a day later', async () => {
    const { process, world } = await service();
    const videoId = await process.create('a-1', 'v1');
    await process.claim();
    const taken = await delivered(process, videoId, 1, 'taken');
    const other = await delivered(process, videoId, 2, 'not taken');
    expect(await process.report('completed', taken.said)).toMatchObject({ kind: 'done', replayed: false });
    await pass(process, DAY_MS);
    expect(await process.sweep()).toBe(0);
    await pass(process, 1);
    expect(await process.sweep()).toBe(other.files.length);
    expect(await keys(world)).toEqual(taken.files);
    await pass(process, 1_000 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    await process.stop();
  });

  it('keeps everything of a video that is queued or rendering, however old', async () => {
    const { process, world } = await service();
    const queued = await process.create('a-1', 'v1');
    await delivered(process, queued, 1, 'early');
    await pass(process, 100 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    expect(await process.claim()).toMatchObject({ videoId: queued });
    await pass(process, 100 * DAY_MS);
    expect(await process.video(queued)).toMatchObject({ status: 'rendering' });
    expect(await process.sweep()).toBe(0);
    expect(await keys(world)).toHaveLength(2);
    await process.stop();
  });

  it('removes the uploads of a cancelled video, and of one that does not exist, a day later', async () => {
    const { process, world } = await service();
    const cancelled = await process.create('a-1', 'v1');
    await process.cancel(cancelled);
    await delivered(process, cancelled, 1, 'in vain');
    await delivered(process, `${randomIds.random()}.a-1`, 1, 'of nothing');
    await pass(process, DAY_MS);
    expect(await process.sweep()).toBe(0);
    await pass(process, 1);
    expect(await process.sweep()).toBe(4);
    expect(await keys(world)).toEqual([]);
    await process.stop();
  });

  it('rule 28: keeps the upload of a failed video for a week, so that a late success is taken, and then for good', async () => {
    const { process, world } = await service();
    const videoId = await process.create('a-1', 'v1');
    await process.claim();
    const late = await delivered(process, videoId, 1, 'late');
    await fail(process, videoId);
    await pass(process, 7 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    expect(await process.report('completed', late.said)).toMatchObject({ kind: 'done', replayed: false });
    expect(await process.video(videoId)).toMatchObject({ status: 'ready' });
    await pass(process, 100 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    expect(await keys(world)).toEqual(late.files);
    await process.stop();
  });

  it('rule 28: the week begins when the video fails, or with the upload where that comes later; a success after it changes nothing', async () => {
    const { process, world } = await service();
    const [early, after] = [await process.create('a-1', 'v1'), await process.create('a-1', 'v2')];
    await Promise.all([process.claim(), process.claim()]);
    const { said } = await delivered(process, early, 1, 'early');
    await pass(process, 30 * DAY_MS);
    await fail(process, early);
    await fail(process, after);
    await pass(process, 7 * DAY_MS);
    expect(await process.sweep()).toBe(0);
    const kept = await delivered(process, after, 1, 'after');
    await pass(process, 7 * DAY_MS);
    expect(await process.sweep()).toBe(2);
    expect(await keys(world)).toEqual(kept.files);
    await pass(process, 1);
    expect(await process.sweep()).toBe(2);
    await process.report('completed', said);
    expect(await process.video(early)).toMatchObject({ status: 'failed' });
    await process.stop();
  });

  it('removes nothing while the read model is behind the log, and says so', async () => {
    const { process, world } = await service();
    const { artworks, readModels, said } = process;
    const { store, files, machineClock: clock } = world;
    const log = (message: string): void => void said.push(message);
    const onStopped = (projection: string, error: unknown): void => expect([projection, error]).toEqual([]);
    const projector = new Projector({ projections: [videoProjection], store, readModels, clock, log, onStopped });
    const sweeper = new FileSweeper({ files, artworks, store, readModels, projector, clock, log });
    await put(world, `artworks/${randomIds.random()}.png`);
    await pass(process, 2 * DAY_MS);
    expect(await clock.runUntil(sweeper.sweep())).toBe(0);
    expect(said).toEqual(['file sweeper: the read model is behind; the rest stays until the next sweep']);
    await projector.start();
    expect(await clock.runUntil(sweeper.sweep())).toBe(1);
    await projector.stop();
    await process.stop();
  });
});

describe('the daily sweep', () => {
  it('is ten minutes after the start and then every day, goes on after a failure that it tells of, and looks at any number of files', async () => {
    const { process, world } = await service();
    const orphans = 450;
    for (let n = 0; n < orphans; n++) await put(world, `artworks/${randomIds.random()}.png`);
    await pass(process, 2 * DAY_MS);
    const { head } = world.store;
    world.store.head = () => Promise.reject(new Error('the disk is away'));
    process.fileSweeper.start();
    await pass(process, HOUR_MS / 6 - 1);
    expect(process.said).toEqual([]);
    await pass(process, 1);
    expect(process.said).toEqual(['file sweeper: Error: the disk is away; sweeping again tomorrow']);
    world.store.head = head;
    await pass(process, DAY_MS - 1);
    expect(await keys(world)).toHaveLength(orphans);
    for (let turns = 0; turns < 100 && (await keys(world)).length > 0; turns++) await pass(process, 1);
    expect(await keys(world)).toEqual([]);
    await process.stop();
    expect(process.said.slice(1)).toEqual([`file sweeper: removed ${orphans} files that no event names`]);
    await pass(process, 10 * DAY_MS);
    expect(process.said).toHaveLength(2);
  });

  it('looks at two hundred files at a time, lets others go first, and ends with the process', async () => {
    const { process, world } = await service();
    for (let n = 0; n < 450; n++) await put(world, `artworks/${randomIds.random()}.png`);
    await pass(process, 2 * DAY_MS);
    const sweeping = process.fileSweeper.sweep();
    for (let turns = 0; turns < 1_000 && world.machineClock.sleeping === 0; turns++) await new Promise(setImmediate);
    expect(await keys(world)).toHaveLength(250);
    await process.stop();
    expect(await sweeping).toBe(200);
    expect(await keys(world)).toHaveLength(250);
  });
});
