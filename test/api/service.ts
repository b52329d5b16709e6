import { Addresses, ApiKeys, keyAggregate, SandboxTokens, type Scope, Sessions, SignedUrls, SignInLink, StaffKey } from '#access';
import {
  AccountChanges,
  ApiModule,
  AUTHENTICATORS,
  createHttpApp,
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
  WebFiles,
} from '#api';
import type { CreditsView, VideoView } from '#contracts';
import {
  ApplyBillingEvent,
  BUSINESS_CLOCK,
  GetCredits,
  GetCreditsUntilChange,
  GetLedger,
  GrantCredits,
  PLANS,
  readPlans,
  RevokeCredits,
} from '#credits';
import {
  type Aggregate,
  createTransactor,
  type Fact,
  positionToken,
  randomIds,
  readPositionToken,
  systemMachineClock,
} from '#event-sourcing';
import type { Files } from '#files';
import {
  ApplyRenderResult,
  artworkAggregate,
  Artworks,
  CancelVideo,
  ClaimRenderJob,
  CreateVideo,
  GetVideo,
  ListAccounts,
  ListVideos,
  mockupOf,
  MACHINE_CLOCK,
} from '#videos';
import { readSettings, Settings } from '#service';
import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { CommandHandler, CqrsModule, QueryHandler } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { MemoryEventStore } from '../../libs/event-sourcing/src/testing/memory-event-store.js';
import { MemoryFiles } from './memory-files.js';

export const staffToken = 'vc_staff_for_the_tests_of_the_edge';
export const now = Date.UTC(2027, 0, 31, 10);

const messages = { ApplyBillingEvent, ApplyRenderResult, CancelVideo, ClaimRenderJob, CreateVideo, GrantCredits, RevokeCredits };
const questions = { GetCredits, GetCreditsUntilChange, GetLedger, GetVideo, ListAccounts, ListVideos };
type Name = keyof typeof messages | keyof typeof questions;

/** The edge with everything behind it played by the test: `answers` says what each command or query gives, `asked` what came. */
export interface Service {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly answers: { [name in Name]?: (message: unknown) => unknown };
  readonly asked: unknown[];
  readonly files: MemoryFiles;
  readonly store: MemoryEventStore;
  readonly keys: ApiKeys;
  readonly artworks: Artworks;
  readonly addresses: Addresses;
  readonly urls: SignedUrls;
  readonly behind: Behind;
  position(at: bigint): string;
  /** A key with these scopes; its token. */
  tokenFor(...scopes: readonly Scope[]): Promise<string>;
  readonly customers: SandboxTokens;
  readonly link: SignInLink;
}

/** The ports as the test sets them. */
export interface Behind {
  caughtUp: boolean;
  videos: Map<string, Awaited<ReturnType<VideoFiles['find']>>>;
  facts: FactStream['read'];
  clock: number;
  obstacles: string[];
  /** What was set aside, with its topic and why. */
  parked: unknown[];
  /** Each may be replaced. */
  readonly operations: { -readonly [name in keyof Operations]: Operations[name] };
}

