import { topics } from '#contracts';
import { LEASE_MS, ProcessorDriver } from '../../../../test/account/processor.driver.js';

async function approved(...keys: string[]) {
  const process = await ProcessorDriver.start();
  await process.bill('a-1');
  const videoIds: string[] = [];
  for (const key of keys) videoIds.push(await process.create('a-1', key));
  const [videoId = ''] = videoIds;
  return { process, world: process.world, videoId, videoIds };
}

describe('a worker that asks for a job', () => {
  it('rule 27: is answered when its start is stored, and the lease runs', async () => {
    const { process, world, videoId } = await approved('v1');
    const { append } = world.store;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.store.append = async (...what) => {
      await held;
      return append.apply(world.store, what);
    };
    let answered = false;
    const claiming = process.claim().finally(() => (answered = true));
    await world.machineClock.advance(0);
    await world.machineClock.advance(0);
    expect(answered).toBe(false);
    release();
    expect(await claiming).toMatchObject({ videoId, accountId: 'a-1', attempt: 1, roomId: 'loft', leaseMs: LEASE_MS });
    expect(await world.types('a-1')).toContain('RenderStarted');
    expect(await process.leases.progress([videoId])).toEqual(new Map([[videoId, 0]]));
    expect(await process.waiting()).toBe(0);
    await process.stop();
  });

  it('rule 30: is not given a video that was cancelled, but the next one', async () => {
    const { process, videoIds } = await approved('v1', 'v2');
    await process.cancel(videoIds[0] ?? '');
    expect(await process.claim()).toMatchObject({ videoId: videoIds[1] });
    expect(await process.claim()).toBeNull();
    expect(await process.waiting()).toBe(0);
    await process.stop();
  });

  it('rule 30: claim and cancel at once: exactly one of them has it', async () => {
    for (let round = 0; round < 10; round++) {
      const { process, world, videoId } = await approved('v1');
      const [job, answer] = await Promise.all([process.claim(), process.cancel(videoId)]);
      expect([job !== null, answer.kind === 'done'].sort()).toEqual([false, true]);
      const types = await world.types('a-1');
      expect(types.includes('RenderStarted')).toBe(job !== null);
      expect(types.includes('CreditReturned')).toBe(job === null);
      await process.stop();
    }
  });

  it('rule 27: is not given a job that is published twice', async () => {
    const { process, videoId } = await approved('v1');
    const [again] = [...process.world.broker.topic(topics.renderJobs).messages.values()];
    if (!again) throw new Error('no job was published');
    await process.queue.publish(topics.renderJobs, [again]);
    expect(await process.claim()).toMatchObject({ videoId });
    expect(await process.claim()).toBeNull();
    await process.stop();
  });

  it('rule 27: each of many that ask at once gets another job, or none', async () => {
    const { process, videoIds } = await approved('v1', 'v2', 'v3');
    const jobs = await Promise.all(Array.from({ length: 8 }, () => process.claim()));
    expect(jobs.flatMap((job) => job?.videoId ?? []).sort()).toEqual([...videoIds].sort());
    await process.stop();
  });

  it('rule 28: where the process dies before the start is stored the job is offered again as it was', async () => {
    const { process, world, videoId } = await approved('v1');
    const taken = await process.queue.take(topics.renderJobs, 'render-workers', 0);
    expect(taken).toBeDefined();
    await process.stop();
    const next = await ProcessorDriver.start(world);
    expect(await next.claim()).toMatchObject({ videoId, attempt: 1 });
    await next.stop();
  });

  it('rule 28: where it dies after the start is stored but before the answer, the lease brings the next attempt', async () => {
    const { process, world, videoId } = await approved('v1');
    const lost = await process.claim();
    expect(lost).not.toBeNull();
    await process.stop();
    const next = await ProcessorDriver.start(world);
    expect(await next.claim()).toBeNull();
    await next.watch();
    await world.machineClock.advance(LEASE_MS);
    await next.watch();
    expect(await next.claim()).toMatchObject({ videoId, attempt: 2 });
    await next.stop();
  });

  it('gives the job back where its start cannot be stored', async () => {
    const { process, world, videoId } = await approved('v1');
    const { append } = world.store;
    world.store.append = () => Promise.reject(new Error('the disk is full'));
    await expect(process.claim()).rejects.toThrow('the disk is full');
    world.store.append = append;
    expect(await process.claim()).toMatchObject({ videoId, attempt: 1 });
    await process.stop();
  });

  it('passes over what is no job, and waits as long as it was asked to', async () => {
    const { process, world } = await approved();
    await process.queue.publish(topics.renderJobs, [{ key: 'a-1', headers: {}, body: 'not JSON' }]);
    const claiming = process.claim(5_000);
    await world.machineClock.advance(4_999);
    const videoId = await process.create('a-1', 'late');
    expect(await claiming).toMatchObject({ videoId });
    const empty = process.claim(5_000);
    await world.machineClock.advance(5_000);
    expect(await empty).toBeNull();
    await process.stop();
  });
});
