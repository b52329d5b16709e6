import { spawn } from 'node:child_process';
import { expectStatus } from './client.js';
import { picture } from './pictures.js';
import { freshFolder, onOneFolder, removeFolder, Service } from './service-under-test.js';

describe('The service as its operator runs it', () => {
  const folder = freshFolder();
  let service: Service;
  beforeAll(async () => (service = await Service.start(folder)));
  afterAll(async () => {
    await service.finish();
  });

  it('is live and ready, and tells figures to Prometheus', async () => {
    const { client } = service;
    const open = client.as(undefined);
    expect((await open.get('/healthz/live')).status).toBe(200);
    expect((await open.get('/healthz/ready')).status).toBe(200);
    const metrics = await client.ask<string>('GET', '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toMatch(/^# HELP /m);
    expect((await open.get<{ openapi: string }>('/v1/openapi.json')).body.openapi).toMatch(/^3\.1/);
  });

  onOneFolder('a second start on its folder is refused with a clear message, and the folder is unharmed', async () => {
    const granted = expectStatus(201, await service.client.grant('held', 3));
    const { code, said } = await Service.refused(folder);
    expect(code).not.toBe(0);
    expect(said).toMatch(/in use|another|already/i);
    expect(said).toContain(folder);
    expect(said).not.toMatch(/^\s+at /m);
    expect((await service.client.credits('held')).allotments).toEqual([granted.allotment]);
    const verified = await service.client.post<{ ok: boolean; problems: string[] }>('/v1/ops/verify');
    expect(verified.body).toMatchObject({ ok: true, problems: [] });
  });

  it.each([
    ['PORT', 'eighty'],
    ['RENDER_LEASE', 'five minutes'],
    ['RENDER_ATTEMPTS', '0'],
    ['GRANT_MAX', '-1'],
    ['SANDBOX', 'perhaps'],
    ['LOG_LEVEL', 'chatty'],
    ['ENGINES', 'steam'],
    ['GOODWILL_FOR_FAILED_RENDER', 'maybe'],
    ['LOW_CREDITS', '1.5'],
    ['RENDER_WORKERS', 'many'],
    ['PUBLIC_URL', 'not an address'],
    ['PLANS_FILE', '/nowhere/plans.json'],
  ])('a wrong %s stops the start and is named', async (name, value) => {
    const other = freshFolder();
    const { code, said } = await Service.refused(other, { [name]: value });
    removeFolder(other);
    expect(code).not.toBe(0);
    expect(said).toContain(name);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('ends by SIGTERM with 0 after it has answered what it was asked, and goes on where it was', async () => {
    const { client } = service;
    const artworkId = await client.artwork('going', await picture());
    await client.grant('going', 30);
    const asked = Array.from({ length: 30 }, () => client.createVideo('going', artworkId).catch(() => undefined));
    await Promise.race(asked);
    expect(await service.stop()).toBe(0);
    const answered = (await Promise.all(asked)).flatMap((answer) => (answer?.status === 201 ? [answer.body.video.videoId] : []));
    expect(answered.length).toBeGreaterThan(0);
    service = await Service.start(folder);
    const kept = (await service.client.all<{ videoId: string }>('/v1/videos?accountId=going')).map(({ videoId }) => videoId);
    expect(kept).toEqual(expect.arrayContaining(answered));
    expect((await service.client.credits('going')).available).toBe(30 - kept.length);
  });

  it('waits for nobody: SIGTERM while a worker and analytics wait long', async () => {
    const waiting = [service.client.claim('patient', 30_000), service.client.get('/v1/events?waitMs=30000')].map((wait) =>
      wait.catch(() => undefined),
    );
    const began = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(8_000);
    await Promise.all(waiting);
    service = await Service.start(folder);
  });

  onOneFolder('npm start passes SIGTERM on', async () => {
    const other = freshFolder();
    const child = spawn('npm', ['start', '--silent'], {
      env: { ...process.env, DATA_DIR: other, PORT: '0', RENDER_WORKERS: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    await new Promise<void>((resolve) => child.stdout.on('data', (said: Buffer) => said.includes('runs at') && resolve()));
    child.kill('SIGTERM');
    expect([0, 143, 'SIGTERM']).toContain(await ended);
    // Its folder is free again: a new service may hold it.
    const next = await Service.start(other, { SANDBOX: 'false' });
    expect((await next.client.get('/v1/test-clock')).status).toBe(404);
    await next.stop();
    removeFolder(other);
  });
});
