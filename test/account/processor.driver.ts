import { Addresses, SignedUrls, uploadKey } from '#access';
import { type Answer, type Refusal, type RenderJob, topics } from '#contracts';
import { ApplyBillingEvent, ApplyBillingEventHandler, causes, LogPublisher, RenewalClock } from '#credits';
import { createTransactor, Projector, randomIds } from '#event-sourcing';
import { ManualMachineClock, MemoryEventStore, MemoryReadModelDisk, MemoryReadModels } from '#event-sourcing/testing';
import { MemoryFiles } from '#files/testing';
import { MemoryBroker, MemoryQueue } from '#messaging/testing';
import {
  accountAggregate,
  type AccountRow,
  Accounts,
  artworkAggregate,
  Artworks,
  ApplyRenderResult,
  ApplyRenderResultHandler,
  CancelVideoHandler,
  CancelVideo,
  ClaimRenderJob,
  ClaimRenderJobHandler,
  createVideo,
  DueAccountRows,
  FileSweeper,
  LeaseWatch,
  Leases,
  projections,
  RENDER_PUBLISHER,
  renderJobFact,
  VideoLibrary,
  videoIdOf,
} from '#videos';
import { shipped } from './account.driver.js';

export const LEASE_MS = 300_000;
export const ATTEMPTS = 3;
const begin = Date.UTC(2027, 0, 1);
const january = { interval: 'month', periodStart: '2027-01-01T00:00:00Z', periodEnd: '2027-02-01T00:00:00Z' };

/** What outlives a process: the log, rows and notes, topics, files, and both clocks, which only the test moves. */
export class World {
  readonly store = MemoryEventStore.create();
  rows = new MemoryReadModelDisk();
  readonly machineClock = new ManualMachineClock(begin);
  readonly clock = { instant: begin, now: (): number => this.clock.instant };
  readonly broker = new MemoryBroker({ clock: this.machineClock });
  readonly files = new MemoryFiles(this.machineClock);

  /** Every stored event as its type and when it took effect, of one account. */
  async told(accountId: string): Promise<readonly { readonly type: string; readonly at: string; readonly recordedAt: string }[]> {
    const events = await this.store.readForwards(`account-${accountId}`, 0, 100_000);
    return events.map(({ type, data, metadata }) => ({ type, at: (data as { at: string }).at, recordedAt: metadata.recordedAt }));
  }

  async types(accountId: string): Promise<readonly string[]> {
    return (await this.told(accountId)).map(({ type }) => type);
  }
}

/** One process of the service, as it is wired, on a world of stores in memory. Its loops run only when they are asked to. */
export class ProcessorDriver {
  readonly said: string[] = [];
  readonly queue: MemoryQueue;
  readonly readModels: MemoryReadModels;
  readonly accounts: Accounts;
  readonly leases: Leases;
  readonly leaseWatch: LeaseWatch;
  readonly artworks: Artworks;
  readonly fileSweeper: FileSweeper;
  readonly renewals: RenewalClock;
  readonly dueRows: DueAccountRows;
  readonly library: VideoLibrary;
  readonly addresses: Addresses;
  readonly #projector: Projector;
  readonly #publisher: LogPublisher;
  readonly #claiming: ClaimRenderJobHandler;
  readonly #results: ApplyRenderResultHandler;

  private constructor(readonly world: World) {
    const { store, clock, machineClock, broker, files } = world;
    const log = (message: string): void => void this.said.push(message);
    this.queue = new MemoryQueue(broker);
    this.readModels = new MemoryReadModels(world.rows);
    const { readModels } = this;
    const onStopped = (_projection: string, error: unknown): void => log(`stopped: ${String(error)}`);
    this.#projector = new Projector({ projections, store, readModels, clock: machineClock, log, onStopped });
    const views = {
      waitFor: (projection: string, position: bigint, timeoutMs: number) => this.#projector.waitFor(projection, position, timeoutMs),
      row: (accountId: string) => readModels.get<AccountRow>('accounts', 'accounts', accountId),
    };
    const warnings = { warn: (_facts: object, message: string) => log(message) };
    const aggregate = accountAggregate(shipped);
    const on = { store, clock, machineClock, cacheBytes: 1e6, log: warnings };
    this.accounts = new Accounts(createTransactor({ ...on, aggregate }), store, views);
    this.artworks = new Artworks(createTransactor({ ...on, aggregate: artworkAggregate }), files, randomIds);
    this.addresses = new Addresses(new SignedUrls('a key for tests', machineClock), () => 'http://service');
    const settings = { attempts: ATTEMPTS, goodwill: true, lowCredits: 1 };
    this.leases = new Leases(readModels, machineClock, LEASE_MS);
    this.library = new VideoLibrary(readModels, this.accounts, this.leases, this.addresses);
    this.leaseWatch = new LeaseWatch(readModels, this.accounts, this.leases, settings, machineClock, log);
    const { artworks } = this;
    this.fileSweeper = new FileSweeper({ files, artworks, store, readModels, projector: this.#projector, clock: machineClock, log });
    this.dueRows = new DueAccountRows(readModels, this.accounts, store, views);
    this.renewals = new RenewalClock(this.dueRows, clock, machineClock, log);
    const { queue, addresses } = this;
    this.#publisher = new LogPublisher({
      queue,
      name: RENDER_PUBLISHER,
      topic: topics.renderJobs,
      factsOf: (events) => events.flatMap((event) => renderJobFact(event, addresses, LEASE_MS) ?? []),
    });
    this.#claiming = new ClaimRenderJobHandler(this.queue, machineClock, this.accounts, this.leases);
    this.#results = new ApplyRenderResultHandler(this.accounts, this.leases, files, this.addresses, settings);
  }

