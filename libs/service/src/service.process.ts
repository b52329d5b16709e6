import { systemMachineClock } from '#event-sourcing';
import { StartRefusedError } from './engines.port.js';
import { InvalidSettingsError, loadEnvFile } from './settings.js';

export interface RunningProcess {
  /** What its operator wants to know first. */
  readonly greeting: string;
  stop(): Promise<void>;
}

type Env = { readonly [name: string]: string | undefined };

/** An orderly end takes at most so long, ms: what waits for an engine that is away is left as it is, as by a crash, which harms nothing. */
const END_WITHIN_MS = 8_000;

/**
 * Runs a program of the service from its environment until SIGTERM or SIGINT, also while it still waits for an engine to begin. A refusal
 * to start is told without a stack, as what to do.
 */
export async function runProcess(start: (env: Env) => Promise<RunningProcess>): Promise<void> {
  let running: RunningProcess | undefined;
  const end = (): void => {
    // Nothing has been begun that would need an end. The first process of a container gets no signal that it does not ask for.
    if (running === undefined) process.exit(0);
    void ended(running).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    loadEnvFile();
    running = await start(process.env);
    console.log(running.greeting);
  } catch (error) {
    const refused = error instanceof InvalidSettingsError || error instanceof StartRefusedError;
    console.error(refused ? `Not started: ${error.message}` : error);
    process.exit(1);
  }
}

async function ended(running: RunningProcess): Promise<void> {
  const inTime = running.stop().then(() => true);
  const late = systemMachineClock.sleep(END_WITHIN_MS).then(() => false);
  if (!(await Promise.race([inTime, late]))) console.error(`Not all work could be ended within ${END_WITHIN_MS} ms; it is left to others`);
}
