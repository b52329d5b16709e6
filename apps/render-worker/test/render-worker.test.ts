import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RenderJob, topics } from '#contracts';
import { randomIds, systemMachineClock } from '#event-sourcing';
import type { Consumer, Delivery } from '#messaging';
import { MemoryBroker, MemoryQueue } from '#messaging/testing';
import { workOverHttp } from '../src/http-jobs.js';
import { RenderWorker } from '../src/render-worker.js';
import { boxesOf } from './mp4.js';
import { compiledProcess } from './compiled-process.js';
import { quartered } from './pictures.js';
import { Service } from './service.js';

const compiled = compiledProcess();
let workDir = '';
let service: Service;
let broker: MemoryBroker;
let queue: MemoryQueue;
let worker: RenderWorker;
let results: { type: string; data: Record<string, unknown>; delivery: Delivery }[];
let listener: Consumer;

function makeWorker(): RenderWorker {
  return new RenderWorker({
    queue,
    clock: systemMachineClock,
    ids: randomIds,
    workerId: 'w-1',
    slots: 1,
    workDir,
    resolve: (url) => url.replace('https://videos.example', service.url),
    log: () => undefined,
    slot: { entry: compiled.entry },
  });
}

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'render-worker-'));
  service = await Service.start();
  service.artworks.set('/good', await quartered(400, 300));
  service.artworks.set('/bad', Buffer.from('not a picture'));
  broker = new MemoryBroker({ clock: systemMachineClock });
  queue = new MemoryQueue(broker);
  results = [];
  listener = await queue.consume({
    topic: topics.renderResults,
    group: 'test',
    handler: async (delivery) => {
      results.push({
        type: (delivery.headers['ce_type'] ?? '').replace('videos.render.', ''),
        data: JSON.parse(delivery.body) as Record<string, unknown>,
        delivery,
      });
      return { kind: 'done' };
    },
  });
  worker = makeWorker();
});
afterEach(async () => {
  await worker.stop();
  await listener.stop();
  await queue.close();
  await service.stop();
  await rm(workDir, { recursive: true, force: true });
});
afterAll(() => compiled.remove());

function job(videoId: string, artwork: string, durationMs = 300): RenderJob {
  const output = { width: 320, height: 180, fps: 30, durationMs, format: 'mp4' } as const;
  return {
    videoId,
    accountId: 'a-1',
    attempt: 1,
    roomId: 'living-room',
    artworkId: 'w',
    artworkUrl: `https://videos.example${artwork}`,
    uploadUrl: `https://videos.example/upload/${videoId}`,
    output,
    leaseMs: 300_000,
  };
}

function approve(data: unknown): Promise<void> {
  return queue.publish(topics.renderJobs, [{ key: 'a-1', headers: { ce_type: 'videos.render.approved' }, body: JSON.stringify(data) }]);
}

function cancel(videoId: string): Promise<void> {
  return queue.publish(topics.renderJobs, [
    { key: 'a-1', headers: { ce_type: 'videos.render.cancelled' }, body: JSON.stringify({ videoId, accountId: 'a-1' }) },
  ]);
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await what()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) throw new Error(`waited too long; heard ${JSON.stringify(results.map(({ type, data }) => [type, data]))}`);
  }
}

const heard = (type: string, videoId?: string): boolean =>
  results.some((result) => result.type === type && (videoId === undefined || result.data['videoId'] === videoId));

