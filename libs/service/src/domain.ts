import { topics } from '#contracts';
import { creditFact, FACT_PUBLISHER, LogPublisher, type Plans, RenewalClock } from '#credits';
import {
  createTransactor,
  type EventStore,
  type MachineClock,
  type ProjectionProgress,
  type ReadModelStore,
  randomIds,
  type SettableClock,
  type TransactorOptions,
} from '#event-sourcing';
import type { Files } from '#files';
import type { MessageQueue } from '#messaging';
import {
  accountAggregate,
  type AccountRow,
  AccountRows,
  Accounts,
  artworkAggregate,
  Artworks,
  BALANCE_PUBLISHER,
  balanceFacts,
  DueAccountRows,
  FileSweeper,
  type JobAddresses,
  Leases,
  LeaseWatch,
  RENDER_PUBLISHER,
  type ReadModels,
  renderJobFact,
  type Uploads,
  type VideoAddresses,
  VideoLibrary,
} from '#videos';
import type { Settings } from './settings.js';

/** What the domain runs on, whatever the engines are. */
export interface Ground {
  readonly settings: Settings;
  readonly plans: Plans;
  readonly addresses: VideoAddresses & JobAddresses & Uploads;
  readonly store: EventStore;
  readonly queue: MessageQueue;
  readonly readModels: ReadModelStore;
  /** How far the read models have come: told by the projector of this process, or looked up in the store. */
  readonly progress: ProjectionProgress;
  readonly files: Files;
  readonly clock: SettableClock;
  readonly machineClock: MachineClock;
  readonly log: (message: string) => void;
}

const MEBIBYTE = 1024 * 1024;
/** Bounds of the caches of folded streams. */
const CACHE_BYTES = { accounts: 64 * MEBIBYTE, artworks: 4 * MEBIBYTE };

/** Builds the domain on its ground: every object that a process has once, and the makers of its durable work. */
export function buildDomain(ground: Ground) {
  const { settings, plans, addresses, store, queue, readModels, progress, files, clock, machineClock, log } = ground;
  const views: ReadModels = {
    waitFor: (projection, position, timeoutMs, signal) => progress.waitFor(projection, position, timeoutMs, signal),
    row: (accountId) => readModels.get<AccountRow>('accounts', 'accounts', accountId),
  };
  const on = transactorsOn(ground);
  const accounts = new Accounts(
    createTransactor({ ...on, aggregate: accountAggregate(plans), cacheBytes: CACHE_BYTES.accounts }),
    store,
    views,
  );
  const artworkStreams = createTransactor({ ...on, aggregate: artworkAggregate, cacheBytes: CACHE_BYTES.artworks });
  const artworks = new Artworks(artworkStreams, files, randomIds);
  const leases = new Leases(readModels, machineClock, settings.renderLeaseMs);
  const renderSettings = { attempts: settings.renderAttempts, goodwill: settings.goodwillForFailedRender, lowCredits: settings.lowCredits };

  return {
    accounts,
    accountRows: new AccountRows(readModels),
    artworks,
    leases,
    library: new VideoLibrary(readModels, accounts, leases, addresses),
    renderSettings,
    creatingSettings: { supportContact: settings.supportContact, lowCredits: settings.lowCredits },

    renewalClock: new RenewalClock(new DueAccountRows(readModels, accounts, store, views), clock, machineClock, log),
    leaseWatch: () => new LeaseWatch(readModels, accounts, leases, renderSettings, machineClock, log),
    fileSweeper: () => new FileSweeper({ files, artworks, store, readModels, projector: progress, clock: machineClock, log }),
    publishers: {
      renderJobs: () =>
        new LogPublisher({
          queue,
          name: RENDER_PUBLISHER,
          topic: topics.renderJobs,
          factsOf: (events) => events.flatMap((event) => renderJobFact(event, addresses, settings.renderLeaseMs) ?? []),
        }),
      creditEvents: () =>
        new LogPublisher({
          queue,
          name: FACT_PUBLISHER,
          topic: topics.creditEvents,
          factsOf: (events) => events.flatMap((event) => creditFact(event) ?? []),
        }),
      creditBalances: () =>
        new LogPublisher({
          queue,
          name: BALANCE_PUBLISHER,
          topic: topics.creditBalances,
          factsOf: balanceFacts(accounts, plans, clock),
        }),
    },
  };
}

export type Domain = ReturnType<typeof buildDomain>;

/** What every transactor of a process has in common. */
export function transactorsOn({
  store,
  clock,
  machineClock,
  log,
}: Pick<Ground, 'store' | 'clock' | 'machineClock' | 'log'>): Pick<
  TransactorOptions<never, never>,
  'store' | 'clock' | 'machineClock' | 'log'
> {
  const warn = (fields: object, message: string): void => log(`${message} ${JSON.stringify(fields)}`);
  return { store, clock, machineClock, log: { warn } };
}
