import { ApiKeys, Addresses, type Authenticator, keyAggregate, SignedUrls } from '#access';
import { domainProviders, type GaugeSource, type Grounded, handlers, Settings, transactorsOn } from '#service';
import { createTransactor, randomIds } from '#event-sourcing';
import { Posters, rooms, verifyService } from '#videos';
import type { Provider } from '@nestjs/common';
import {
  CommittedPreviews,
  LibraryFiles,
  LogFacts,
  LogPositions,
  ProjectedReadModels,
  QueueParking,
  ServiceGauges,
  ServiceOperations,
  ServiceReadiness,
} from './behind.js';
import {
  AUTHENTICATORS,
  FactStream,
  FILES,
  Gauges,
  Operations,
  Parking,
  Positions,
  Readiness,
  ReadModels,
  RoomPreviews,
  ROOMS,
  TestClock,
  VideoFiles,
} from './ports.js';

/** Bound of the cache of folded keys, in bytes. */
const KEY_CACHE_BYTES = 1024 * 1024;
/** What became due within the last minute may still be on its way into the log. */
const LATENESS_MS = 60_000;

export interface ApiParts extends Grounded {
  /** Who may come in besides the holders of API keys, asked first. */
  readonly authenticators: readonly Authenticator[];
  /** The store numbers its events without gaps. */
  readonly gapless: boolean;
  readonly readiness: Pick<Readiness, 'obstacles' | 'away'>;
  readonly gauges: readonly GaugeSource[];
  readonly rebuild: (projection: string) => Promise<void>;
}

/** What the edge asks for, by its tokens, and the handlers behind the buses. One flat list says what is what. */
export function apiProviders({ ground, domain, urls, addresses, testClock, ...parts }: ApiParts): readonly Provider[] {
  const { settings, store, queue, readModels, progress, files, clock, machineClock } = ground;
  const { authenticators, gapless, readiness, gauges, rebuild } = parts;
  const keys = createTransactor({ ...transactorsOn(ground), aggregate: keyAggregate, cacheBytes: KEY_CACHE_BYTES });
  const apiKeys = new ApiKeys({ transactor: keys, store, ids: randomIds, clock: machineClock });
  const check = { store, queue, readModels, machineClock, gapless };
  const verify = () => verifyService({ ...check, quietAt: clock.now() - LATENESS_MS });
  const value = (provide: unknown, useValue: unknown): Provider => ({ provide: provide as symbol, useValue });
  return [
    ...handlers,
    ...domainProviders(ground, domain),
    value(Settings, settings),
    value(Addresses, addresses),
    value(SignedUrls, urls),
    value(AUTHENTICATORS, [...authenticators, apiKeys]),
    value(ApiKeys, apiKeys),
    value(FILES, files),
    value(ROOMS, rooms),
    value(RoomPreviews, new CommittedPreviews()),
    value(Positions, new LogPositions(store)),
    value(ReadModels, new ProjectedReadModels(progress)),
    value(FactStream, new LogFacts(store, machineClock)),
    value(VideoFiles, new LibraryFiles(domain.library, new Posters(files))),
    value(Parking, new QueueParking(queue)),
    value(Operations, new ServiceOperations({ queue, verify, rebuild })),
    value(TestClock, testClock),
    value(Readiness, new ServiceReadiness(readiness)),
    value(Gauges, new ServiceGauges(gauges, { clock: machineClock, log: ground.log })),
  ];
}
