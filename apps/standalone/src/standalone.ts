import { join, resolve } from 'node:path';
import { secretFile, StaffKey } from '#access';
import { createHttpApp } from '#api';
import { CheckpointWatch, type ProjectionProgress, Projector, randomIds, systemMachineClock } from '#event-sourcing';
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
  queueGauges,
  rebuildTold,
  runHere,
  serviceLog,
  type Settings,
  StartRefusedError,
  warnOfShortSecrets,
  wordsOf,
} from '#service';
import { accountProjection, videoProjection } from '#videos';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { StandaloneModule } from './standalone.module.js';

export interface Standalone {
  readonly app: NestFastifyApplication;
  readonly domain: Domain;
  readonly ground: Ground;
  readonly projector: Projector;
  readonly staffToken: string;
  /** How others reach it: no slash at the end. */
  readonly base: string;
  /** Finishes what has arrived, lets go of everything, gives the folder free. */
  readonly stop: () => Promise<void>;
}

/** Starts the whole product on a data folder and listens. Throws StartRefusedError and its like with words for the operator. */
export async function startStandalone(settings: Settings, extra: readonly DynamicModule[] = []): Promise<Standalone> {
  const told = serviceLog(settings);
  const { logger, log, fatal, nest } = told;
  const plans = plansOf(settings);
  const engines = await openEngines(settings, { clock: systemMachineClock, log, onFatal: fatal });
  try {
    const { dataDir, staffToken, signingKey } = await secretsOf(settings);
    warnOfShortSecrets({ STAFF_API_KEY: staffToken, URL_SIGNING_KEY: signingKey }, { log });
    let listening = '';
    // Where there may be other processes, one of them keeps the read models up to date, and the others look how far they have come.
    const { store, readModels, ownership } = engines;
    const makeProjector = (): Projector =>
      new Projector({
        projections: [accountProjection, videoProjection],
        store,
        readModels,
        ...(ownership && { quietPages: 1 }),
        clock: systemMachineClock,
        log,
        onStopped: (projection, error) => fatal(new Error(`projection ${projection} stopped`, { cause: error })),
      });
    const projector = makeProjector();
    const progress = ownership
      ? new CheckpointWatch({ readModels, projections: ['accounts', 'videos'], clock: systemMachineClock })
      : projector;
    const base = (): string => settings.publicUrl ?? listening;
    const grounded = await groundOn({ settings, plans, engines, progress, signingKey, base, log });
    const module = StandaloneModule.of({
      api: {
        ...grounded,
        authenticators: [new StaffKey(staffToken)],
        gapless: ownership === undefined,
        readiness: { obstacles: catchingUp(engines, progress), away: () => engines.away() },
        gauges: async () => [...(await logGauges(engines.store, subscriptions())), ...(await queueGauges(engines.queue))],
        rebuild: (projection) => rebuildTold(projector, projection, { store, told }),
      },
      processor: {
        ...grounded,
        projector: ownership ? makeProjector : () => projector,
        publishesFacts: ownership !== undefined,
        run: ownership
          ? ownedRunner({ ownership, owner: `standalone-${randomIds.random()}`, clock: systemMachineClock, log, onStopped: fatal })
          : runHere,
        onStopped: fatal,
      },
      workers: [...extra, ...renderersOf(settings, grounded, dataDir, () => listening)],
    });
    const app = await createHttpApp(module, { logger: nest });
    const processor = app.get(Processor, { strict: false });
    function subscriptions(): ReadonlyMap<string, bigint> {
      const projected = ['accounts', 'videos'].map((name) => [name, progress.upTo(name)] as const);
      return new Map([...projected, ...processor.publishedUpTo()]);
    }
    await app.listen(settings.port, settings.host).catch(async (error: unknown) => {
      await app.close();
      throw new StartRefusedError(`PORT ${settings.port} on HOST ${settings.host} cannot be had: ${wordsOf(error)}`);
    });
    const { port } = app.getHttpServer().address() as { readonly port: number };
    listening = `http://${settings.host}:${port}`;
    if (ownership && settings.sandbox) grounded.testClock.follow();
    logger.info({ base: base(), dataDir, sandbox: settings.sandbox }, 'listening');
    const stop = async (): Promise<void> => {
      logger.info('stopping');
      await grounded.testClock.stop();
      await app.close();
      await engines.close();
    };
    return { app, ground: grounded.ground, domain: grounded.domain, projector, staffToken, base: base(), stop };
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** What is not given by the environment is kept in the data folder, made at the first start. */
async function secretsOf(settings: Settings) {
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
    const behind = ['accounts', 'videos'].map(async (name) => ((await progress.waitFor(name, to, LOOK_MS)) ? [] : [name]));
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
