import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import type { Settings } from './settings.js';

/** A process's log. */
export interface ServiceLog {
  readonly logger: Logger;
  /** What the parts have to say while all goes well is nothing: it is always a trouble that somebody should know of. */
  readonly log: (message: string) => void;
  /** Says why, and ends the process. */
  readonly fatal: (error: unknown) => never;
  /** Nest's own words: what broke at the edge as an error, its chatter only where everything is wanted. */
  readonly nest: LoggerService;
}

/** Exit status of a process that cannot go on (`EX_SOFTWARE` of sysexits.h). */
const CANNOT_GO_ON = 70;

export function serviceLog({ logLevel }: Pick<Settings, 'logLevel'>): ServiceLog {
  const logger = pino({ level: logLevel });
  const told = (words: readonly unknown[]): string =>
    words
      .filter((word) => word !== undefined)
      .map(String)
      .join(' ');
  return {
    logger,
    log: (message) => logger.warn(message),
    fatal: (error) => {
      logger.fatal(error instanceof Error ? error : { error }, 'the service cannot go on and ends');
      process.exit(CANNOT_GO_ON);
    },
    nest: {
      log: (...words) => logger.trace(told(words)),
      warn: (...words) => logger.warn(told(words)),
      error: (...words) => logger.error(told(words)),
    },
  };
}

/** A secret shorter than this can be found by trying. */
const SHORTEST_SAFE_SECRET = 24;

export function warnOfShortSecrets(secrets: { readonly [name: string]: string }, { log }: Pick<ServiceLog, 'log'>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret.length < SHORTEST_SAFE_SECRET)
      log(`${name} is shorter than ${SHORTEST_SAFE_SECRET} characters: fine for a trial, not for customers`);
  }
}
