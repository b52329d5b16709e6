import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignedUrls, StaffKey, secretFile } from '#access';
import { Addresses, createHttpApp, InvalidSettingsError, loadEnvFile, readSettings, type Settings } from '#api';
import { InvalidPlansError, type Plans, readPlans } from '#credits';
import { createTransactor, randomIds, SettableClock, systemBusinessClock, systemMachineClock } from '#event-sourcing';
import { FolderInUseError } from '#event-sourcing/sqlite';
import { pino } from 'pino';
import { buildDomain } from './domain.js';
import { openEmbedded } from './engines.embedded.js';
import { clockAggregate, SandboxClock, storedInstant } from './sandbox.clock.js';
import { StandaloneModule } from './standalone.module.js';

/** A reason not to start, in words for the operator. */
class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';
}

const SHOWN_MS = 600_000;

async function start(): Promise<void> {
  loadEnvFile();
  const settings = readSettings(process.env);
  const logger = pino({ level: settings.logLevel });
  const log = (message: string): void => logger.info(message);
  const fatal = (error: unknown): void => {
    logger.fatal(error instanceof Error ? error : { error }, 'the service cannot go on and ends');
    process.exit(70);
  };
  const dataDir = resolve(settings.dataDir);
  const plans = plansOf(settings);
  const engines = await openEmbedded({ dataDir, filesDir: filesDirOf(settings, dataDir), clock: systemMachineClock, log, onFatal: fatal });

  const staffToken = settings.staffApiKey ?? (await secretFile(join(dataDir, 'staff.key'), () => `vc_staff_${randomIds.secret(24)}`));
  const signingKey = settings.urlSigningKey ?? (await secretFile(join(dataDir, 'url-signing.key'), () => randomIds.secret(32)));
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
  if (stoodAt !== null && !settings.sandbox) throw new StartRefusedError(`the data folder "${dataDir}" has a test clock: it starts with SANDBOX=true only`);
  if (stoodAt !== null) clock.restore(stoodAt);

  const foundation = { settings, plans, addresses, ...engines, clock, machineClock: systemMachineClock, log, onStopped: fatal };
  const domain = buildDomain(foundation);
  const shown = async (position: bigint): Promise<void> => {
    for (const name of ['accounts', 'videos']) await domain.projector.waitFor(name, position, SHOWN_MS);
  };
  const testClock = new SandboxClock(clock, clockTransactor, domain.renewalClock, engines.store, shown);
  const authenticators = [new StaffKey(staffToken), domain.apiKeys];
  const app = await createHttpApp(StandaloneModule.of({ foundation, domain, urls, authenticators, testClock, workers: [] }), { logger: false });

  const stop = (): void => {
    log('stopping');
    app
      .close()
      .then(() => engines.close())
      .then(() => process.exit(0), fatal);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);

  await app.listen(settings.port, settings.host);
  const { port } = app.getHttpServer().address() as { readonly port: number };
  listening = `http://${settings.host}:${port}`;
  const base = settings.publicUrl ?? listening;
  logger.info({ base, dataDir, sandbox: settings.sandbox }, 'listening');
  console.log(`Video credits runs at ${base}\nDocs: ${base}/docs\nStaff key: ${settings.staffApiKey === undefined ? join(dataDir, 'staff.key') : 'STAFF_API_KEY'}`);
}

function plansOf({ plansFile }: Settings): Plans {
  const shipped = new URL('../../../libs/credits/src/plans/plans.json', import.meta.url);
  const text = plansFile === undefined ? readFileSync(shipped, 'utf8') : readFileSync(plansFile, 'utf8');
  try {
    return readPlans(JSON.parse(text));
  } catch (error) {
    throw new StartRefusedError(`PLANS_FILE ${error instanceof Error ? error.message : String(error)}`);
  }
}

function filesDirOf({ filesUrl }: Settings, dataDir: string): string {
  return filesUrl === undefined ? join(dataDir, 'files') : fileURLToPath(new URL(filesUrl));
}

start().catch((error: unknown) => {
  const expected = [InvalidSettingsError, InvalidPlansError, StartRefusedError, FolderInUseError].some((kind) => error instanceof kind);
  console.error(expected ? `Not started: ${(error as Error).message}` : error);
  process.exit(1);
});
