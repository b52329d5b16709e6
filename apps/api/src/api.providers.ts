import {
  Addresses,
  ApiKeys,
  type Authenticator,
  CustomerTokens,
  keyAggregate,
  publishedKeys,
  SandboxTokens,
  Sessions,
  SignedUrls,
  type SignInLink,
} from '#access';
import { domainProviders, type GaugeSource, type Grounded, handlers, Settings, transactorsOn } from '#service';
import { createTransactor, type MachineClock, randomIds } from '#event-sourcing';
import { Posters, rooms, verifyService } from '#videos';
import type { Provider } from '@nestjs/common';
import {
  CommittedPreviews,
  LibraryFiles,
  LogAccountChanges,
  LogFacts,
  LogPositions,
  ProjectedReadModels,
  QueueParking,
  ServiceGauges,
  ServiceOperations,
  ServiceReadiness,
} from './behind.js';
import {
  AccountChanges,
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
  SIGN_IN_LINK,
  TestClock,
  VideoFiles,
} from './ports.js';
import { builtWeb, WebFiles } from './pages/web-files.js';

/** Bound of the cache of folded keys, in bytes. */
const KEY_CACHE_BYTES = 1024 * 1024;
/** What became due within the last minute may still be on its way into the log. */
const LATENESS_MS = 60_000;

export interface ApiParts extends Grounded {
  /** Who may come in besides the holders of API keys, asked first. */
  readonly authenticators: readonly Authenticator[];
  /** The link that signs in whoever opens it first, where one was printed. */
  readonly signInLink?: SignInLink;
  /** The store numbers its events without gaps. */
  readonly gapless: boolean;
  readonly readiness: Pick<Readiness, 'obstacles' | 'away'>;
  readonly gauges: readonly GaugeSource[];
  readonly rebuild: (projection: string) => Promise<void>;
}

/** Who takes the tokens of customers: the sandbox its own, and whoever signs the real ones. */
function customers({ sandbox, jwt }: Settings, sandboxTokens: SandboxTokens, clock: MachineClock): readonly Authenticator[] {
  return [
    ...(sandbox ? [sandboxTokens] : []),
    ...(jwt === undefined ? [] : [new CustomerTokens({ ...jwt, keys: publishedKeys(jwt.jwksUrl), clock })]),
  ];
}

/** What the edge asks for, by its tokens, and the handlers behind the buses. One flat list says what is what. */
export function apiProviders({ ground, domain, signingKey, urls, addresses, testClock, ...parts }: ApiParts): readonly Provider[] {
  const { settings, store, queue, readModels, progress, files, clock, machineClock, log } = ground;
  const { authenticators, signInLink = null, gapless, readiness, gauges, rebuild } = parts;
  const keys = createTransactor({ ...transactorsOn(ground), aggregate: keyAggregate, cacheBytes: KEY_CACHE_BYTES });
  const apiKeys = new ApiKeys({ transactor: keys, store, ids: randomIds, clock: machineClock });
  const sandboxTokens = new SandboxTokens(signingKey, machineClock);
  const check = { store, queue, readModels, machineClock, gapless };
  const verify = () => verifyService({ ...check, quietAt: clock.now() - LATENESS_MS });
  const value = (provide: unknown, useValue: unknown): Provider => ({ provide: provide as symbol, useValue });
  return [
    ...handlers,
    ...domainProviders(ground, domain),
    value(Settings, settings),
    value(Addresses, addresses),
    value(SignedUrls, urls),
    value(AUTHENTICATORS, [...authenticators, apiKeys, ...customers(settings, sandboxTokens, machineClock)]),
    value(Sessions, new Sessions(signingKey, randomIds, machineClock)),
    value(SandboxTokens, sandboxTokens),
    value(SIGN_IN_LINK, signInLink),
    value(ApiKeys, apiKeys),
    value(FILES, files),
    value(ROOMS, rooms),
    value(RoomPreviews, new CommittedPreviews()),
    value(Positions, new LogPositions(store)),
    value(ReadModels, new ProjectedReadModels(progress)),
    value(AccountChanges, new LogAccountChanges({ store, clock: machineClock, log })),
    value(FactStream, new LogFacts(store, machineClock)),
    value(VideoFiles, new LibraryFiles(domain.library, new Posters(files))),
    value(Parking, new QueueParking(queue)),
    value(Operations, new ServiceOperations({ queue, verify, rebuild })),
    value(TestClock, testClock),
    value(Readiness, new ServiceReadiness(readiness)),
    value(WebFiles, new WebFiles(builtWeb)),
    value(Gauges, new ServiceGauges(gauges, { clock: machineClock, log })),
  ];
}
