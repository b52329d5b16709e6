import { createHash, randomUUID } from 'node:crypto';
import { bill, subscription } from './billing.js';
import { expectStatus, type Client } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, onOneFolder, Service } from './service-under-test.js';
import { expectLedger, expectVideo } from './shapes.js';
import { OutsideWorker, smallVideo } from './worker.js';

/** The shortest that the service takes. */
const LEASE_S = 5;

describe('Renders by workers from outside', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  let worker: OutsideWorker;
  let artworkId: string;
  let accountId: string;
  let accounts = 0;

  beforeAll(async () => {
    service = await Service.start(folder, { RENDER_LEASE: `PT${LEASE_S}S`, RENDER_ATTEMPTS: '2' });
    client = service.client;
    worker = new OutsideWorker(client);
    await client.clock({ now: '2027-01-31T10:00:00.000Z' });
  });
  afterAll(async () => {
    await service.finish();
  });
  beforeEach(async () => {
    accountId = `renders-${accounts++}`;
    artworkId = await client.artwork(accountId, await picture());
    await client.grant(accountId, 2);
  });

  const create = async (): Promise<string> => expectStatus(201, await client.createVideo(accountId, artworkId)).video.videoId;

  it('a worker that fell silent loses its lease: the job is offered again, then the video fails and the credit comes back (rules 27–29)', async () => {
    const videoId = await create();
    const first = await worker.job();
    expect([first.videoId, first.attempt, first.leaseMs]).toEqual([videoId, 1, LEASE_S * 1_000]);
    const second = await new OutsideWorker(client, 'other').claim(3 * LEASE_S * 1_000);
    expect(second).toMatchObject({ videoId, attempt: 2 });
    // A failure told for an older attempt is ignored.
    expectStatus(202, await worker.report('failed', first, { reason: 'late', retryable: false }));
    expect((await client.video(videoId)).status).toBe('rendering');
    const failed = expectStatus(202, await worker.report('failed', second ?? first, { reason: 'no disk', retryable: true }));
    const video = await client.video(videoId, failed.position);
    expectVideo(video);
    expect(video).toMatchObject({ status: 'failed', attempt: 2, failure: expect.stringContaining('no disk') });
    expect(await client.credits(accountId, failed.position)).toMatchObject({ available: 2, inProgress: 0 });

    // A late success delivers it after all, for one credit, once.
    const late = expectStatus(202, await worker.report('completed', first, await worker.upload(first)));
    expect((await client.video(videoId, late.position)).status).toBe('ready');
    expect((await client.credits(accountId, late.position)).available).toBe(1);
    expectStatus(202, await worker.report('completed', second ?? first, await worker.upload(first)));
    const lines = await client.ledger(accountId);
    expectLedger(lines);
    expect(lines.map(({ type }) => type)).toEqual(['credits.consumed', 'credits.returned', 'credits.consumed', 'credits.allotted']);
  });

  it('a failure for good returns the credit at once; when its set is over it expires and goodwill is given (rule 29)', async () => {
    const start = expectStatus(200, await client.get<{ now: string }>('/v1/test-clock')).now;
    const end = new Date(Date.parse(start) + 30 * 86_400_000).toISOString();
    const owner = `${accountId}-plan`;
    await bill(client, 'billing.subscription.started', subscription(owner, 'artist-basic', start, end));
    const made = expectStatus(201, await client.createVideo(owner, await client.artwork(owner, await picture())));
    const job = await worker.job();
    await client.clock({ now: end });
    const failed = expectStatus(202, await worker.report('failed', job, { reason: 'a broken picture', retryable: false }));
    expect((await client.video(made.video.videoId, failed.position)).status).toBe('failed');
    const credits = await client.credits(owner, failed.position);
    expect(credits.allotments).toEqual([expect.objectContaining({ source: 'goodwill', quantity: 1, validFrom: end })]);
    expect(credits.allotments[0]?.expiresAt).toBe(new Date(Date.parse(end) + 30 * 86_400_000).toISOString());
    const lines = await client.ledger(owner);
    expectLedger(lines);
    expect(lines.slice(0, 3).map(({ type, credits: change }) => [type, change])).toEqual([
      ['credits.allotted', 1],
      ['credits.expired', -1],
      ['credits.returned', 1],
    ]);
    expectStatus(202, await worker.report('failed', job, { reason: 'a broken picture', retryable: false }));
    expect(await client.ledger(owner)).toEqual(lines);
  });

  it('a worker that hangs up while it waits for a job takes none', async () => {
    const gone = new AbortController();
    const claim = fetch(`${client.base}/v1/render-jobs/claim`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workerId: 'gone', waitMs: 20_000 }),
      signal: gone.signal,
    });
    // The next one that waits is behind it: once it has an answer, the first has been waiting.
    expect(await worker.claim(100)).toBeUndefined();
    gone.abort();
    await expect(claim).rejects.toThrow();
    expect(await worker.claim(100)).toBeUndefined();
    const videoId = await create();
    expect(await worker.job()).toMatchObject({ videoId, attempt: 1 });
  });

  it('a video may be cancelled until a worker starts it (rule 30)', async () => {
    const first = await create();
    const cancelled = expectStatus(
      200,
      await client.post<{ video: { status: string }; credits: { available: number } }>(`/v1/videos/${first}/cancel`),
    );
    expect([cancelled.video.status, cancelled.credits.available]).toEqual(['cancelled', 2]);
    const second = await create();
    const job = await worker.job();
    expect(job.videoId).toBe(second);
    const late = await client.post(`/v1/videos/${second}/cancel`);
    expect([late.status, late.body.code]).toEqual([409, 'already-started']);
    const delivered = await worker.deliver(job);
    expect((await client.credits(accountId, delivered)).available).toBe(1);
    expect((await client.post('/v1/videos/none/cancel')).body.code).toBe('unknown-video');
  });

  it('what was uploaded must be what is reported; a foreign address is parked', async () => {
    await create();
    const job = await worker.job();
    const upload = await worker.upload(job);
    const foreign = await worker.report('completed', job, { ...upload, videoUrl: 'https://example.com/film.mp4' });
    expect([foreign.status, foreign.body.code]).toEqual([422, 'parked']);
    const unissued = await worker.report('completed', job, { ...upload, videoUrl: forged(upload.videoUrl) });
    expect(unissued.status).toBe(422);
    // A mismatch is a failure that may be tried again: the next attempt is offered.
    expectStatus(202, await worker.report('completed', job, { ...upload, bytes: smallVideo.byteLength - 1 }));
    const again = await worker.job();
    expect([again.videoId, again.attempt]).toEqual([job.videoId, 2]);
    const done = await worker.deliver(again);
    expect((await client.video(job.videoId, done)).status).toBe('ready');
    const refused = await client
      .as(undefined)
      .ask('PUT', forged(job.uploadUrl), { body: smallVideo, headers: { 'content-type': 'video/mp4' } });
    expect([refused.status, refused.body.code]).toEqual([403, 'invalid-signature']);
  });

  onOneFolder(
    'what is announced is not yet there: to report it without delivering it is a failure, and with a folder it comes here',
    async () => {
      await create();
      const job = await worker.job();
      const sha256 = createHash('sha256').update(smallVideo).digest('hex');
      const { upload, ...announced } = await worker.announce(job, { bytes: smallVideo.byteLength, sha256 });
      expect(upload).toBeNull();
      expectStatus(202, await worker.report('completed', job, announced));
      const again = await worker.job();
      expect([again.videoId, again.attempt]).toEqual([job.videoId, 2]);
      const { upload: _here, ...named } = await worker.announce(again, { bytes: smallVideo.byteLength, sha256 });
      expect(await worker.upload(again)).toEqual(named);
      const done = expectStatus(202, await worker.report('completed', again, named));
      expect((await client.video(job.videoId, done.position)).status).toBe('ready');
    },
  );

  it('results that cannot be right are parked or no CloudEvents', async () => {
    await create();
    const job = await worker.job();
    const event = (type: string, data: object) =>
      client.post('/v1/render-results', { specversion: '1.0', id: randomUUID(), source: '/w', type, data });
    const base = { videoId: job.videoId, attempt: 1 };
    for (const [type, data] of [
      ['videos.render.exploded', base],
      ['videos.render.progressed', { ...base, progress: 400 }],
      ['videos.render.failed', base],
      ['videos.render.completed', base],
      ['videos.render.started', { videoId: 'nobody-knows.it', attempt: 1 }],
    ] as const) {
      const { status, body } = await event(type, data);
      expect([type, status, body.code]).toEqual([type, 422, 'parked']);
    }
    expect((await client.post('/v1/render-results', { videoId: job.videoId })).body.code).toBe('not-a-cloud-event');
    await worker.deliver(job);
  });
});

/** The address with another signature. */
function forged(address: string): string {
  return address.replace(/signature=(.)/, (_, first: string) => `signature=${first === 'A' ? 'B' : 'A'}`);
}
