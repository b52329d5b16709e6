import { createHash, randomUUID } from 'node:crypto';
import { expectStatus } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';
import { expectCredits, expectVideo } from './shapes.js';
import { OutsideWorker, smallVideo } from './worker.js';

const SUPPORT = 'credits@example.com';

describe('A customer on trial, from outside', () => {
  const folder = freshFolder();
  let service: Service;
  beforeAll(async () => (service = await Service.start(folder, { SUPPORT_CONTACT: SUPPORT })));
  afterAll(async () => {
    await service.finish();
  });

  it('makes one video, downloads it five times, is refused the second, gets two by support and makes another (rules 3, 4, 5, 18, 25)', async () => {
    const { client } = service;
    const accountId = 'tour-1';
    const worker = new OutsideWorker(client);
    const artworkId = await client.artwork(accountId, await picture());

    const early = await client.createVideo(accountId, artworkId);
    expect([early.status, early.body.code, early.body.available]).toEqual([402, 'insufficient-credits', 0]);

    const trial = await client.billing('billing.trial.started', { accountId, occurredAt: new Date().toISOString() });
    const before = await client.credits(accountId, expectStatus(202, trial).position);
    expectCredits(before);
    expect(before).toMatchObject({ status: 'trial', available: 1, plan: null, cycle: null, nextRenewalAt: null, inProgress: 0 });
    expect(before.allotments).toEqual([expect.objectContaining({ source: 'trial', quantity: 1, remaining: 1, expiresAt: null })]);

    const created = expectStatus(201, await client.createVideo(accountId, artworkId, randomUUID(), { title: 'Blue hour' }));
    expect(Object.keys(created).sort()).toEqual(['credits', 'video']);
    expectVideo(created.video);
    expectCredits(created.credits);
    expect(created.video).toMatchObject({
      accountId,
      artworkId,
      roomId: 'living-room',
      title: 'Blue hour',
      status: 'queued',
      endedAt: null,
    });
    expect(created.video.allotmentId).toBe(before.allotments[0]?.id);
    expect(created.credits).toMatchObject({ available: 0, inProgress: 1 });
    const { videoId } = created.video;
    const notReady = await client.get(`/v1/videos/${videoId}/download`);
    expect([notReady.status, notReady.body.code]).toEqual([409, 'not-ready']);

    const job = await worker.job();
    expect(Object.keys(job).sort()).toEqual([
      'accountId',
      'artworkId',
      'artworkUrl',
      'attempt',
      'leaseMs',
      'output',
      'roomId',
      'uploadUrl',
      'videoId',
    ]);
    expect(job).toMatchObject({ videoId, accountId, artworkId, attempt: 1, roomId: 'living-room', leaseMs: 300_000 });
    expect(job.output).toEqual({ width: 1280, height: 720, fps: 30, durationMs: 4000, format: 'mp4' });
    expect((await client.as(undefined).send('GET', job.artworkUrl)).headers.get('content-type')).toBe('image/png');
    expect((await client.video(videoId)).status).toBe('rendering');
    const progressed = expectStatus(202, await worker.report('progressed', job, { progress: 40 }));
    expect(await client.video(videoId, progressed.position)).toMatchObject({ status: 'rendering', progress: 40 });
    const upload = await worker.upload(job);
    expect(upload).toEqual({
      videoUrl: upload.videoUrl,
      bytes: smallVideo.byteLength,
      sha256: createHash('sha256').update(smallVideo).digest('hex'),
    });
    const completed = expectStatus(202, await worker.report('completed', job, upload));
    const ready = await client.video(videoId, completed.position);
    expectVideo(ready);
    expect(ready).toMatchObject({ status: 'ready', progress: 100, failure: null, endedAt: expect.any(String) });

    for (let times = 1; times <= 5; times++) {
      const download = await client.send('GET', `/v1/videos/${videoId}/download`);
      expect([download.status, download.headers.get('content-type')]).toEqual([200, 'video/mp4']);
      expect(new Uint8Array(await download.arrayBuffer())).toEqual(smallVideo);
    }
    const range = await client.send('GET', `/v1/videos/${videoId}/download`, { headers: { range: 'bytes=4-7' } });
    expect([range.status, range.headers.get('content-range'), await range.text()]).toEqual([
      206,
      `bytes 4-7/${smallVideo.byteLength}`,
      'ftyp',
    ]);
    const beyond = await client.get(`/v1/videos/${videoId}/download`, { headers: { range: 'bytes=99999999-' } });
    expect([beyond.status, beyond.body.code]).toEqual([416, 'range-not-satisfiable']);
    const signed = await client.as(undefined).send('GET', ready.downloadUrl as string);
    expect(new Uint8Array(await signed.arrayBuffer())).toEqual(smallVideo);
    expect(await client.ledger(accountId)).toHaveLength(2);

    const second = await client.createVideo(accountId, artworkId);
    expect(second.status).toBe(402);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
    expect(second.body).toMatchObject({ code: 'insufficient-credits', status: 402, available: 0, nextRenewalAt: null, support: SUPPORT });

    const granted = expectStatus(201, await client.grant(accountId, 2, { actor: 'mia', ticket: 'T-1' }));
    expect(Object.keys(granted).sort()).toEqual(['allotment', 'credits']);
    expect(Object.keys(granted.allotment).sort()).toEqual(['expiresAt', 'id', 'quantity', 'remaining', 'source', 'validFrom']);
    expect(granted.allotment).toMatchObject({ source: 'purchase', quantity: 2, remaining: 2, expiresAt: null });
    expect(granted.credits.available).toBe(2);

    const another = expectStatus(201, await client.createVideo(accountId, artworkId));
    expect(another.credits.available).toBe(1);
    const delivered = await worker.deliver(await worker.job());
    expect((await client.video(another.video.videoId, delivered)).status).toBe('ready');
    expect(await client.credits(accountId, delivered)).toMatchObject({ available: 1, inProgress: 0 });
    const library = await client.get<{ items: { videoId: string }[]; nextCursor: null }>(
      `/v1/videos?accountId=${accountId}&after=${encodeURIComponent(delivered)}`,
    );
    expect(library.body.items.map((video) => video.videoId)).toEqual([another.video.videoId, videoId]);
  });
});
