import type { VideoAnswer } from './video.commands.js';
import { CancelVideo, CreateVideo } from './video.commands.js';
import { type Answer } from '#contracts';
import { ApplyBillingEvent, ApplyBillingEventHandler } from '#credits';
import { createTransactor, Projector } from '#event-sourcing';
import { ManualMachineClock, MemoryEventStore, MemoryReadModels, SeededIds } from '#event-sourcing/testing';
import { MemoryFiles } from '#files/testing';
import { shipped } from '../../../../test/account/account.driver.js';
import { accountAggregate } from '../account/account.js';
import { accountProjection, type AccountRow } from '../account/account.projection.js';
import { Accounts } from '../account/accounts.js';
import { artworkAggregate } from '../artworks/artwork.events.js';
import { Artworks } from '../artworks/artworks.js';
import { VideoLibrary } from '../library/video.library.js';
import { videoProjection } from '../library/video.projection.js';
import { Leases } from '../rendering/leases.js';
import { CancelVideoHandler } from './cancel-video.handler.js';
import { CreateVideoHandler } from './create-video.handler.js';

const addresses = { download: (videoId: string) => `/d/${videoId}`, poster: (videoId: string) => `/p/${videoId}` };
const log = (message: string): void => expect(message).toBe('nothing to say');

/** The commands as the service wires them, over stores in memory; account a-1 has Artist Premium and one artwork. */
async function service() {
  const store = MemoryEventStore.create();
  const machineClock = new ManualMachineClock(Date.UTC(2027, 0, 1));
  const clock = { instant: Date.UTC(2027, 0, 1), now: () => clock.instant };
  const readModels = new MemoryReadModels();
  const onStopped = (projection: string, error: unknown): void => expect([projection, error]).toEqual([]);
  const projector = new Projector({
    projections: [accountProjection, videoProjection],
    store,
    readModels,
    clock: machineClock,
    log,
    onStopped,
  });
  await projector.start();
  const on = { store, clock, machineClock, cacheBytes: 1e6, log: { warn: (_facts: object, message: string) => log(message) } };
  const accounts = new Accounts(createTransactor({ ...on, aggregate: accountAggregate(shipped) }), store, {
    waitFor: (projection, position) => projector.waitFor(projection, position, 5_000),
    row: (accountId) => readModels.get<AccountRow>('accounts', 'accounts', accountId),
  });
  const artworks = new Artworks(createTransactor({ ...on, aggregate: artworkAggregate }), new MemoryFiles(machineClock), new SeededIds(7));
  const library = new VideoLibrary(readModels, accounts, new Leases(readModels, machineClock, 1_000), addresses);
  const creating = new CreateVideoHandler(accounts, artworks, addresses, shipped, { supportContact: 'help@example.org', lowCredits: 1 });
  const cancelling = new CancelVideoHandler(accounts, library, shipped);
  const picture = { content: new Uint8Array([1]), contentType: 'image/png' as const, width: 4, height: 3 };
  const mine = await artworks.add('a-1', picture, {});
  const others = await artworks.add('a-2', picture, {});
  const data = {
    accountId: 'a-1',
    subscriptionId: 's-1',
    planId: 'artist-premium',
    interval: 'month',
    status: 'active',
    periodStart: '2027-01-01T00:00:00Z',
    periodEnd: '2027-02-01T00:00:00Z',
    occurredAt: '2027-01-01T00:00:00Z',
  };
  await new ApplyBillingEventHandler(accounts, shipped).execute(new ApplyBillingEvent('billing.subscription.started', data, {}));
  const create = (key: string, more: { roomId?: string; artworkId?: string; title?: string | null } = {}) =>
    creating.execute(new CreateVideo('a-1', { roomId: 'living-room', artworkId: mine.artworkId, title: null, ...more }, key, {}));
  const cancel = (videoId: string, key: string | null = null) => cancelling.execute(new CancelVideo(videoId, key, {}));
  const stop = async (): Promise<void> => projector.stop();
  return {
    clock,
    create,
    cancel,
    stop,
    others: others.artworkId,
    version: async () => (await store.readBackwards('account-a-1', undefined, 1))[0]?.version,
  };
}

function done(answer: Answer<VideoAnswer>): VideoAnswer {
  if (answer.kind !== 'done') throw new Error(`refused: ${answer.refusal.code}`);
  return answer.value;
}

describe('the video commands', () => {
  it('rule 8: CreateVideo with the same key answers what it answered then, after other videos and another cycle', async () => {
    const { clock, create, stop, version } = await service();
    const first = await create('k');
    expect(done(first)).toMatchObject({ video: { status: 'queued', attempt: 1 }, credits: { available: 1, inProgress: 1 } });
    await create('other');
    clock.instant = Date.UTC(2027, 5, 1);
    const before = await version();
    expect(await create('k')).toEqual({ ...first, replayed: true });
    expect(await version()).toBe(before);
    expect(await create('k', { title: 'another' })).toEqual({ kind: 'refused', refusal: { code: 'idempotency-key-reused' } });
    await stop();
  });

  it('rule 8: sent ten times at once it uses one credit, and all get the one answer', async () => {
    const { create, stop } = await service();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('k')));
    expect(new Set(answers.map((answer) => JSON.stringify(done(answer)))).size).toBe(1);
    expect(answers.filter((answer) => answer.kind === 'done' && !answer.replayed)).toHaveLength(1);
    await stop();
  });

  it('rule 8: the key comes before room and artwork, these before the credit; a refusal is not remembered', async () => {
    const { create, stop, others, version } = await service();
    await create('a');
    expect(await create('a', { roomId: 'no-room' })).toMatchObject({ refusal: { code: 'idempotency-key-reused' } });
    await create('b');
    const before = await version();
    expect(await create('c', { roomId: 'no-room' })).toMatchObject({ refusal: { code: 'unknown-room' } });
    expect(await create('c', { artworkId: others })).toMatchObject({ refusal: { code: 'unknown-artwork' } });
    expect(await create('c')).toEqual({
      kind: 'refused',
      refusal: { code: 'insufficient-credits', available: 0, nextRenewalAt: '2027-02-01T00:00:00.000Z', support: 'help@example.org' },
    });
    expect(await version()).toBe(before);
    await stop();
  });

  it('rule 8: CancelVideo repeated answers the same, with or without a key, and returns one credit', async () => {
    const { create, cancel, stop } = await service();
    const { videoId } = done(await create('k')).video;
    const first = await cancel(videoId, 'c');
    expect(done(first)).toMatchObject({ video: { status: 'cancelled' }, credits: { available: 2, inProgress: 0 } });
    await create('other');
    expect(await cancel(videoId, 'c')).toEqual({ ...first, replayed: true });
    expect(await cancel(videoId)).toEqual({ ...first, replayed: true });
    expect(await cancel('nonsense')).toMatchObject({ refusal: { code: 'unknown-video' } });
    await stop();
  });
});
