import { ApiKeys, keyAggregate, type Scope, SignedUrls, StaffKey } from '#access';
import {
  Addresses,
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
  readSettings,
  RoomPreviews,
  ROOMS,
  Settings,
  TestClock,
  VideoFiles,
} from '#api';
import { type CreditsView, schemas, type VideoView } from '#contracts';
import { ApplyBillingEvent, BUSINESS_CLOCK, GetCredits, GetLedger, GrantCredits, PLANS, readPlans, RevokeCredits } from '#credits';
import {
  type Aggregate,
  createTransactor,
  type Fact,
  positionToken,
  randomIds,
  readPositionToken,
  systemMachineClock,
} from '#event-sourcing';
import { ApplyRenderResult, artworkAggregate, Artworks, CancelVideo, ClaimRenderJob, CreateVideo, GetVideo, ListVideos } from '#videos';
import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { CommandHandler, CqrsModule, QueryHandler } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryEventStore } from '../../libs/event-sourcing/src/testing/memory-event-store.js';
import { MemoryFiles } from './memory-files.js';

export const staffToken = 'vc_staff_for_the_tests_of_the_edge';
export const now = Date.UTC(2027, 0, 31, 10);

const messages = { ApplyBillingEvent, ApplyRenderResult, CancelVideo, ClaimRenderJob, CreateVideo, GrantCredits, RevokeCredits };
const questions = { GetCredits, GetLedger, GetVideo, ListVideos };
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

export async function startService(env: { readonly [name: string]: string } = { SANDBOX: 'true' }): Promise<Service> {
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
  const artworks = new Artworks(transactor(artworkAggregate), files, randomIds);
  const urls = new SignedUrls('a key that only this test knows', systemMachineClock);
  const addresses = new Addresses(urls, () => 'http://127.0.0.1:3000');
  const plans = readPlans(JSON.parse(readFileSync(new URL('../../libs/credits/src/plans/plans.json', import.meta.url), 'utf8')));

  const ports: Provider[] = [
    { provide: Settings, useValue: readSettings(env) },
    { provide: PLANS, useValue: plans },
    { provide: ROOMS, useValue: [{ roomId: 'living-room', name: 'Living room' }] },
    { provide: RoomPreviews, useValue: { read: async (roomId: string) => (roomId === 'living-room' ? Buffer.from('a jpeg') : undefined) } },
    { provide: FILES, useValue: files },
    { provide: BUSINESS_CLOCK, useValue: { now: () => behind.clock } },
    { provide: AUTHENTICATORS, useValue: [new StaffKey(staffToken), keys] },
    { provide: ApiKeys, useValue: keys },
    { provide: SignedUrls, useValue: urls },
    { provide: Addresses, useValue: addresses },
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
    { provide: Readiness, useValue: { obstacles: async () => behind.obstacles } },
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

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH';
  readonly token?: string | null;
  /** Sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

export interface Answered {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | number | undefined };
  readonly body: Record<string, never>;
  readonly text: string;
  readonly bytes: Buffer;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'http://description/', components: { schemas } });

type Description = {
  readonly paths: {
    readonly [path: string]: { readonly [method: string]: { readonly responses: { readonly [status: string]: unknown } } };
  };
};

/** Sends a request as staff, and holds the answer to what the description says of the route: its status, and the body's schema. */
export async function call(
  service: Service,
  url: string,
  { method = 'GET', token = staffToken, body, headers = {} }: Sent = {},
): Promise<Answered> {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const answered = await send(service, method, url, body === undefined || raw ? body : JSON.stringify(body), {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  if (method !== 'HEAD') await holdToDescription(service, method, url, answered);
  return answered;
}

/** One request over a real connection, exactly as given. A list of pairs may name a header twice. */
export function send(
  service: Service,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: { readonly [name: string]: string | string[] } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(
      { host: '127.0.0.1', port: service.port, method, path, headers: { ...length, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const isJson = /json/.test(String(incoming.headers['content-type'])) && text !== '';
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: isJson ? (JSON.parse(text) as Answered['body']) : {},
            text,
            bytes,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function holdToDescription(service: Service, method: string, url: string, { status, body, headers }: Answered): Promise<void> {
  const { paths } = await descriptionOf(service);
  const path = url.split('?')[0] ?? '';
  const pattern = Object.keys(paths).find((candidate) => new RegExp(`^${candidate.replace(/[{][^}]+[}]/g, '[^/]+')}$`).test(path));
  const operation = pattern === undefined ? undefined : paths[pattern]?.[method.toLowerCase()];
  if (operation === undefined) return;
  const response = operation.responses[String(status)] as
    | { readonly content?: { readonly [type: string]: { readonly schema?: object } } }
    | undefined;
  if (response === undefined)
    throw new Error(`${method} ${pattern} answered ${status} ${JSON.stringify(body)}, which its description does not know`);
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) return;
  const validate = validatorOf(schema);
  if (!validate(body)) throw new Error(`${method} ${pattern} ${status}: ${JSON.stringify(validate.errors)}`);
}

const descriptions = new WeakMap<Service, Promise<Description>>();

function descriptionOf(service: Service): Promise<Description> {
  const known = descriptions.get(service) ?? send(service, 'GET', '/v1/openapi.json').then(({ text }) => JSON.parse(text) as Description);
  descriptions.set(service, known);
  return known;
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/', '"http://description/#/');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text) as object);
  validators.set(text, validate);
  return validate;
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
