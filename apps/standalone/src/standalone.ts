import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SignedUrls, StaffKey, secretFile } from '#access';
import { Addresses, createHttpApp, type Settings } from '#api';
import { type Plans, readPlans } from '#credits';
import { createTransactor, randomIds, SettableClock, systemBusinessClock, systemMachineClock } from '#event-sourcing';
import { sqliteCode } from '#event-sourcing/sqlite';
import { RenderWorkerModule } from '#render-worker';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger, pino } from 'pino';
import { buildDomain, type Domain, type Foundation } from './domain.js';
import { openEmbedded } from './engines.embedded.js';
import { clockAggregate, SandboxClock, storedInstant } from './sandbox.clock.js';
import { StandaloneModule } from './standalone.module.js';

/** A reason not to start, in words for the operator. */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';
}

const SHOWN_MS = 600_000;

export interface Standalone {
  readonly app: NestFastifyApplication;
  readonly domain: Domain;
  readonly foundation: Foundation;
  readonly staffToken: string;
  /** How others reach it: no slash at the end. */
  readonly base: string;
  /** Finishes what has arrived, lets go of everything, gives the folder free. */
  stop(): Promise<void>;
}

/** Starts the whole product on a data folder and listens. Throws StartRefusedError and its like with words for the operator. */
export async function startStandalone(settings: Settings, extra: readonly DynamicModule[] = []): Promise<Standalone> {
  const logger = pino({ level: settings.logLevel });
  // What the parts have to say while all goes well is nothing: it is always a trouble that somebody should know of.
  const log = (message: string): void => logger.warn(message);
  const fatal = (error: unknown): void => {
    logger.fatal(error instanceof Error ? error : { error }, 'the service cannot go on and ends');
    process.exit(70);
  };
  const dataDir = resolve(settings.dataDir);
  const plans = plansOf(settings);
  const filesDir = filesDirOf(settings, dataDir);
  const engines = await openEmbedded({ dataDir, filesDir, clock: systemMachineClock, log, onFatal: fatal }).catch((error: unknown) => {
    throw isOfTheDisk(error) ? new StartRefusedError(`the data folder "${dataDir}" (DATA_DIR) cannot be used: ${wordsOf(error)}`) : error;
  });

  const staffToken = settings.staffApiKey ?? (await secretFile(join(dataDir, 'staff.key'), () => `vc_staff_${randomIds.secret(24)}`));
  const signingKey = settings.urlSigningKey ?? (await secretFile(join(dataDir, 'url-signing.key'), () => randomIds.secret(32)));
  warnOfShortSecrets({ STAFF_API_KEY: staffToken, URL_SIGNING_KEY: signingKey }, logger);
  const urls = new SignedUrls(signingKey, systemMachineClock);
  let listening = '';
  const addresses = new Addresses(urls, () => settings.publicUrl ?? listening);

  const clock = new SettableClock(systemBusinessClock);
  const clockTransactor = createTransactor({
    aggregate: clockAggregate,
    store: engines.store,
    clock: systemBusinessClock,
    machineClock: systemMachineClock,
    cacheBytes: 1_024,
    log: logger,
  });
  const stoodAt = await storedInstant(clockTransactor);
  if (stoodAt !== null && !settings.sandbox)
    throw new StartRefusedError(`the data folder "${dataDir}" has a test clock: it starts with SANDBOX=true only`);
  if (stoodAt !== null) clock.restore(stoodAt);

  const foundation = { settings, plans, addresses, ...engines, clock, machineClock: systemMachineClock, log, onStopped: fatal };
  const domain = buildDomain(foundation);
  const shown = async (position: bigint): Promise<void> => {
    for (const name of ['accounts', 'videos']) await domain.projector.waitFor(name, position, SHOWN_MS);
  };
  const testClock = new SandboxClock(clock, clockTransactor, domain.renewalClock, engines.store, shown);
  const renderers =
    settings.renderWorkers === 0
      ? []
      : [
          RenderWorkerModule.forRoot({
            queue: engines.queue,
            ids: randomIds,
            clock: systemMachineClock,
            workerId: 'embedded',
            slots: settings.renderWorkers,
            workDir: join(dataDir, 'rendering'),
            resolve: (url) => addresses.local(url, listening),
            log,
          }),
        ];
  const authenticators = [new StaffKey(staffToken), domain.apiKeys];
  const app = await createHttpApp(
    StandaloneModule.of({ foundation, domain, urls, authenticators, testClock, workers: [...extra, ...renderers] }),
    { logger: nestLog(logger) },
  );

  await app.listen(settings.port, settings.host).catch(async (error: unknown) => {
    await app.close();
    await engines.close();
    throw new StartRefusedError(`PORT ${settings.port} on HOST ${settings.host} cannot be had: ${wordsOf(error)}`);
  });
  const { port } = app.getHttpServer().address() as { readonly port: number };
  listening = `http://${settings.host}:${port}`;
  const base = settings.publicUrl ?? listening;
  logger.info({ base, dataDir, sandbox: settings.sandbox }, 'listening');
  const stop = async (): Promise<void> => {
    logger.info('stopping');
    await app.close();
    await engines.close();
  };
  return { app, domain, foundation, staffToken, base, stop };
}

/** Nest's own words go to the service's log: what broke at the edge as an error, its chatter only where everything is wanted. */
function nestLog(logger: Logger): LoggerService {
  const told = (words: readonly unknown[]): string =>
    words
      .filter((word) => word !== undefined)
      .map(String)
      .join(' ');
  return {
    log: (...words) => logger.trace(told(words)),
    warn: (...words) => logger.warn(told(words)),
    error: (...words) => logger.error(told(words)),
  };
}

/** A secret shorter than this can be found by trying. */
const SHORTEST_SAFE_SECRET = 24;

function warnOfShortSecrets(secrets: { readonly [name: string]: string }, logger: { warn(message: string): void }): void {
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret.length < SHORTEST_SAFE_SECRET)
      logger.warn(`${name} is shorter than ${SHORTEST_SAFE_SECRET} characters: fine for a trial, not for customers`);
  }
}

function plansOf({ plansFile }: Settings): Plans {
  const shipped = new URL('../../../libs/credits/src/plans/plans.json', import.meta.url);
  try {
    return readPlans(JSON.parse(readFileSync(plansFile ?? shipped, 'utf8')));
  } catch (error) {
    throw new StartRefusedError(`PLANS_FILE cannot be used: ${wordsOf(error)}`);
  }
}

/** `file:./…` is meant from the working folder; `new URL` alone would begin at the root of the disk. */
function filesDirOf({ filesUrl }: Settings, dataDir: string): string {
  if (filesUrl === undefined) return join(dataDir, 'files');
  try {
    return fileURLToPath(new URL(filesUrl, pathToFileURL(`${process.cwd()}/`)));
  } catch (error) {
    throw new StartRefusedError(`FILES_URL cannot be used: ${wordsOf(error)}`);
  }
}

/** What the operating system or SQLite say of files, by their codes; anything else is a defect and keeps its stack. */
function isOfTheDisk(error: unknown): boolean {
  return sqliteCode(error) !== undefined || (typeof error === 'object' && error !== null && 'syscall' in error);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