describe('the render worker', () => {
  it('makes a video of an approved job, uploads it, and says started and completed', async () => {
    await worker.start();
    await approve(job('v-1', '/good'));
    await until(() => heard('completed'));
    expect(results.map(({ type }) => type).filter((type) => type !== 'progressed')).toEqual(['started', 'completed']);
    const upload = service.uploads.get('/upload/v-1') as Buffer;
    expect(boxesOf(upload).slice(0, 2)).toEqual(['ftyp', 'moov']);
    expect(results.at(-1)?.data).toEqual({
      videoId: 'v-1',
      attempt: 1,
      videoUrl: '/upload/v-1/file',
      bytes: upload.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(results[0]?.data).toEqual({ videoId: 'v-1', attempt: 1, workerId: 'w-1' });
    expect(results[0]?.delivery).toMatchObject({
      key: 'a-1',
      headers: { ce_specversion: '1.0', ce_source: '/render-worker/w-1', 'content-type': 'application/json' },
    });
    await until(async () => (await queue.lag(topics.renderJobs, 'render-workers')) === 0);
    expect(await readdir(workDir)).toEqual([]);
  });

  it('puts the video straight into the store where that is offered', async () => {
    service.direct = 'taken';
    await worker.start();
    await approve(job('v-1', '/good'));
    await until(() => heard('completed'));
    const stored = service.stored.get('/store/upload/v-1') as Buffer;
    expect(boxesOf(stored).slice(0, 2)).toEqual(['ftyp', 'moov']);
    expect(service.uploads.size).toBe(0);
    expect(results.at(-1)?.data).toEqual({
      videoId: 'v-1',
      attempt: 1,
      videoUrl: '/upload/v-1/direct',
      bytes: stored.length,
      sha256: createHash('sha256').update(stored).digest('hex'),
    });
  });

  it('goes through the service where the store refuses it', async () => {
    service.direct = 'refused';
    await worker.start();
    await approve(job('v-1', '/good'));
    await until(() => heard('completed'));
    expect(results.at(-1)?.data).toMatchObject({ videoUrl: '/upload/v-1/file', bytes: service.uploads.get('/upload/v-1')?.length });
  });

  it('says of a picture that cannot be used that it failed for good', async () => {
    await worker.start();
    await approve(job('v-1', '/bad'));
    await until(() => heard('failed'));
    expect(results.at(-1)?.data).toEqual({
      videoId: 'v-1',
      attempt: 1,
      reason: 'The artwork is not a PNG, JPEG or WebP picture.',
      retryable: false,
    });
  });

  it('waits for a service that is away', async () => {
    service.away = 2;
    await worker.start();
    await approve(job('v-1', '/good'));
    await until(() => heard('completed'));
  });

  it('drops a job that was cancelled before it was its turn', async () => {
    await worker.start();
    await approve(job('v-1', '/good', 3_000));
    await approve(job('v-2', '/good'));
    await cancel('v-2');
    await approve(job('v-3', '/good'));
    await until(() => heard('completed', 'v-3'));
    expect(results.some(({ data }) => data['videoId'] === 'v-2')).toBe(false);
  });

  it('lets go of a render that is cancelled, and takes the next', async () => {
    await worker.start();
    await approve(job('v-1', '/good', 20_000));
    await until(() => heard('started', 'v-1'));
    await cancel('v-1');
    await approve(job('v-2', '/good'));
    await until(() => heard('completed', 'v-2'));
    expect(heard('completed', 'v-1') || heard('failed', 'v-1')).toBe(false);
  });

  it('leaves a job that a stop interrupts to be rendered again, under the same attempt', async () => {
    await worker.start();
    await approve(job('v-1', '/good', 2_000));
    await until(() => heard('started'));
    await worker.stop();
    expect(heard('completed') || heard('failed')).toBe(false);
    worker = makeWorker();
    await worker.start();
    await until(() => heard('completed'));
    expect(results.filter(({ type }) => type === 'started').map(({ data }) => data['attempt'])).toEqual([1, 1]);
  });

  it('parks what is no render job, with its reason', async () => {
    await worker.start();
    await approve({ ...job('v-1', '/good'), output: { width: 100_000, height: 180, fps: 30, durationMs: 300 } });
    await until(async () => (await queue.parked({ limit: 10 })).length === 1);
    expect((await queue.parked({ limit: 10 }))[0]?.reason).toBe('the body is not a render job');
  });
});

describe('the render worker over HTTP', () => {
  it('claims a job, uploads its video and reports', async () => {
    service.jobs.push(job('v-9', '/good'));
    const stop = new AbortController();
    const resolve = (url: string): string => url.replace('https://videos.example', service.url);
    const working = workOverHttp(
      {
        url: service.url,
        apiKey: 'key',
        workerId: 'w-2',
        clock: systemMachineClock,
        ids: randomIds,
        workDir,
        resolve,
        log: () => undefined,
        slot: { entry: compiled.entry },
      },
      stop.signal,
    );
    await until(() => service.results.some(({ type }) => type === 'videos.render.completed'));
    stop.abort();
    await working;
    expect(service.results.at(-1)).toMatchObject({
      specversion: '1.0',
      type: 'videos.render.completed',
      data: { videoId: 'v-9', attempt: 1, bytes: service.uploads.get('/upload/v-9')?.length },
    });
  });
});
