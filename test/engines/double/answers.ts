import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendOutcome, Expected, LoggedEvent } from './event-log.js';
import { bytes, empty, number } from './wire.js';

/** What a server says no with; a fault says the same as the real thing. */
export type Refused =
  | Exclude<AppendOutcome, { kind: 'written' } | { kind: 'repeated' }>
  | { kind: 'too-large' }
  | { kind: 'bad-request'; message: string }
  | { kind: 'timeout' | 'access-denied' | 'unknown' | 'not-ready' | 'too-busy' | 'no-leader-known' };

/** An append may not be larger: EventStoreDB up to 24.10, by default. Bytes of data, metadata and two for each letter of the type. */
export const MAX_APPEND_BYTES = 1_048_576;

const CODE = { unknown: 2, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, alreadyExists: 6, permissionDenied: 7 };

/** The `google.rpc.Status` that a batch answers one refused append with. */
export function batchStatus(refused: Refused, stream: string, expected: Expected): statusPb.Status {
  switch (refused.kind) {
    case 'wrong-version':
      return statusOf(CODE.alreadyExists, 'WrongExpectedVersion', wrongVersion(refused.current, expected));
    case 'deleted':
      return statusOf(CODE.notFound, 'StreamDeleted', bytes(1, bytes(3, stream)));
    case 'too-large':
      return statusOf(CODE.invalidArgument, 'MaximumAppendSizeExceeded', number(1, MAX_APPEND_BYTES));
    case 'bad-request':
      return statusOf(CODE.invalidArgument, 'BadRequest', bytes(1, refused.message));
    case 'timeout':
      return statusOf(CODE.deadlineExceeded, 'Timeout');
    case 'access-denied':
      return statusOf(CODE.permissionDenied, 'AccessDenied');
    case 'unknown':
      return statusOf(CODE.unknown, 'Unknown');
    case 'not-ready':
      return unspecified('Server Is Not Ready');
    case 'too-busy':
      return unspecified('Server Is Busy');
    case 'no-leader-known':
      return unspecified('No leader info available in response');
  }
}

function wrongVersion(current: bigint, expected: Expected): Buffer {
  const is = current < 0n ? empty(2) : number(1, current);
  const asked = { any: empty(4), 'stream-exists': empty(5), 'no-stream': empty(6) };
  return Buffer.concat([is, typeof expected === 'bigint' ? number(3, expected) : asked[expected]]);
}

function statusOf(code: number, message: string, details: Uint8Array = new Uint8Array()): statusPb.Status {
  const any = Buffer.concat([bytes(1, `type.googleapis.com/event_store.client.${message}`), bytes(2, details)]);
  return statusPb.Status.deserializeBinary(Buffer.concat([number(1, code), bytes(2, message), bytes(3, any)]));
}

/** "Not ready" and the like have no code and no details of their own in a batch: a client can only take them for unknown errors. */
function unspecified(message: string): statusPb.Status {
  return statusPb.Status.deserializeBinary(
    Buffer.concat([bytes(2, message), bytes(3, bytes(1, 'type.googleapis.com/google.protobuf.Empty'))]),
  );
}

/** How a call other than a batch says no: a gRPC status, and trailers that name the exception. */
export function rpcError(refused: Refused, stream: string, expected: Expected = 'any', operation = 'Append'): ServiceError {
  switch (refused.kind) {
    case 'wrong-version': {
      const asked = typeof expected === 'bigint' ? expected : { any: -2n, 'stream-exists': -4n, 'no-stream': -1n }[expected];
      const said = `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${asked}, Actual version: ${refused.current}`;
      return failure(status.FAILED_PRECONDITION, said, {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(asked),
        'actual-version': String(refused.current),
      });
    }
    case 'deleted':
      return failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
        exception: 'stream-deleted',
        'stream-name': stream,
      });
    case 'too-large':
      return failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`, {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': String(MAX_APPEND_BYTES),
      });
    case 'bad-request':
      return failure(status.INVALID_ARGUMENT, refused.message);
    case 'timeout':
      return failure(status.ABORTED, 'Operation timed out');
    case 'access-denied':
      return failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
    case 'unknown':
      return failure(status.UNKNOWN, 'Unexpected OperationResult: InvalidTransaction');
    case 'not-ready':
      return failure(status.UNAVAILABLE, 'Server Is Not Ready');
    case 'too-busy':
      return failure(status.UNAVAILABLE, 'Server Is Too Busy');
    case 'no-leader-known':
      return failure(status.UNKNOWN, 'No leader info available in response');
  }
}

/** Where the leader is. A client goes there; a batch ends with it, and with it all appends that were in flight there. */
export const notLeader = (leader: { host: string; port: number }): ServiceError =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  });

export function failure(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export function uuid(id: string): sharedPb.UUID {
  const message = new sharedPb.UUID();
  message.setString(id);
  return message;
}

export function streamIdentifier(stream: string): sharedPb.StreamIdentifier {
  const message = new sharedPb.StreamIdentifier();
  message.setStreamName(Buffer.from(stream, 'utf8').toString('base64'));
  return message;
}

/** One event as a read or a subscription sends it. */
export function eventAnswer(logged: LoggedEvent): streamsPb.ReadResp {
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuid(logged.id));
  recorded.setStreamIdentifier(streamIdentifier(logged.stream));
  recorded.setStreamRevision(String(logged.revision));
  recorded.setPreparePosition(String(logged.position));
  recorded.setCommitPosition(String(logged.position));
  recorded.getMetadataMap().set('type', logged.type).set('created', logged.createdTicks).set('content-type', logged.contentType);
  recorded.setData(logged.data);
  recorded.setCustomMetadata(logged.metadata);
  const event = new streamsPb.ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setCommitPosition(String(logged.position));
  const answer = new streamsPb.ReadResp();
  answer.setEvent(event);
  return answer;
}
