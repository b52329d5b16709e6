import { LEASE_MS, ProcessorDriver } from '../../../../test/account/processor.driver.js';

async function claimed() {
  const process = await ProcessorDriver.start();
  await process.bill('a-1');
  const videoId = await process.create('a-1', 'v1');
  await process.claim();
  return { process, world: process.world, videoId };
}

describe('a report of a worker', () => {
  it('rule 28: completed makes the video ready when length and hash are those of what was uploaded', async () => {
    const { process, videoId } = await claimed();
    const file = await process.upload(videoId, 1);
    const said = { videoId, attempt: 1, ...file, sha256: file.sha256.toUpperCase() };
    expect(await process.report('completed', said)).toMatchObject({ kind: 'done', replayed: false });
    expect(await process.video(videoId)).toMatchObject({ status: 'ready', progress: 100, failure: null });
    expect(await process.leases.progress([videoId])).toEqual(new Map());
    await process.stop();
  });

  it('rule 28: completed twice, also at once, is taken once', async () => {
    const { process, world, videoId } = await claimed();
    const said = { videoId, attempt: 1, ...(await process.upload(videoId, 1)) };
    const answers = await Promise.all(Array.from({ length: 5 }, () => process.report('completed', said)));
    expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'done'));
    expect((await world.types('a-1')).filter((type) => type === 'VideoCompleted')).toHaveLength(1);
    expect(await process.available('a-1')).toBe(3);
    await process.stop();
  });

  it.each([
    ['another hash', { sha256: 'a'.repeat(64) }],
    ['another length', { bytes: 1 }],
  ])('rule 28: completed with %s than was uploaded is a failure that may be tried again', async (_what, wrong) => {
    const { process, videoId } = await claimed();
    const said = { videoId, attempt: 1, ...(await process.upload(videoId, 1)), ...wrong };
    expect(await process.report('completed', said)).toMatchObject({ kind: 'done' });
    expect(await process.video(videoId)).toMatchObject({ status: 'queued', attempt: 2 });
    expect(await process.available('a-1')).toBe(3);
    await process.stop();
  });

  it('rule 28: completed of a file that is gone is a failure that may be tried again', async () => {
    const { process, videoId } = await claimed();
    const sha256 = 'b'.repeat(64);
    const videoUrl = process.addresses.uploaded(videoId, 1, sha256);
    expect(await process.report('completed', { videoId, attempt: 1, videoUrl, bytes: 9, sha256 })).toMatchObject({ kind: 'done' });
    expect(await process.video(videoId)).toMatchObject({ status: 'queued', attempt: 2 });
    await process.stop();
  });

  it('an address that was not issued, or for another video, is parked and says nothing of the video', async () => {
    const { process, world, videoId } = await claimed();
    const other = await process.create('a-1', 'v2');
    const mine = await process.upload(videoId, 1);
    const before = await world.types('a-1');
    for (const videoUrl of [
      'https://elsewhere.example/x.mp4',
      `${mine.videoUrl.slice(0, -1)}!`,
      (await process.upload(other, 1)).videoUrl,
    ]) {
      const answer = await process.report('completed', { videoId, attempt: 1, ...mine, videoUrl });
      expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'parked' } });
    }
    expect(await world.types('a-1')).toEqual(before);
    await process.stop();
  });

  it('rule 27: progress that comes before started begins the attempt, and started then says nothing new', async () => {
    const process = await ProcessorDriver.start();
    await process.bill('a-1');
    const videoId = await process.create('a-1', 'v1');
    await process.report('progressed', { videoId, attempt: 1, progress: 12.7 });
    await process.report('started', { videoId, attempt: 1, workerId: 'w' });
    expect(await process.video(videoId)).toMatchObject({ status: 'rendering', attempt: 1, progress: 12 });
    expect((await process.world.types('a-1')).filter((type) => type === 'RenderStarted')).toHaveLength(1);
    await process.stop();
  });

  it('rule 28: of an older attempt a failure and progress say nothing, a success is taken', async () => {
    const { process, world, videoId } = await claimed();
    await world.machineClock.advance(LEASE_MS);
    await process.watch();
    await process.claim();
    const before = await world.types('a-1');
    await process.report('failed', { videoId, attempt: 1, reason: 'late', retryable: false });
    await process.report('progressed', { videoId, attempt: 1, progress: 99 });
    expect(await world.types('a-1')).toEqual(before);
    expect(await process.video(videoId)).toMatchObject({ status: 'rendering', attempt: 2, progress: 0 });
    await process.report('completed', { videoId, attempt: 1, ...(await process.upload(videoId, 1)) });
    expect(await process.video(videoId)).toMatchObject({ status: 'ready', attempt: 1 });
    await process.stop();
  });

  it('rule 28 (shipped bug 13): a render given up and paid back that is delivered later uses one credit again', async () => {
    const { process, videoId } = await claimed();
    await process.report('failed', { videoId, attempt: 1, reason: 'timed out', retryable: false });
    expect(await process.available('a-1')).toBe(4);
    await process.report('completed', { videoId, attempt: 1, ...(await process.upload(videoId, 1)) });
    expect(await process.video(videoId)).toMatchObject({ status: 'ready' });
    expect(await process.available('a-1')).toBe(3);
    await process.stop();
  });

  it('rule 30: nothing is taken of a cancelled video', async () => {
    const process = await ProcessorDriver.start();
    await process.bill('a-1');
    const videoId = await process.create('a-1', 'v1');
    await process.cancel(videoId);
    const before = await process.world.types('a-1');
    const reports: readonly (readonly [string, object])[] = [
      ['started', {}],
      ['progressed', { progress: 3 }],
      ['failed', { reason: 'x', retryable: true }],
      ['completed', await process.upload(videoId, 1)],
    ];
    for (const [type, more] of reports)
      expect(await process.report(type, { videoId, attempt: 1, ...more })).toMatchObject({ kind: 'done' });
    expect(await process.world.types('a-1')).toEqual(before);
    expect(await process.available('a-1')).toBe(4);
    await process.stop();
  });

  it('rule 28: of an attempt that was never offered, or a video that never was, is parked', async () => {
    const { process, world, videoId } = await claimed();
    const before = await world.types('a-1');
    const unknown = `${'x'.repeat(22)}.a-1`;
    for (const [about, attempt] of [
      [videoId, 2],
      [unknown, 1],
    ] as const) {
      for (const [type, more] of [
        ['started', {}],
        ['failed', { reason: 'x', retryable: false }],
      ] as const) {
        const answer = await process.report(type, { videoId: about, attempt, ...more });
        expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'parked' } });
      }
    }
    expect(await world.types('a-1')).toEqual(before);
    await process.stop();
  });
});