/** `otherFiles` stand in for those in memory; `web` is the folder of the built pages. */
export async function startService(
  env: { readonly [name: string]: string } = { SANDBOX: 'true' },
  otherFiles?: Files,
  web?: string,
): Promise<Service> {
  const store = MemoryEventStore.create();
  const files = new MemoryFiles();
  const asked: unknown[] = [];
  const answers: Service['answers'] = {};
  const behind: Behind = {
    caughtUp: true,
    videos: new Map(),
    facts: async (after) => ({ items: [], next: after }),
    clock: now,
    obstacles: [],
    parked: [],
    operations: {
      parked: async () => [],
      replay: async () => false,
      discard: async () => false,
      verify: async () => ({ ok: true, events: 0, streams: 0, problems: [] }),
      rebuild: async () => undefined,
    },
  };
  const transactor = <State, F extends Fact>(aggregate: Aggregate<State, F>) =>
    createTransactor({
      aggregate,
      store,
      clock: { now: () => now },
      machineClock: systemMachineClock,
      cacheBytes: 1_000_000,
      log: { warn: () => undefined },
    });
  const keys = new ApiKeys({ transactor: transactor(keyAggregate), store, ids: randomIds, clock: systemMachineClock });
  const artworks = new Artworks(transactor(artworkAggregate), otherFiles ?? files, randomIds);
  const urls = new SignedUrls('a key that only this test knows', systemMachineClock);
  const customers = new SandboxTokens('a key that only this test knows', systemMachineClock);
  const link = new SignInLink(staffToken, randomIds);
  const settings = readSettings(env);
  const addresses = new Addresses(urls, () => settings.publicUrl ?? 'http://127.0.0.1:3000');
  const plans = readPlans(JSON.parse(readFileSync(new URL('../../libs/credits/src/plans/plans.json', import.meta.url), 'utf8')));

  const ports: Provider[] = [
    { provide: Settings, useValue: settings },
    { provide: PLANS, useValue: plans },
    { provide: ROOMS, useValue: [{ roomId: 'living-room', name: 'Living room' }] },
    {
      provide: RoomPreviews,
      useValue: { read: async (roomId: string) => (roomId === 'living-room' ? Buffer.from('a webp') : undefined), mockup: mockupOf },
    },
    { provide: FILES, useValue: otherFiles ?? files },
    { provide: BUSINESS_CLOCK, useValue: { now: () => behind.clock } },
    { provide: AUTHENTICATORS, useValue: [new StaffKey(staffToken), keys, customers] },
    { provide: SandboxTokens, useValue: customers },
    { provide: Sessions, useValue: new Sessions('a key that only this test knows', randomIds, systemMachineClock) },
    { provide: SIGN_IN_LINK, useValue: link },
    { provide: MACHINE_CLOCK, useValue: systemMachineClock },
    { provide: AccountChanges, useValue: { follow: async () => ({ upTo: () => 0n, stop: async () => undefined }) } },
    { provide: ApiKeys, useValue: keys },
    { provide: SignedUrls, useValue: urls },
    { provide: Addresses, useValue: addresses },
    { provide: WebFiles, useValue: new WebFiles(web === undefined ? [] : [web]) },
    { provide: Artworks, useValue: artworks },
    { provide: VideoFiles, useValue: { find: async (id: string) => behind.videos.get(id), poster: async () => 'videos/x.jpg' } },
    {
      provide: Positions,
      useValue: {
        encode: (at: bigint) => positionToken(store.logId, at),
        decode: (token: string) => readPositionToken(store.logId, token),
      },
    },
    { provide: ReadModels, useValue: { waitFor: async () => behind.caughtUp } },
    { provide: FactStream, useValue: { read: (...args: Parameters<FactStream['read']>) => behind.facts(...args) } },
    { provide: Operations, useValue: behind.operations },
    { provide: Parking, useValue: { park: async (...parked: unknown[]) => void behind.parked.push(parked) } },
    {
      provide: TestClock,
      useValue: { now: () => behind.clock, set: async (to: number) => to >= behind.clock && Boolean((behind.clock = to)) },
    },
    { provide: Readiness, useValue: { obstacles: async () => behind.obstacles, away: async () => [] } },
    {
      provide: Gauges,
      useValue: {
        read: async () => [
          { name: 'queue_lag_messages', help: 'Waiting', values: [{ labels: { topic: 'videos.render-jobs' }, value: 3 }] },
        ],
      },
    },
  ];
  const wiring: DynamicModule = {
    module: class Wiring {},
    global: true,
    imports: [CqrsModule.forRoot()],
    providers: [...ports, ...scripted(answers, asked)],
    exports: ports.map((port) => (port as { provide: symbol }).provide),
  };
  const app = await createHttpApp({ module: class Root {}, imports: [wiring, ApiModule] }, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const tokenFor = async (...scopes: readonly Scope[]): Promise<string> => (await keys.create('test', scopes)).token;
  return {
    app,
    port,
    answers,
    asked,
    files,
    store,
    keys,
    artworks,
    addresses,
    urls,
    behind,
    tokenFor,
    customers,
    link,
    position: (at) => positionToken(store.logId, at),
  };
}

function scripted(answers: Service['answers'], asked: unknown[]): Provider[] {
  const handler = (name: Name) =>
    class {
      async execute(message: unknown): Promise<unknown> {
        asked.push(message);
        const answer = answers[name];
        if (answer === undefined) throw new Error(`the test gives no answer to ${name}`);
        return answer(message);
      }
    };
  const commands = Object.entries(messages).map(([name, message]) => {
    const type = handler(name as Name);
    CommandHandler(message)(type);
    return type as Type;
  });
  const queries = Object.entries(questions).map(([name, question]) => {
    const type = handler(name as Name);
    QueryHandler(question)(type);
    return type as Type;
  });
  return [...commands, ...queries];
}

/** A credits object, as a handler would give it. */
export function credits(service: Service, changes: Partial<CreditsView> = {}): CreditsView {
  return {
    accountId: 'a-1',
    plan: { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle: 4 },
    status: 'active',
    available: 3,
    upcoming: 0,
    inProgress: 1,
    usedThisCycle: 1,
    cycle: { start: '2027-01-31T10:00:00.000Z', end: '2027-02-28T10:00:00.000Z' },
    nextRenewalAt: '2027-02-28T10:00:00.000Z',
    nextPlan: null,
    endsAt: null,
    allotments: [{ id: 'al-1', source: 'plan', quantity: 4, remaining: 3, validFrom: '2027-01-31T10:00:00.000Z', expiresAt: null }],
    position: service.position(2n ** 53n + 7n),
    ...changes,
  };
}

export const video: VideoView = {
  videoId: 'AAAAAAAAAAAAAAAAAAAAAA.a-1',
  accountId: 'a-1',
  roomId: 'living-room',
  artworkId: 'art-1',
  title: null,
  status: 'queued',
  progress: null,
  attempt: 1,
  createdAt: '2027-01-31T10:00:00.000Z',
  endedAt: null,
  failure: null,
  allotmentId: 'al-1',
  downloadUrl: null,
  posterUrl: null,
};
