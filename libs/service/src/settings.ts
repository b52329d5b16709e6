import { existsSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { Environment, readDuration, variables } from './environment.js';

/** What the operator decides, read once at start. A class, so that it can be asked for where it is needed. */
export class Settings {
  /** 0: any free port. */
  readonly port!: number;
  readonly host!: string;
  /** In front of every address given out; no slash at its end. Undefined: `http://HOST:PORT`, known once the service listens. */
  readonly publicUrl!: string | undefined;
  /** Undefined: kept in the data folder, made at the first start. */
  readonly urlSigningKey!: string | undefined;
  readonly dataDir!: string;
  readonly engines!: 'embedded';
  /** Undefined: `files` in the data folder. */
  readonly filesUrl!: string | undefined;
  /** Undefined: the catalogue this version ships with. */
  readonly plansFile!: string | undefined;
  readonly supportContact!: string;
  /** Undefined: kept in the data folder, made at the first start. */
  readonly staffApiKey!: string | undefined;
  readonly sandbox!: boolean;
  readonly logLevel!: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Most credits in one grant. */
  readonly grantMax!: number;
  readonly goodwillForFailedRender!: boolean;
  readonly renderLeaseMs!: number;
  readonly renderAttempts!: number;
  /** `credits.low` is told when what is available falls to this, from above. */
  readonly lowCredits!: number;
  /** How many videos this process renders at once; 0 leaves them to workers outside. */
  readonly renderWorkers!: number;
}

/** The environment cannot be right. The message has a line for each variable: its name and what it may be. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
}

/** Makes settings of an environment. Empty variables count as unset, foreign ones are left alone. Throws InvalidSettingsError. */
export function readSettings(env: { readonly [name: string]: string | undefined }): Settings {
  const environment = Object.assign(
    new Environment(),
    Object.fromEntries(variables.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  );
  const errors = validateSync(environment, { validationError: { target: false, value: false } });
  if (errors.length > 0) {
    throw new InvalidSettingsError(
      errors.map(({ property, constraints = {} }) => `${property} ${Object.values(constraints).join('; ')}`).join('\n'),
    );
  }
  return settingsOf(environment);
}

/** Reads a `.env` file in the working folder into the environment, where there is one. What is set already stays. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

function settingsOf(environment: Environment): Settings {
  const number = (value: string | undefined, otherwise: number): number => (value === undefined ? otherwise : Number(value));
  const flag = (value: string | undefined, otherwise: boolean): boolean => (value === undefined ? otherwise : value === 'true');
  return {
    port: number(environment.PORT, 3_000),
    host: environment.HOST ?? '127.0.0.1',
    publicUrl: environment.PUBLIC_URL?.replace(/\/+$/, ''),
    urlSigningKey: environment.URL_SIGNING_KEY,
    dataDir: environment.DATA_DIR ?? './data',
    engines: 'embedded',
    filesUrl: environment.FILES_URL,
    plansFile: environment.PLANS_FILE,
    supportContact: environment.SUPPORT_CONTACT ?? 'support@video-credits.example',
    staffApiKey: environment.STAFF_API_KEY,
    sandbox: flag(environment.SANDBOX, false),
    logLevel: (environment.LOG_LEVEL as Settings['logLevel'] | undefined) ?? 'info',
    grantMax: number(environment.GRANT_MAX, 1_000),
    goodwillForFailedRender: flag(environment.GOODWILL_FOR_FAILED_RENDER, true),
    renderLeaseMs: readDuration(environment.RENDER_LEASE) ?? 300_000,
    renderAttempts: number(environment.RENDER_ATTEMPTS, 3),
    lowCredits: number(environment.LOW_CREDITS, 1),
    renderWorkers: number(environment.RENDER_WORKERS, 1),
  };
}
