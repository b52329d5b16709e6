import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemMachineClock } from '#event-sourcing';
import { type LogEngines, openLog, readSettings, StartRefusedError } from '#service';

type Env = { readonly [name: string]: string | undefined };

export interface LogOpening {
  readonly env: Env;
  /** Whether a folder without a log will do. */
  readonly mayBeEmpty: boolean;
  readonly say: (text: string) => void;
}

/** Does `work` on the log of the engines that the environment names, and closes it. A folder whose service runs is refused. */
export async function onLog<T>({ env, mayBeEmpty, say }: LogOpening, work: (engines: LogEngines) => Promise<T>): Promise<T> {
  const settings = readSettings(env);
  if (settings.servers === undefined && !mayBeEmpty && !existsSync(join(settings.dataDir, 'events.sqlite')))
    throw new StartRefusedError(`there is no log in "${settings.dataDir}": set DATA_DIR to the service's data folder`);
  const log = (message: string): void => say(`${message}\n`);
  const surroundings = { clock: systemMachineClock, log, onFatal: (error: Error) => log(error.message) };
  const engines = await openLog(settings, surroundings).catch((error: unknown) => {
    const inUse = error instanceof StartRefusedError && error.cause instanceof Error && error.cause.name === 'FolderInUseError';
    throw inUse ? new StartRefusedError(`${error.message}: stop the service first`, { cause: error }) : error;
  });
  try {
    return await work(engines);
  } finally {
    await engines.close();
  }
}
