import { existsSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { Environment, readDuration, readFrameAncestors, variables } from './environment.js';

/** Where the message queue is, and who we are to it. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl:
    | { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
    | undefined;
}

/** The servers column: where each engine is, and who we are to it. */
export interface ServerSettings {
  readonly eventStoreUrl: string;
  readonly kafka: KafkaSettings;
  readonly databaseUrl: string;
  readonly filesUrl: string;
}

/** Whose tokens customers bring, and which claim of them names the account. */
export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly accountClaim: string;
}

/** What several processes must have in common is not made by the first of them: it is given to all. */
const neededOfServers = [
  'EVENT_STORE_URL',
  'KAFKA_BROKERS',
  'DATABASE_URL',
  'FILES_URL',
  'PUBLIC_URL',
  'STAFF_API_KEY',
  'URL_SIGNING_KEY',
] as const satisfies readonly (keyof Environment)[];

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
  readonly engines!: 'embedded' | 'servers';
  /** There where KAFKA_BROKERS is set: all that a render worker needs. */
  readonly kafka!: KafkaSettings | undefined;
  /** Where the servers are; there where `engines` is `servers`. */
  readonly servers!: ServerSettings | undefined;
  /** Undefined: `files` in the data folder. */
  readonly filesUrl!: string | undefined;
  /** Undefined: the catalogue this version ships with. */
  readonly plansFile!: string | undefined;
  readonly supportContact!: string;
  /** Undefined: kept in the data folder, made at the first start. */
  readonly staffApiKey!: string | undefined;
  /** Who may show our pages in a frame: the sources of CSP's `frame-ancestors`, as they stand in the header. */
  readonly frameAncestors!: string;
  /** Undefined: customers have no way in of their own. */
  readonly jwt!: JwtSettings | undefined;
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
  /** How a render worker by itself reaches the service, and who it is to it; no slash at the address's end. */
  readonly worker!: { readonly serviceUrl: string | undefined; readonly apiKey: string | undefined; readonly id: string | undefined };
}

/** The environment cannot be right. The message has a line for each variable: its name and what it may be. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
}

type Env = { readonly [name: string]: string | undefined };

/** Makes settings of an environment. Empty variables count as unset, foreign ones are left alone. Throws InvalidSettingsError. */
export function readSettings(env: Env): Settings {
  const environment = checked(env);
  const missing = environment.ENGINES === 'servers' ? neededOfServers.filter((name) => environment[name] === undefined) : [];
  if (missing.length > 0) throw new InvalidSettingsError(missing.map((name) => `${name} must be set where ENGINES is servers`).join('\n'));
  return settingsOf(environment);
}

/** The same for a render worker, which has no engines but perhaps the queue: it may be given the environment of the others, or less. */
export function readWorkerSettings(env: Env): Settings {
  return settingsOf(checked({ ...env, ENGINES: undefined }));
}

function checked(env: Env): Environment {
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
  return environment;
}

/** Reads a `.env` file in the working folder into the environment, where there is one. What is set already stays. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

function settingsOf(environment: Environment): Settings {
  const number = (value: string | undefined, otherwise: number): number => (value === undefined ? otherwise : Number(value));
  const kafka = kafkaOf(environment);
  const flag = (value: string | undefined, otherwise: boolean): boolean => (value === undefined ? otherwise : value === 'true');
  return {
    port: number(environment.PORT, 3_000),
    host: environment.HOST ?? '127.0.0.1',
    publicUrl: environment.PUBLIC_URL?.replace(/\/+$/, ''),
    urlSigningKey: environment.URL_SIGNING_KEY,
    dataDir: environment.DATA_DIR ?? './data',
    engines: (environment.ENGINES as Settings['engines'] | undefined) ?? 'embedded',
    kafka,
    servers: kafka !== undefined && environment.ENGINES === 'servers' ? serversOf(environment, kafka) : undefined,
    filesUrl: environment.FILES_URL,
    plansFile: environment.PLANS_FILE,
    supportContact: environment.SUPPORT_CONTACT ?? 'support@video-credits.example',
    staffApiKey: environment.STAFF_API_KEY,
    frameAncestors: readFrameAncestors(environment.FRAME_ANCESTORS) ?? "'self'",
    jwt: jwtOf(environment),
    sandbox: flag(environment.SANDBOX, false),
    logLevel: (environment.LOG_LEVEL as Settings['logLevel'] | undefined) ?? 'info',
    grantMax: number(environment.GRANT_MAX, 1_000),
    goodwillForFailedRender: flag(environment.GOODWILL_FOR_FAILED_RENDER, true),
    renderLeaseMs: readDuration(environment.RENDER_LEASE) ?? 300_000,
    renderAttempts: number(environment.RENDER_ATTEMPTS, 3),
    lowCredits: number(environment.LOW_CREDITS, 1),
    renderWorkers: number(environment.RENDER_WORKERS, 1),
    worker: {
      serviceUrl: environment.SERVICE_URL?.replace(/\/+$/, ''),
      apiKey: environment.RENDER_API_KEY,
      id: environment.WORKER_ID,
    },
  };
}

function kafkaOf(environment: Environment): KafkaSettings | undefined {
  const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = environment;
  const given = [KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD].filter((value) => value !== undefined).length;
  if (given !== 0 && given !== 3)
    throw new InvalidSettingsError('KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together');
  if (KAFKA_BROKERS === undefined) return undefined;
  const mechanism = KAFKA_SASL_MECHANISM as 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  return {
    brokers: KAFKA_BROKERS.split(','),
    ssl: KAFKA_SSL === 'true',
    sasl: mechanism && { mechanism, username: KAFKA_SASL_USERNAME ?? '', password: KAFKA_SASL_PASSWORD ?? '' },
  };
}

/** All or none. Keys that came over an open line would be anybody's. */
function jwtOf({ JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS_URL, JWT_ACCOUNT_CLAIM, SANDBOX }: Environment): JwtSettings | undefined {
  if (JWT_ISSUER === undefined && JWT_AUDIENCE === undefined && JWT_JWKS_URL === undefined) {
    if (JWT_ACCOUNT_CLAIM !== undefined)
      throw new InvalidSettingsError('JWT_ACCOUNT_CLAIM needs JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL beside it');
    return undefined;
  }
  if (JWT_ISSUER === undefined || JWT_AUDIENCE === undefined || JWT_JWKS_URL === undefined)
    throw new InvalidSettingsError('JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL must be set together');
  const { protocol, hostname } = new URL(JWT_JWKS_URL);
  if (protocol !== 'https:' && SANDBOX !== 'true' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    throw new InvalidSettingsError('JWT_JWKS_URL must be an https address, but on this machine or where SANDBOX is true');
  return { issuer: JWT_ISSUER, audience: JWT_AUDIENCE, jwksUrl: JWT_JWKS_URL, accountClaim: JWT_ACCOUNT_CLAIM ?? 'sub' };
}

function serversOf({ EVENT_STORE_URL = '', DATABASE_URL = '', FILES_URL = '' }: Environment, kafka: KafkaSettings): ServerSettings {
  if (!FILES_URL.startsWith('s3:'))
    throw new InvalidSettingsError('FILES_URL must be an address like s3://bucket/prefix where ENGINES is servers');
  return { eventStoreUrl: EVENT_STORE_URL, kafka, databaseUrl: DATABASE_URL, filesUrl: FILES_URL };
}
