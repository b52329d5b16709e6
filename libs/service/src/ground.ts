import { Addresses, SignedUrls } from '#access';
import { clockAggregate, type Plans, SandboxClock } from '#credits';
import { createTransactor, type ProjectionProgress, SettableClock, systemBusinessClock, systemMachineClock } from '#event-sourcing';
import { projectionNames } from '#videos';
import { type Domain, buildDomain, type Ground, transactorsOn } from './domain.js';
import { type Engines, StartRefusedError } from './engines.port.js';
import type { Settings } from './settings.js';

/** How long a moved test clock waits for the read models, ms of real time. */
const SHOWN_MS = 600_000;

export interface GroundParts {
  readonly settings: Settings;
  readonly plans: Plans;
  readonly engines: Engines;
  readonly progress: ProjectionProgress;
  /** Signs the addresses given out. */
  readonly signingKey: string;
  /** What stands in front of them. */
  readonly base: () => string;
  readonly log: (message: string) => void;
}

/** The domain on its engines, with its clocks, as every process has it. */
export interface Grounded {
  readonly ground: Ground;
  readonly domain: Domain;
  /** Signs addresses, and seals what else goes out and comes back. */
  readonly signingKey: string;
  readonly urls: SignedUrls;
  readonly addresses: Addresses;
  readonly testClock: SandboxClock;
}

/** Builds a process's domain. Throws StartRefusedError for a moved clock outside of the sandbox. */
export async function groundOn({ settings, plans, engines, progress, signingKey, base, log }: GroundParts): Promise<Grounded> {
  const machineClock = systemMachineClock;
  const urls = new SignedUrls(signingKey, machineClock);
  const addresses = new Addresses(urls, base);
  const clock = new SettableClock(systemBusinessClock);
  const { store, queue, readModels, files } = engines;
  const ground: Ground = {
    settings,
    plans,
    addresses,
    store,
    queue,
    readModels,
    progress,
    files,
    clock,
    machineClock,
    log,
  };
  const domain = buildDomain(ground);
  const shown = async (position: bigint): Promise<void> => {
    for (const name of projectionNames) await progress.waitFor(name, position, SHOWN_MS);
  };
  const testClock = new SandboxClock({
    clock,
    // The clock's own stream is dated by real time.
    transactor: createTransactor({ ...transactorsOn(ground), clock: systemBusinessClock, aggregate: clockAggregate, cacheBytes: 1_024 }),
    store,
    shown,
    renewals: domain.renewalClock,
    machineClock,
    log,
  });
  if ((await testClock.restore()) && !settings.sandbox)
    throw new StartRefusedError('this log has a test clock: the service starts on it with SANDBOX=true only');
  return { ground, domain, signingKey, urls, addresses, testClock };
}
