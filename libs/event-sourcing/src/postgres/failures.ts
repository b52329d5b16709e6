import pg from 'pg';

/** SQLSTATEs, or whole classes of them, of a server that may come back: the same call may succeed later. */
const AWAY_STATES: readonly string[] = [
  '08', // connection lost or refused
  '53', // out of connections, memory, disk
  '57P01', // shut down by an administrator
  '57P02', // shut down by a crash
  '57P03', // starting up or shutting down
  '57P05', // idle session ended
  '57014', // statement time-out
  '25006', // a standby that only reads: a fail-over is under way
  '25P03', // idle transaction ended
  '28', // the login is refused: a secret may be on its way
  '3D000', // no such database yet
  '58', // the server's disk
];
/** SQLSTATEs of an attempt that may be repeated at once, and then counts as away: serialization, deadlock, lock time-out. */
const REPEATABLE_STATES: readonly string[] = ['40001', '40P01', '55P03'];

/** Codes of sockets and name look-ups. */
const AWAY_CODES: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EMFILE',
  'ENFILE',
];
/** What the driver throws without any code. */
const AWAY_MESSAGES = [
  /^Connection terminated/,
  /^timeout (exceeded|expired)/,
  /^Query read timeout$/,
  /^Client has encountered a connection error/,
  /^Client was closed and is not queryable$/,
  /^The server does not support SSL connections$/,
];

/** The server is away, overloaded, or turned its back in the middle: what was asked may or may not have happened. */
export function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return AWAY_STATES.some((start) => state.startsWith(start));
  // Not by their class: errors of Node itself may come from elsewhere than our own.
  const { code, message, errors } = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isAway); // each address of a name was tried
  if (typeof code === 'string') return AWAY_CODES.includes(code);
  return typeof message === 'string' && AWAY_MESSAGES.some((pattern) => pattern.test(message));
}

/** Nothing was written, and the same may be tried again at once. */
export function isRepeatable(error: unknown): boolean {
  return REPEATABLE_STATES.includes(sqlState(error) ?? '');
}

/** A table is not there, or was dropped while it was being read. */
export function isMissingTable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '42P01' || state === '3F000' || (state === 'XX000' && /^could not open relation/.test(String((error as Error).message)));
}

/** The connection is good for more: the server refused the statement, and said so. */
export function leavesConnectionWhole(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
