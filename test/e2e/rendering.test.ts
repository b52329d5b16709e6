import type { VideoView } from '#contracts';
import type { Client } from './client.js';
import { expectStatus } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';

const REST_MS = 60_000;

describe('The service with its own render worker', () => {
  const folder = freshFolder();
  let service: Service;
  beforeAll(async () => (service = await Service.start(folder, { RENDER_WORKERS: '1' })));
  afterAll(async () => {
    await service.finish();
  });

  it(
    'killed in mid-render and started again, makes the video all the same: a real MP4, for one credit',
    async () => {
      const artworkId = await service.client.artwork('killed', await picture(400, 300));
      expectStatus(201, await service.client.grant('killed', 2));
      const { videoId } = expectStatus(201, await service.client.createVideo('killed', artworkId)).video;
      await until(service.client, videoId, ({ status, progress }) => status === 'rendering' && (progress ?? 0) > 0);
      await service.kill();
      service = await Service.start(folder, { RENDER_WORKERS: '1' });
      const { client } = service;
      const ready = await until(client, videoId, ({ status }) => status === 'ready');
      expect(ready).toMatchObject({ progress: 100, failure: null });
      const download = await client.send('GET', `/v1/videos/${videoId}/download`);
      expect([download.status, download.headers.get('content-type')]).toEqual([200, 'video/mp4']);
      const video = Buffer.from(await download.arrayBuffer());
      expect(video.toString('latin1', 4, 8)).toBe('ftyp');
      expect(video.indexOf('moov')).toBeLessThan(video.indexOf('mdat'));
      expect(video.length).toBeGreaterThan(20_000);
      expect((await client.credits('killed')).available).toBe(1);
      expect(await service.leftByRenders()).toEqual([]);
    },
    2 * REST_MS,
  );
});

/** Asks for the video until it is as wanted. */
async function until(client: Client, videoId: string, wanted: (video: VideoView) => boolean): Promise<VideoView> {
  for (const deadline = Date.now() + REST_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const video = await client.video(videoId);
    if (wanted(video)) return video;
    if (Date.now() > deadline) throw new Error(`waited too long: ${JSON.stringify(video)}`);
  }
}
