import type { VideoView } from '#contracts';
import { artwork } from '../demo/artwork.js';
import { nowOf } from '../demo/trial.js';
import { type Client, expectStatus } from '../e2e/client.js';
import { bill, type Subscription, subscription } from '../e2e/billing.js';
import { OutsideWorker } from '../e2e/worker.js';

const DAY_MS = 86_400_000;
const PERIOD_DAYS = 30;
const HALFWAY = 42;

/** A trial that has begun: one video to try. */
export async function onTrial(client: Client, accountId: string): Promise<void> {
  const { position } = expectStatus(202, await client.billing('billing.trial.started', { accountId, occurredAt: await nowOf(client) }));
  await client.credits(accountId, position);
}

/** A plan that was paid for thirty days from now on: its subscription. */
export async function onPlan(client: Client, accountId: string, planId = 'gallery-basic'): Promise<Subscription> {
  const start = await nowOf(client);
  const end = new Date(Date.parse(start) + PERIOD_DAYS * DAY_MS).toISOString();
  const state = subscription(accountId, planId, start, end);
  await bill(client, 'billing.subscription.started', state);
  return state;
}

/** The same subscription, paid for the period after. */
export function renewed(state: Subscription): Subscription {
  const end = new Date(Date.parse(state.periodEnd) + PERIOD_DAYS * DAY_MS).toISOString();
  return { ...state, periodStart: state.periodEnd, periodEnd: end };
}

/** As many videos as there are titles, asked for in that order, each of the same picture. */
export async function askFor(client: Client, accountId: string, ...titles: readonly string[]): Promise<readonly VideoView[]> {
  const artworkId = await client.artwork(accountId, await artwork());
  const videos: VideoView[] = [];
  for (const title of titles)
    videos.push(expectStatus(201, await client.createVideo(accountId, artworkId, undefined, { title, roomId: 'gallery-wall' })).video);
  return videos;
}

/** A video in each state that a card can show, the oldest first: ready, failed, cancelled, rendering at 42 percent, queued. */
export async function everyKindOfVideo(client: Client, accountId: string): Promise<void> {
  const worker = new OutsideWorker(client);
  await askFor(client, accountId, 'Ready to play');
  await worker.deliver(await worker.job());
  await askFor(client, accountId, 'Did not work out');
  await worker.report('failed', await worker.job(), { reason: 'the picture could not be drawn', retryable: false });
  const [cancelled] = await askFor(client, accountId, 'Taken back');
  expectStatus(200, await client.post(`/v1/videos/${cancelled?.videoId}/cancel`));
  const [rendering] = await askFor(client, accountId, 'Under way');
  const job = await worker.job();
  expectStatus(202, await worker.report('progressed', job, { progress: HALFWAY }));
  const [queued] = await askFor(client, accountId, 'Waiting its turn');
  if (job.videoId !== rendering?.videoId || !queued) throw new Error('the worker took another job');
}
