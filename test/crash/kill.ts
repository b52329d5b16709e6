import { parseArgs } from 'node:util';
import { expectStatus, type Client, type FactData } from '../e2e/client.js';
import { picture } from '../e2e/pictures.js';
import { freePort, freshFolder, removeFolder, Service } from '../e2e/service.js';
import { OutsideWorker } from '../e2e/worker.js';
import type { CloudEvent, VideoView } from '#contracts';
import { Books } from './books.js';
import { type Account, deliver, pour } from './load.js';

// kill -9 of the built service under load, again and again on one folder: `npm run crash -- [--kills N] [--seconds N]`.
const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' }, seconds: { type: 'string', default: '3600' } } });
const KILLS = Number(values.kills);
const DEADLINE = performance.now() + Number(values.seconds) * 1_000;
const ACCOUNTS = 12;
const CONNECTIONS = 24;
const WORKERS = 2;
/** The load lasts so long at most before the kill; shorter than a start, so that kills fall on first requests too. */
const LONGEST_LOAD_MS = 400;
const CREDITS_PER_ROUND = 3;
const REPEATS_PER_ROUND = 60;
const REST_MS = 120_000;
/** Short, so that jobs whose service died under their worker come back within the test. */
const ENVIRONMENT = { PORT: String(await freePort()), RENDER_LEASE: 'PT5S', LOG_LEVEL: 'error' };

const folder = freshFolder();
const books = new Books();
const startMs: number[] = [];
let place = '';
let passed = 0;
let failed = 0;

