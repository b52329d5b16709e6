import { join, resolve } from 'node:path';
import { secretFile, SignInLink, StaffKey } from '#access';
import { createHttpApp, listen } from '#api';
import type { Plans } from '#credits';
import { type Position, type ProjectionProgress, type Projector, randomIds, systemMachineClock } from '#event-sourcing';
import { Processor } from '#processor';
import { RenderWorkerModule } from '#render-worker';
import {
  type Domain,
  type Engines,
  type Ground,
  type Grounded,
  groundOn,
  logGauges,
  openEngines,
  ownedRunner,
  plansOf,
  progressIn,
  projectorOn,
  queueGauges,
  rebuildTold,
  runHere,
  type Runner,
  type ServiceLog,
  serviceLog,
  type Settings,
  warnOfShortSecrets,
} from '#service';
import { projectionNames } from '#videos';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { StandaloneModule } from './standalone.module.js';

export interface Standalone {
  readonly app: NestFastifyApplication;
  readonly domain: Domain;
  readonly ground: Ground;
  readonly projector: Projector;
  readonly staffToken: string;
  /** Opens the dashboard signed in as staff, once. */
  readonly signInUrl: string;
  /** How others reach it: no slash at the end. */
  readonly base: string;
  /** Finishes what has arrived, lets go of everything, gives the folder free. */
  readonly stop: () => Promise<void>;
}

/** Starts the whole product on a data folder and listens. Throws StartRefusedError and its like with words for the operator. */
export async function startStandalone(settings: Settings, extra: readonly DynamicModule[] = []): Promise<Standalone> {
  const told = serviceLog(settings);
  const plans = plansOf(settings);
  const engines = await openEngines(settings, { clock: systemMachineClock, log: told.log, onFatal: told.fatal });
  try {
    const secrets = await secretsOf(settings);
    warnOfShortSecrets({ STAFF_API_KEY: secrets.staffToken, URL_SIGNING_KEY: secrets.signingKey }, told);
    return await startOn(engines, { settings, plans, told, secrets, extra });
  } catch (error) {
    await engines.close();
    throw error;
  }
}

interface StartParts {
  readonly settings: Settings;
  readonly plans: Plans;
  readonly told: ServiceLog;
  readonly secrets: Secrets;
  readonly extra: readonly DynamicModule[];
}

async function startOn(engines: Engines, { settings, plans, told, secrets, extra }: StartParts): Promise<Standalone> {
  const { logger, log, fatal, nest } = told;
  const { dataDir, staffToken, signingKey } = secrets;
  const severalProcesses = engines.ownership !== undefined;
  const signInLink = new SignInLink(staffToken, randomIds);
  let listening = '';
  const base = (): string => settings.publicUrl ?? listening;
  const { projector, progress, forProcessor } = readModelsOf(engines, told);
  const grounded = await groundOn({ settings, plans, engines, progress, signingKey, base, log });
  const subscriptions = (): ReadonlyMap<string, Position> => {
    const projected = projectionNames.map((name) => [name, progress.upTo(name)] as const);
    return new Map([...projected, ...app.get(Processor, { strict: false }).publishedUpTo()]);
  };
  const module = StandaloneModule.of({
    api: {
      ...grounded,
      authenticators: [new StaffKey(staffToken)],
      signInLink,
      gapless: !severalProcesses,
      readiness: { obstacles: catchingUp(engines, progress), away: () => engines.away() },
      gauges: [() => logGauges(engines.store, subscriptions()), () => queueGauges(engines.queue)],
      rebuild: (projection) => rebuildTold(projector, projection, { store: engines.store, told }),
    },
    processor: {
      ...grounded,
      projector: forProcessor,
      publishesFacts: severalProcesses,
      run: runnerOf(engines, told),
      onStopped: fatal,
    },
    workers: [...extra, ...renderersOf(settings, grounded, dataDir, () => listening)],
  });
  const app = await createHttpApp(module, { logger: nest });
  listening = await listen(app, settings);
  if (severalProcesses && settings.sandbox) grounded.testClock.follow();
  logger.info({ base: base(), dataDir, sandbox: settings.sandbox }, 'listening');
  const signInUrl = `${base()}/sign-in?link=${signInLink.secret}`;
  const stop = async (): Promise<void> => {
    logger.info('stopping');
    await grounded.testClock.stop();
    await app.close();
    await engines.close();
  };
  return { app, ground: grounded.ground, domain: grounded.domain, projector, staffToken, signInUrl, base: base(), stop };
}

/** This process keeps the read models up to date; where there may be others, whoever has the lease does, and all look how far they are. */
function readModelsOf(engines: Engines, { log, fatal: onStopped }: ServiceLog) {
  const make = (): Projector => projectorOn(engines, { log, onStopped });
  const projector = make();
  if (engines.ownership === undefined) return { projector, progress: projector, forProcessor: () => projector };
  return { projector, progress: progressIn(engines), forProcessor: make };
}

function runnerOf({ ownership }: Engines, { log, fatal: onStopped }: ServiceLog): Runner {
  if (ownership === undefined) return runHere;
  return ownedRunner({ ownership, owner: `standalone-${randomIds.random()}`, clock: systemMachineClock, log, onStopped });
}

interface Secrets {
  readonly dataDir: string;
  readonly staffToken: string;
  readonly signingKey: string;
}

/** What is not given by the environment is kept in the data folder, made at the first start. */
async function secretsOf(settings: Settings): Promise<Secrets> {
  const dataDir = resolve(settings.dataDir);
  const staffToken = settings.staffApiKey ?? (await secretFile(join(dataDir, 'staff.key'), () => `vc_staff_${randomIds.secret(24)}`));
  const signingKey = settings.urlSigningKey ?? (await secretFile(join(dataDir, 'url-signing.key'), () => randomIds.secret(32)));
  return { dataDir, staffToken, signingKey };
}

/** How long a probe waits for the read models, ms. */
const LOOK_MS = 100;

/** Not ready until the read models have come to where the log stood at the start. */
function catchingUp({ store }: Engines, progress: ProjectionProgress): () => Promise<readonly string[]> {
  let target: bigint | undefined;
  return async () => {
    const to = (target ??= await store.head());
    const behind = projectionNames.map(async (name) => ((await progress.waitFor(name, to, LOOK_MS)) ? [] : [name]));
    return (await Promise.all(behind)).flat().map((name) => `the read model "${name}" is catching up`);
  };
}

function renderersOf(
  { renderWorkers }: Settings,
  { ground, addresses }: Grounded,
  dataDir: string,
  listening: () => string,
): readonly DynamicModule[] {
  if (renderWorkers === 0) return [];
  const { queue, machineClock, log } = ground;
  return [
    RenderWorkerModule.forRoot({
      queue,
      ids: randomIds,
      clock: machineClock,
      workerId: 'embedded',
      slots: renderWorkers,
      workDir: join(dataDir, 'rendering'),
      resolve: (url) => addresses.local(url, listening()),
      log,
    }),
  ];
}