  static async start(world = new World()): Promise<ProcessorDriver> {
    const process = new ProcessorDriver(world);
    await process.#projector.start();
    return process;
  }

  /** Ends the process; the next one on the same world begins with empty memory. */
  async stop(): Promise<void> {
    await Promise.all([this.renewals.stop(), this.leaseWatch.stop(), this.fileSweeper.stop()]);
    await this.#projector.stop();
    this.queue.vanish();
  }

  /** Resolves when the read models show the whole log. */
  async shown(): Promise<void> {
    await this.dueRows.shown();
  }

  /** Billing says that the account's subscription is paid for January 2027, or what is given instead. */
  async bill(accountId: string, said: object = {}): Promise<void> {
    const whole = { accountId, subscriptionId: 's-1', planId: 'gallery-basic', status: 'active', ...january, ...said };
    const data = { occurredAt: new Date(this.world.clock.instant).toISOString(), ...whole };
    const handler = new ApplyBillingEventHandler(this.accounts, shipped);
    expect(await handler.execute(new ApplyBillingEvent('billing.subscription.renewed', data, {}))).toMatchObject({ kind: 'done' });
  }

  /** Orders a video and publishes its job. */
  async create(accountId: string, key: string): Promise<string> {
    const cause = causes.request('CreateVideo', key);
    const videoId = videoIdOf(accountId, cause);
    const video = { videoId, roomId: 'loft', artworkId: 'artwork-1', title: null, lowCredits: 1 };
    const outcome = await this.accounts.command<Refusal>({
      id: accountId,
      cause,
      decide: (account, past, now) => createVideo({ ...video, now })(account, past),
    });
    expect(outcome.kind).toBe('accepted');
    await this.publish();
    return videoId;
  }

  async cancel(videoId: string): Promise<Answer<unknown>> {
    const answer = await new CancelVideoHandler(this.accounts, this.library, shipped).execute(new CancelVideo(videoId, null, {}));
    await this.publish();
    return answer;
  }

  /** Publishes every job that the log holds and nobody has published yet. */
  async publish(): Promise<void> {
    const after = await this.#publisher.checkpoint();
    const { events, upTo } = await this.world.store.readLog(after, 100_000, ['account-']);
    await this.#publisher.publish(events, upTo);
  }

  claim(waitMs = 0): Promise<RenderJob | null> {
    return this.#claiming.execute(new ClaimRenderJob('worker-1', waitMs, {}));
  }

  report(type: string, data: unknown): Promise<Answer<{ readonly position: string }>> {
    return this.#results.execute(new ApplyRenderResult(`videos.render.${type}`, data, {}));
  }

  /** Stores an MP4 as a worker's upload does, and gives what its report says of it. */
  async upload(videoId: string, attempt: number, content = 'an MP4'): Promise<{ videoUrl: string; bytes: number; sha256: string }> {
    const bytes = new TextEncoder().encode(content);
    const { sha256 } = await this.world.files.put((file) => uploadKey(videoId, attempt, file.sha256), bytes, 1_000);
    return { videoUrl: this.addresses.uploaded(videoId, attempt, sha256), bytes: bytes.length, sha256 };
  }

  /** A video as it is shown, once the read models have everything. */
  async video(videoId: string) {
    await this.shown();
    const row = await this.library.row(videoId);
    const [view] = row ? await this.library.views([row]) : [];
    if (!view) throw new Error(`${videoId} is not in the library`);
    return view;
  }

  /** Looks after the leases as the watch does every second. */
  async watch(): Promise<void> {
    await this.shown();
    await this.leaseWatch.look();
    await this.publish();
  }

  /** Looks at every file as the sweeper does every day, and gives how many went. */
  sweep(): Promise<number> {
    return this.world.machineClock.runUntil(this.fileSweeper.sweep());
  }

  async available(accountId: string): Promise<number> {
    const { credits } = await this.accounts.credits(accountId);
    return credits.allotments.reduce((sum, { remaining }) => sum + remaining, 0);
  }

  /** Jobs published and not yet done. */
  waiting(): Promise<number> {
    return this.queue.lag(topics.renderJobs, 'render-workers');
  }
}
