import { randomIds, systemMachineClock } from '#event-sourcing';
import { plansOf } from './catalogue.js';
import { openEngines } from './engines.js';
import { type EngineName, type Engines, StartRefusedError } from './engines.port.js';
import { type Grounded, groundOn } from './ground.js';
import { serviceLog, type ServiceLog, warnOfShortSecrets } from './logger.js';
import { progressIn } from './read-models.js';
import type { Settings } from './settings.js';

/** One process of several on the servers column: its engines, and the domain on them. */
export interface ServersProcess {
  readonly engines: Engines;
  readonly grounded: Grounded;
  readonly staffToken: string;
  /** An id of this process's life. */
  readonly owner: string;
  readonly told: ServiceLog;
  stop(): Promise<void>;
}

/** Opens the servers for a process called `role`. Throws StartRefusedError where the settings are for one process alone. */
export async function openServersProcess(settings: Settings, role: string): Promise<ServersProcess> {
  const { servers, staffApiKey, urlSigningKey, publicUrl } = settings;
  if (servers === undefined || staffApiKey === undefined || urlSigningKey === undefined || publicUrl === undefined)
    throw new StartRefusedError(`ENGINES must be servers for a process of its own (${role}); \`npm start\` runs everything in one`);
  const told = serviceLog(settings);
  const { log, fatal } = told;
  warnOfShortSecrets({ STAFF_API_KEY: staffApiKey, URL_SIGNING_KEY: urlSigningKey }, told);
  const plans = plansOf(settings);
  const engines = await openEngines(settings, { clock: systemMachineClock, log, onFatal: fatal });
  try {
    const grounded = await groundOn({
      settings,
      plans,
      engines,
      progress: progressIn(engines),
      signingKey: urlSigningKey,
      base: () => publicUrl,
      log,
    });
    if (settings.sandbox) grounded.testClock.follow();
    const stop = async (): Promise<void> => {
      await grounded.testClock.stop();
      await engines.close();
    };
    return { engines, grounded, staffToken: staffApiKey, owner: `${role}-${randomIds.random()}`, told, stop };
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** What keeps a process from its work where it cannot do it without these engines. */
export function obstaclesOf(engines: Engines, needed: readonly EngineName[]): () => Promise<readonly string[]> {
  return async () => (await engines.away()).filter((name) => needed.includes(name)).map((name) => `the ${name} does not answer`);
}
