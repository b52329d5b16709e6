import { type AppendResult, ErrorType } from '@eventstore/db-client';
import { type AppendOutcome, NO_STREAM } from '../event-store.port.js';
import { AppendTooLargeError } from './stored-event.js';

/** The fields that errors of the client carry, as far as each has them; some come without a message, some without a type. */
interface ErrorFields {
  readonly type?: unknown;
  /** A gRPC status: the call as a whole failed, and with it everything that was under way in it. */
  readonly code?: unknown;
  readonly message?: unknown;
  readonly actualVersion?: unknown;
  readonly maxAppendSize?: unknown;
}

/** What the server may not be asked, or says can never be: an operator must look. */
export class EventStoreRefusalError extends Error {
  override readonly name = 'EventStoreRefusalError';
}

/** The server's answer to one append, as opposed to an error of the call that carried it. */
export function isAnswer(error: unknown): boolean {
  const { type, code } = fieldsOf(error);
  return typeof type === 'string' && code === undefined;
}

/**
 * What an append's error means. Refusals that the server gives for this very append are known: nothing was written. All else (no answer,
 * a server that is away, not ready, too busy or not the leader, errors without a type, errors of another append's call) leaves the
 * outcome unknown. Throws what a repeat cannot mend.
 */
export function outcomeOf(error: unknown, stream: string): AppendOutcome {
  const { type, actualVersion, maxAppendSize } = fieldsOf(error);
  if (isAnswer(error)) {
    if (type === ErrorType.WRONG_EXPECTED_VERSION) {
      if (actualVersion === 'no_stream') return { kind: 'wrong-version', actualVersion: NO_STREAM };
      if (typeof actualVersion === 'bigint') return { kind: 'wrong-version', actualVersion: Number(actualVersion) };
    }
    if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED) throw new AppendTooLargeError(stream, undefined, Number(maxAppendSize));
    const refusal = refusalOf(error, stream);
    if (refusal !== undefined) throw refusal;
  }
  return { kind: 'unknown', reason: described(error) };
}

/** An error that says that the server will never do this. */
export function refusalOf(error: unknown, stream: string): EventStoreRefusalError | undefined {
  const { type } = fieldsOf(error);
  if (type === ErrorType.ACCESS_DENIED)
    return new EventStoreRefusalError(`the event store does not let the user of EVENT_STORE_URL use stream "${stream}"`);
  if (type === ErrorType.STREAM_DELETED) return new EventStoreRefusalError(`stream "${stream}" was deleted in the event store`);
  return undefined;
}

/** The version that a success names; throws where it is not the one that was to be written: the engine is broken. */
export function versionOf({ success, nextExpectedRevision }: AppendResult, stream: string, expected: number): number {
  const version = Number(nextExpectedRevision);
  if (!success || version !== expected)
    throw new Error(`the event store says that stream "${stream}" is at ${version} after an append that leads to ${expected}`);
  return version;
}

/** One line about an error, also where its message is empty. */
export function described(error: unknown): string {
  const { type, code, message } = fieldsOf(error);
  const parts: string[] = [];
  if (typeof type === 'string') parts.push(type);
  if (typeof code === 'number' || typeof code === 'string') parts.push(`code ${code}`);
  if (typeof message === 'string' && message !== '') parts.push(message);
  return parts.join(', ') || String(error);
}

function fieldsOf(error: unknown): ErrorFields {
  return typeof error === 'object' && error !== null ? error : { message: String(error) };
}
