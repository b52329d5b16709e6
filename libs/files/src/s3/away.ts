import { StoreAwayError } from '../store-away.js';

interface Failure {
  readonly name?: string;
  readonly message?: string;
  /** Of Node: a broken or refused connection, a name that is not found, a full disk. */
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

/** Of the SDK where no answer came, where the store asks for patience with a status of its own, and where credentials cannot be renewed for now. */
const awayNames = [
  'AbortError',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'CredentialsProviderError',
];

/** The status that the store answered with, or undefined where it did not answer. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = error as Failure;
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}

/** Whether a call failed because of the store's state and not of what was asked. */
export function isAway(error: unknown): boolean {
  const { name, message, code } = error as Failure;
  const status = statusOf(error);
  if (status !== undefined && (status >= 500 || status === 429)) return true;
  if (awayNames.includes(String(name))) return true;
  // The SDK puts into an error of its own what it does not know: what came from below it, from the connection.
  if (message?.startsWith('AWS SDK error wrapper for ')) return true;
  // What Node itself objects to in a call (ERR_…) is a bug of ours.
  return status === undefined && typeof code === 'string' && /^E(?!RR_)[A-Z0-9_]+$/.test(code);
}

/** The error as callers are to see it: StoreAwayError where the store is away, otherwise itself. */
export function asSeen(what: string, error: unknown): unknown {
  return isAway(error) ? new StoreAwayError(`${what}: ${String(error)}`, { cause: error }) : error;
}