const accounts = await open();
while (passed + failed < KILLS && performance.now() < DEADLINE) judge(`kill ${startMs.length}`, await judged(round));
const kills = startMs.length;
judge('at rest', await judged(rest));
startMs.sort((a, b) => a - b);
const counts = { asked: 0, accepted: 0, refused: 0 };
for (const { answer, refused } of books.requests.values()) counts[answer !== undefined ? 'accepted' : refused ? 'refused' : 'asked']++;
console.log(`${kills} kills, ${books.requests.size} requests: ${counts.accepted} accepted, ${counts.refused} refused`);
console.log(`restart to the first answer: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
console.log(`${passed} passed, ${failed} failed`);
if (failed === 0) removeFolder(folder);
else console.error(`The folder is kept: ${folder}`);
process.exitCode = failed === 0 ? 0 : 1;

/** Accounts with an artwork each. */
async function open(): Promise<Account[]> {
  const service = await Service.start(folder, ENVIRONMENT);
  const names = Array.from({ length: ACCOUNTS }, (_, n) => `crash-${n}`);
  const opened = await Promise.all(
    names.map(async (accountId) => ({ accountId, artworkId: await service.client.artwork(accountId, await picture()) })),
  );
  await service.kill();
  return opened;
}

/** Starts, checks what the last kill left, pours load, and kills. */
async function round(): Promise<string[]> {
  const service = await Service.start(folder, ENVIRONMENT);
  try {
    startMs.push(service.startMs);
    const wrong = await check(service.client);
    for (const { accountId } of accounts) {
      const request = books.send({ kind: 'grant', accountId, key: `round-${startMs.length}`, credits: CREDITS_PER_ROUND });
      await deliver(service.client, accounts, request);
    }
    let gone = false;
    const load = Array.from({ length: CONNECTIONS }, () => pour(service.client, accounts, books, () => gone));
    const working = Array.from({ length: WORKERS }, (_, n) => work(new OutsideWorker(service.client, `w-${n}`), () => gone));
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * LONGEST_LOAD_MS));
    gone = true;
    await service.kill();
    await Promise.all([...load, ...working]);
    return wrong;
  } finally {
    await service.kill();
  }
}

/** Delivers videos until the service is gone. */
async function work(worker: OutsideWorker, gone: () => boolean): Promise<void> {
  while (!gone()) {
    try {
      const job = await worker.claim(50);
      if (job) await worker.deliver(job);
    } catch (error) {
      if (!gone()) throw error;
    }
  }
}

/** Holds the service against the books, then settles what the kill left open by sending it again. */
async function check(client: Client): Promise<string[]> {
  const wrong = books.publish(await newFacts(client));
  wrong.push(...books.lost());
  const accepted = [...books.requests.values()].filter(({ answer }) => answer !== undefined).slice(-REPEATS_PER_ROUND);
  for (const request of accepted) await deliver(client, accounts, request);
  for (const request of books.open()) await deliver(client, accounts, request);
  wrong.push(...books.publish(await newFacts(client)), ...books.lost());
  for (const { accountId } of accounts) {
    const { available, upcoming } = await client.credits(accountId);
    if (available + upcoming !== books.balance(accountId))
      wrong.push(`${accountId} shows ${available + upcoming}, its facts say ${books.balance(accountId)}`);
  }
  return wrong;
}

async function newFacts(client: Client): Promise<CloudEvent<FactData>[]> {
  const facts: CloudEvent<FactData>[] = [];
  for (;;) {
    const query = `limit=100${place === '' ? '' : `&after=${encodeURIComponent(place)}`}`;
    const { items, next } = expectStatus(200, await client.get<{ items: CloudEvent<FactData>[]; next: string }>(`/v1/events?${query}`));
    place = next;
    if (items.length === 0) return facts;
    facts.push(...items);
  }
}

/** Lets workers finish every video, then looks at each of them, at each ledger, and verifies the folder. */
async function rest(): Promise<string[]> {
  const service = await Service.start(folder, ENVIRONMENT);
  try {
    const { client } = service;
    startMs.push(service.startMs);
    const wrong = await check(client);
    const until = performance.now() + REST_MS;
    let videos: VideoView[] = [];
    do {
      await Promise.all(Array.from({ length: 4 }, (_, n) => new OutsideWorker(client, `last-${n}`).deliverAll()));
      videos = (await Promise.all(accounts.map(({ accountId }) => client.all<VideoView>(`/v1/videos?accountId=${accountId}`)))).flat();
    } while (videos.some(({ status }) => status === 'queued' || status === 'rendering') && performance.now() < until);
    wrong.push(...books.publish(await newFacts(client)), ...books.lost());
    const made = new Map(videos.map((video) => [video.videoId, video]));
    const accepted = [...books.requests.values()].filter(({ kind, answer }) => kind === 'video' && answer !== undefined);
    if (made.size !== accepted.length || videos.length !== made.size)
      wrong.push(`${accepted.length} videos were accepted, ${videos.length} are listed`);
    for (const { answer } of accepted) wrong.push(...judgeVideo(made.get(answer as string), answer as string));
    for (const { accountId } of accounts) wrong.push(...(await judgeLedger(client, accountId)));
    const verified = await client.post<{ ok: boolean; problems: string[] }>('/v1/ops/verify');
    if (verified.status !== 200 || !verified.body.ok) wrong.push(`verify: ${JSON.stringify(verified.body)}`);
    const ready = videos.filter(({ status }) => status === 'ready').length;
    console.log(`${videos.length} videos at rest, ${ready} of them ready`);
    return wrong;
  } finally {
    await service.stop();
  }
}

function judgeVideo(video: VideoView | undefined, videoId: string): string[] {
  const returns = books.returned.get(videoId) ?? 0;
  if (video?.status === 'ready') return returns === 0 ? [] : [`${videoId} is ready and its credit came back`];
  if (video?.status === 'failed') return returns === 1 ? [] : [`${videoId} failed and its credit came back ${returns} times`];
  return [`${videoId} ended neither ready nor failed: ${video?.status}`];
}

async function judgeLedger(client: Client, accountId: string): Promise<string[]> {
  const lines = await client.ledger(accountId);
  const sum = lines.reduce((total, { credits }) => total + credits, 0);
  const { available, upcoming } = await client.credits(accountId);
  const same = sum === available + upcoming && (lines[0]?.balanceAfter ?? 0) === sum && books.balance(accountId) === sum;
  return same
    ? []
    : [`${accountId}: the ledger's lines sum to ${sum}, its facts to ${books.balance(accountId)}, it shows ${available + upcoming}`];
}

/** What was found wrong; an exception is a finding too. */
async function judged(look: () => Promise<string[]>): Promise<string[]> {
  try {
    return await look();
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function judge(what: string, wrong: readonly string[]): void {
  if (wrong.length === 0) passed++;
  else failed++;
  for (const line of wrong.slice(0, 20)) console.error(`${what}: ${line}`);
}

function quantile(q: number): number {
  return Math.round(startMs[Math.min(startMs.length - 1, Math.floor(startMs.length * q))] ?? 0);
}
