import { StartRefusedError } from './engines.port.js';
import { InvalidSettingsError, loadEnvFile } from './settings.js';

export interface RunningProcess {
  /** What its operator wants to know first. */
  readonly greeting: string;
  stop(): Promise<void>;
}

type Env = { readonly [name: string]: string | undefined };

/** Runs a program of the service from its environment until SIGTERM or SIGINT. A refusal to start is told without a stack, as what to do. */
export async function runProcess(start: (env: Env) => Promise<RunningProcess>): Promise<void> {
  try {
    loadEnvFile();
    const running = await start(process.env);
    const end = (): void =>
      void running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    console.log(running.greeting);
  } catch (error) {
    const refused = error instanceof InvalidSettingsError || error instanceof StartRefusedError;
    console.error(refused ? `Not started: ${error.message}` : error);
    process.exit(1);
  }
}
