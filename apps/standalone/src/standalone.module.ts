import { ApiKeys, type Authenticator, SignedUrls } from '#access';
import {
  Addresses,
  ApiModule,
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
  Settings,
  TestClock,
  VideoFiles,
} from '#api';
import {
  ApplyBillingEventHandler,
  BUSINESS_CLOCK,
  CREDIT_ACCOUNTS,
  GetCreditsHandler,
  GetLedgerHandler,
  GrantCreditsHandler,
  PLANS,
  RevokeCreditsHandler,
} from '#credits';
import { Processor, ProcessorModule } from '#processor';
import { Posters } from '#render-worker';
import {
  Accounts,
  ApplyRenderResultHandler,
  Artworks,
  CancelVideoHandler,
  ClaimRenderJobHandler,
  CREATING_SETTINGS,
  CreateVideoHandler,
  FILE_STORE,
  GetVideoHandler,
  Leases,
  ListVideosHandler,
  MACHINE_CLOCK,
  MESSAGE_QUEUE,
  RENDER_SETTINGS,
  rooms,
  UPLOADS,
  VIDEO_ADDRESSES,
  VideoLibrary,
} from '#videos';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import type { Domain, Foundation } from './domain.js';
import {
  CommittedPreviews,
  LibraryFiles,
  LogFacts,
  LogPositions,
  ProcessGauges,
  ProcessOperations,
  ProcessReadiness,
  ProjectedReadModels,
  QueueParking,
} from './operator.js';
import { verifyEmbedded } from './verify.js';

const handlers = [
  CreateVideoHandler,
  CancelVideoHandler,
  ClaimRenderJobHandler,
  ApplyRenderResultHandler,
  GetVideoHandler,
  ListVideosHandler,
  GrantCreditsHandler,
  RevokeCreditsHandler,
  ApplyBillingEventHandler,
  GetCreditsHandler,
  GetLedgerHandler,
];

export interface StandaloneParts {
  readonly foundation: Foundation;
  readonly domain: Domain;
  readonly urls: SignedUrls;
  readonly authenticators: readonly Authenticator[];
  readonly testClock: TestClock;
  readonly workers: readonly DynamicModule[];
}

/** Everything in one process: the edge, the processor and the render worker on one foundation. One flat list says what is what. */
@Module({})
export class StandaloneModule {
  static of(parts: StandaloneParts): DynamicModule {
    const processor = ProcessorModule.forRoot([CommandBus], (commands: CommandBus) => parts.domain.processorOn(commands));
    const own = providers(parts);
    return {
      module: StandaloneModule,
      global: true,
      imports: [CqrsModule.forRoot(), processor, ApiModule, ...parts.workers],
      providers: [...handlers, ...own],
      exports: own,
    };
  }
}

function providers({ foundation, domain, urls, authenticators, testClock }: StandaloneParts): Provider[] {
  const { settings, plans, addresses, store, queue, files, clock, machineClock } = foundation;
  const { projector, accounts, artworks, apiKeys, leases, library } = domain;
  const value = (provide: unknown, useValue: unknown): Provider => ({ provide: provide as symbol, useValue });
  return [
    value(Settings, settings),
    value(PLANS, plans),
    value(Addresses, addresses),
    value(VIDEO_ADDRESSES, addresses),
    value(UPLOADS, addresses),
    value(SignedUrls, urls),
    value(AUTHENTICATORS, authenticators),
    value(ApiKeys, apiKeys),
    value(FILES, files),
    value(FILE_STORE, files),
    value(MESSAGE_QUEUE, queue),
    value(BUSINESS_CLOCK, clock),
    value(MACHINE_CLOCK, machineClock),
    value(Accounts, accounts),
    value(CREDIT_ACCOUNTS, accounts),
    value(Artworks, artworks),
    value(VideoLibrary, library),
    value(Leases, leases),
    value(RENDER_SETTINGS, domain.renderSettings),
    value(CREATING_SETTINGS, domain.creatingSettings),
    value(ROOMS, rooms),
    value(RoomPreviews, new CommittedPreviews()),
    value(Positions, new LogPositions(store)),
    value(ReadModels, new ProjectedReadModels(projector)),
    value(FactStream, new LogFacts(store, machineClock)),
    value(VideoFiles, new LibraryFiles(library, new Posters(files))),
    value(Parking, new QueueParking(queue)),
    value(Operations, new ProcessOperations(queue, projector, () => verifyEmbedded(foundation))),
    value(TestClock, testClock),
    value(Readiness, new ProcessReadiness(store, projector)),
    {
      provide: Gauges,
      inject: [Processor],
      useFactory: (processor: Processor) => new ProcessGauges(store, projector, () => processor.publishedUpTo()),
    },
  ];
}
