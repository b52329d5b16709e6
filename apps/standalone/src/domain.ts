import { ApiKeys, keyAggregate } from '#access';
import type { Addresses, Settings } from '#api';
import { type Plans, RenewalClock } from '#credits';
import {
  createTransactor,
  type EventStore,
  type MachineClock,
  Projector,
  type ReadModelStore,
  randomIds,
  type SettableClock,
} from '#event-sourcing';
import type { Files } from '#files';
import type { MessageQueue } from '#messaging';
import { Inbox, Processor } from '#processor';
import {
  accountAggregate,
  accountProjection,
  Accounts,
  type AccountRow,
  Artworks,
  artworkAggregate,
  DueAccountRows,
  FileSweeper,
  Leases,
  LeaseWatch,
  RenderJobPublisher,
  type ReadModels,
  VideoLibrary,
  videoProjection,
} from '#videos';
import type { CommandBus } from '@nestjs/cqrs';

/** What the domain runs on. */
export interface Foundation {
  readonly settings: Settings;
  readonly plans: Plans;
  readonly addresses: Addresses;
  readonly store: EventStore;
  readonly queue: MessageQueue;
  readonly readModels: ReadModelStore;
  readonly files: Files;
  readonly clock: SettableClock;
  readonly machineClock: MachineClock;
  readonly log: (message: string) => void;
  /** Something has stopped for good: the process must end. */
  readonly onStopped: (error: unknown) => void;
}

const MEBIBYTE = 1024 * 1024;
/** Bounds of the caches of folded streams. */
const CACHE_BYTES = { accounts: 64 * MEBIBYTE, artworks: 4 * MEBIBYTE, keys: MEBIBYTE, clock: 1024 };

/** Builds the domain on its foundation: every object once, in the order of need. */
export function buildDomain(foundation: Foundation) {
  const { settings, plans, addresses, store, queue, readModels, files, clock, machineClock, log, onStopped } = foundation;
  const warn = { warn: (fields: object, message: string): void => log(`${message} ${JSON.stringify(fields)}`) };
  const on = { store, clock, machineClock, log: warn };

  const projector = new Projector({
    projections: [accountProjection, videoProjection],
    store,
    readModels,
    clock: machineClock,
    log,
    onStopped: (projection, error) => onStopped(new Error(`projection ${projection} stopped`, { cause: error })),
  });
  const views: ReadModels = {
    waitFor: (projection, position, timeoutMs) => projector.waitFor(projection, position, timeoutMs),
    row: (accountId) => readModels.get<AccountRow>('accounts', 'accounts', accountId),
  };

  const transactor = createTransactor({ ...on, aggregate: accountAggregate(plans), cacheBytes: CACHE_BYTES.accounts });
  const accounts = new Accounts(transactor, store, views);
  const artworks = new Artworks(
    createTransactor({ ...on, aggregate: artworkAggregate, cacheBytes: CACHE_BYTES.artworks }),
    files,
    randomIds,
  );
  const keys = createTransactor({ ...on, aggregate: keyAggregate, cacheBytes: CACHE_BYTES.keys });
  const apiKeys = new ApiKeys({ transactor: keys, store, ids: randomIds, clock: machineClock });
  const leases = new Leases(readModels, machineClock, settings.renderLeaseMs);
  const library = new VideoLibrary(readModels, accounts, leases, addresses);

  const renderSettings = { attempts: settings.renderAttempts, goodwill: settings.goodwillForFailedRender, lowCredits: settings.lowCredits };
  const creatingSettings = { supportContact: settings.supportContact, lowCredits: settings.lowCredits };
  const renewalClock = new RenewalClock(new DueAccountRows(readModels, accounts, store, views), clock, machineClock, log);
  const leaseWatch = new LeaseWatch(readModels, accounts, leases, renderSettings, machineClock, log);
  const fileSweeper = new FileSweeper({ files, artworks, store, readModels, projector, clock: machineClock, log });
  const publisher = new RenderJobPublisher(queue, addresses, settings.renderLeaseMs);

  const processorOn = (commands: CommandBus): Processor =>
    new Processor({
      store,
      machineClock,
      projector,
      inbox: new Inbox(queue, commands),
      publisher,
      renewalClock,
      leaseWatch,
      fileSweeper,
      log,
      onStopped,
    });

  return { projector, views, accounts, artworks, apiKeys, leases, library, renderSettings, creatingSettings, renewalClock, processorOn };
}

export type Domain = ReturnType<typeof buildDomain>;
