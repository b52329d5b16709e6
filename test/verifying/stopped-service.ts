import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readSettings } from '#service';
import { type Standalone, startStandalone } from '../../apps/standalone/src/standalone.js';

export const STAFF_KEY = 'staff-key-for-tests-0123456789';

/** A real service on a folder of its own, in the sandbox, with nobody rendering. */
export async function startService(dataDir?: string): Promise<Standalone & { readonly dataDir: string }> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'credits-')));
  const settings = readSettings({
    PORT: '0',
    DATA_DIR: folder,
    SANDBOX: 'true',
    RENDER_WORKERS: '0',
    LOG_LEVEL: 'silent',
    STAFF_API_KEY: STAFF_KEY,
  });
  return { ...(await startStandalone(settings)), dataDir: folder };
}

/** One request as staff; throws where it is not answered with 2xx. */
export async function asked(base: string, method: string, path: string, body?: object, key?: string): Promise<Record<string, unknown>> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${base}/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${STAFF_KEY}`,
      ...(body && !isForm && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** What a few accounts do in three months: plans and renewals, videos delivered, failed, cancelled and waiting, grants, keys. */
export async function liveAWhile(base: string, accounts: number): Promise<void> {
  await asked(base, 'POST', '/test-clock', { now: '2030-01-01T00:00:00.000Z' });
  const rooms = (await asked(base, 'GET', '/rooms'))['items'] as { readonly roomId: string }[];
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  for (let n = 0; n < accounts; n++) {
    const accountId = `a-${n}`;
    await asked(base, 'POST', '/billing-events', billed(accountId, '2030-01-01T00:00:00Z', '2030-02-01T00:00:00Z'));
    const form = new FormData();
    form.set('accountId', accountId);
    form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
    const { artworkId } = await asked(base, 'POST', '/artworks', form);
    const video = { accountId, roomId: rooms[0]?.roomId, artworkId };
    await asked(base, 'POST', '/videos', video, `${n}-rendered`);
    await reportClaimed(base, 'videos.render.failed', { reason: 'broken', retryable: false });
    const cancelled = (await asked(base, 'POST', '/videos', video, `${n}-cancelled`))['video'] as { readonly videoId: string };
    await asked(base, 'POST', `/videos/${cancelled.videoId}/cancel`);
    await reportTaken(base);
    await asked(base, 'POST', '/videos', { ...video, title: 'Waiting' }, `${n}-waiting`);
    await asked(
      base,
      'POST',
      `/accounts/${accountId}/grants`,
      { credits: 2, source: 'goodwill', reason: 'sorry', actor: 'Ann' },
      `${n}-grant`,
    );
    await reportClaimed(base, 'videos.render.progressed', { progress: 40 });
  }
  await asked(base, 'POST', '/ops/keys', { name: 'desk', scopes: ['credits:read'] });
  await asked(base, 'POST', '/test-clock', { advance: 'P31D' });
  for (let n = 0; n < accounts; n += 2)
    await asked(base, 'POST', '/billing-events', billed(`a-${n}`, '2030-02-01T00:00:00Z', '2030-03-01T00:00:00Z'));
  await asked(base, 'POST', '/test-clock', { advance: 'P40D' });
}

function billed(accountId: string, periodStart: string, periodEnd: string): object {
  const about = {
    accountId,
    subscriptionId: `s-${accountId}`,
    planId: 'gallery-basic',
    interval: 'month',
    status: 'active',
    cancelAtPeriodEnd: false,
  };
  const data = { ...about, periodStart, periodEnd, occurredAt: periodStart };
  return { specversion: '1.0', id: `${accountId}-${periodStart}`, source: '/billing', type: 'billing.subscription.renewed', data };
}

/** Claims the next job and reports this of it. */
async function reportClaimed(base: string, type: string, more: object): Promise<void> {
  const { videoId, attempt } = await asked(base, 'POST', '/render-jobs/claim', { workerId: 'w', waitMs: 2_000 });
  const data = { videoId, attempt, ...more };
  await asked(base, 'POST', '/render-results', { specversion: '1.0', id: `${String(videoId)}-${type}`, source: '/worker', type, data });
}

/** A cancelled video's job is still on the queue: a worker who asks is not given it. */
async function reportTaken(base: string): Promise<void> {
  expect(await asked(base, 'POST', '/render-jobs/claim', { workerId: 'w', waitMs: 0 })).toEqual({});
}
