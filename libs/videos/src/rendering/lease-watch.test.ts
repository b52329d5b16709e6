import { MemoryReadModelDisk } from '#event-sourcing/testing';
import { ATTEMPTS, LEASE_MS, ProcessorDriver } from '../../../../test/account/processor.driver.js';

/** A process whose account a-1 has one video, claimed by a worker as attempt 1. */
async function rendering() {
  const process = await ProcessorDriver.start();
  await process.bill('a-1');
  const videoId = await process.create('a-1', 'v1');
  expect(await process.claim()).toMatchObject({ videoId, attempt: 1 });
  return { process, world: process.world, videoId };
}

describe('the lease watch', () => {
  it('rule 28: a worker silent for a whole lease loses its attempt, and the next is offered', async () => {
    const { process, world, videoId } = await rendering();
    await world.machineClock.advance(LEASE_MS - 1);
    await process.watch();
    expect(await process.waiting()).toBe(0);
    await world.machineClock.advance(1);
    await process.watch();
    expect(await process.video(videoId)).toMatchObject({ status: 'queued', attempt: 2 });
    expect(await process.claim()).toMatchObject({ videoId, attempt: 2 });
    await process.stop();
  });

  it('rule 27: each progress report renews the lease, and shows how far it is', async () => {
    const { process, world, videoId } = await rendering();
    for (const progress of [20, 40, 30]) {
      await world.machineClock.advance(LEASE_MS - 1);
      await process.report('progressed', { videoId, attempt: 1, progress });
      await process.watch();
    }
    expect(await process.video(videoId)).toMatchObject({ status: 'rendering', attempt: 1, progress: 40 });
    expect(await world.types('a-1')).not.toContain('RenderLeaseLost');
    await process.stop();
  });

  it('rule 27: the test clock moves no lease', async () => {
    const { process, world, videoId } = await rendering();
    world.clock.instant += 10 * 86_400_000;
    await process.watch();
    expect(await process.video(videoId)).toMatchObject({ status: 'rendering', attempt: 1 });
    await process.stop();
  });

  it('rule 28: where the notes are lost the lease begins anew: no worker loses an attempt early, and none keeps it for ever', async () => {
    const { process, world, videoId } = await rendering();
    await world.machineClock.advance(LEASE_MS - 1);
    await process.stop();
    world.rows = new MemoryReadModelDisk();
    const next = await ProcessorDriver.start(world);
    await next.watch();
    await world.machineClock.advance(LEASE_MS - 1);
    await next.watch();
    expect(await next.video(videoId)).toMatchObject({ status: 'rendering', attempt: 1 });
    await world.machineClock.advance(1);
    await next.watch();
    expect(await next.video(videoId)).toMatchObject({ status: 'queued', attempt: 2 });
    await next.stop();
  });

  it('rule 28: after the last attempt the video has failed and the credit is back in its allotment, once', async () => {
    const { process, world, videoId } = await rendering();
    expect(await process.available('a-1')).toBe(3);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      await world.machineClock.advance(LEASE_MS);
      await Promise.all([process.watch(), process.watch()]);
      if (attempt < ATTEMPTS) expect(await process.claim()).toMatchObject({ attempt: attempt + 1 });
    }
    expect(await process.video(videoId)).toMatchObject({ status: 'failed', failure: 'the render worker fell silent' });
    expect(await process.available('a-1')).toBe(4);
    expect((await world.types('a-1')).filter((type) => type === 'CreditReturned')).toHaveLength(1);
    expect(await process.claim()).toBeNull();
    await process.stop();
  });

  it('rule 27: a job that nobody has taken gets no new attempt, however long it waits', async () => {
    const process = await ProcessorDriver.start();
    await process.bill('a-1');
    await process.create('a-1', 'v1');
    await process.world.machineClock.advance(100 * LEASE_MS);
    await process.watch();
    expect(await process.waiting()).toBe(1);
    expect(await process.claim()).toMatchObject({ attempt: 1 });
    await process.stop();
  });

  it('rule 28: a lease of an attempt that is over says nothing of the next', async () => {
    const { process, world, videoId } = await rendering();
    await process.report('failed', { videoId, attempt: 1, reason: 'no memory', retryable: true });
    await process.publish();
    await world.machineClock.advance(LEASE_MS);
    await process.watch();
    expect(await process.video(videoId)).toMatchObject({ status: 'queued', attempt: 2 });
    await process.claim();
    await world.machineClock.advance(LEASE_MS - 1);
    await process.watch();
    expect(await process.video(videoId)).toMatchObject({ status: 'rendering', attempt: 2 });
    await process.stop();
  });

  it('looks by itself every second until it is stopped', async () => {
    const { process, world, videoId } = await rendering();
    await process.shown();
    process.leaseWatch.start();
    for (let second = 0; second <= LEASE_MS / 1_000 + 1; second++) await world.machineClock.advance(1_000);
    expect(await process.video(videoId)).toMatchObject({ attempt: 2 });
    expect(process.said).toEqual([`lease watch: attempt 1 of ${videoId} fell silent`]);
    await process.stop();
    expect(world.machineClock.sleeping).toBe(0);
  });
});
