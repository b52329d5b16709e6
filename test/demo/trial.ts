import type { VideoView } from '#contracts';
import { createHash } from 'node:crypto';
import { type Client, expectStatus } from '../e2e/client.js';
import { artwork } from './artwork.js';
import type { Story } from './story.js';

const DOWNLOADS = 5;
const RENDER_MS = 40_000;
const LOOK_MS = 250;

/** A trial account makes its one video, downloads it as often as it likes, runs out, and is helped by support. */
export async function trial(client: Client, story: Story, accountId: string): Promise<void> {
  story.chapter(`Ada on trial (account ${accountId})`);
  story.say('Billing tells that her trial has started');
  const { position } = expectStatus(202, await client.billing('billing.trial.started', { accountId, occurredAt: await nowOf(client) }));
  const before = await client.credits(accountId, position);
  story.see('what she has', [before.status, before.available], ['trial', 1]);

  const { body } = await client.get<{ items: { roomId: string; name: string }[] }>('/v1/rooms');
  story.say(`She looks at the rooms on offer: ${body.items.map(({ name }) => name).join(', ')}`);
  const roomId = body.items[0]?.roomId ?? 'none';
  const artworkId = await client.artwork(accountId, await artwork());
  story.say(`She uploads a picture and asks for a video of it in the room "${roomId}"`);
  const first = expectStatus(201, await client.createVideo(accountId, artworkId, `${accountId}-1`, { roomId, title: 'Sun over hills' }));
  story.see('the answer', [first.video.status, first.credits.available], ['queued', 0]);
  const again = await client.createVideo(accountId, artworkId, `${accountId}-1`, { roomId, title: 'Sun over hills' });
  story.see('her browser sends it twice: the same video', [again.status, again.body.video.videoId === first.video.videoId], [201, true]);

  const ready = await untilReady(client, first.video.videoId, story);
  story.see('rendered', [ready.status, ready.attempt], ['ready', 1]);
  story.say(`She downloads it ${DOWNLOADS} times`);
  const downloads = await Promise.all(Array.from({ length: DOWNLOADS }, () => download(client, ready)));
  story.see(`the same ${downloads[0]?.bytes} bytes each time`, new Set(downloads.map(({ sha256 }) => sha256)).size, 1);
  story.see('an MP4', downloads[0]?.kind, 'ftyp');
  const used = (await client.ledger(accountId)).filter(({ type }) => type === 'credits.consumed');
  story.see('credits used by now', used.length, 1);

  story.say('She asks for a second video');
  const second = await client.createVideo(accountId, artworkId, `${accountId}-2`, { roomId });
  story.see(
    'refused',
    [second.status, second.body.code, second.body.available, second.body.nextRenewalAt],
    [402, 'insufficient-credits', 0, null],
  );
  story.say(`The refusal names whom to ask: ${JSON.stringify(second.body.support)}`);
  story.see('a support contact is named', Boolean(second.body.support), true);

  story.say('Support grants her 2 credits');
  const granted = expectStatus(201, await client.grant(accountId, 2, { actor: 'mia', reason: 'bought by telephone' }));
  story.see('what she has', granted.credits.available, 2);
  const third = expectStatus(201, await client.createVideo(accountId, artworkId, `${accountId}-2`, { roomId }));
  story.see('the same request again is accepted now', third.credits.available, 1);
  story.see('rendered', (await untilReady(client, third.video.videoId, story)).status, 'ready');
  for (const line of (await client.ledger(accountId)).reverse())
    story.say(`ledger: ${line.at}  ${String(line.credits).padStart(3)} → ${line.balanceAfter}  ${line.text}`);
}

/** The instant that the service counts by, in sandbox mode; else this machine's. */
export async function nowOf(client: Client): Promise<string> {
  const { status, body } = await client.get<{ now: string }>('/v1/test-clock');
  return status === 200 ? body.now : new Date().toISOString();
}

async function untilReady(client: Client, videoId: string, story: Story): Promise<VideoView> {
  const until = performance.now() + RENDER_MS;
  let seen = '';
  for (;;) {
    const video = await client.video(videoId);
    const now = `${video.status}${video.progress === null ? '' : ` ${video.progress} %`}`;
    if (now !== seen) story.say(`the video is ${now}`);
    seen = now;
    if (video.status === 'ready') return video;
    if (video.status === 'failed') throw new Error(`the render failed: ${video.failure}`);
    if (performance.now() > until)
      throw new Error(`no video within ${RENDER_MS / 1_000} s; does the service render, or has it outside workers?`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function download(client: Client, video: VideoView): Promise<{ bytes: number; sha256: string; kind: string }> {
  const response = await client.send('GET', `/v1/videos/${video.videoId}/download`);
  if (response.status !== 200) throw new Error(`the download answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    kind: bytes.subarray(4, 8).toString('latin1'),
  };
}
