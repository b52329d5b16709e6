import { status, type sendUnaryData, type ServerDuplexStream, type ServerReadableStream, type ServiceError } from '@grpc/grpc-js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { batchStatus, failure, MAX_APPEND_BYTES, notLeader, type Refused, rpcError, streamIdentifier } from './answers.js';
import type { AppendOutcome, Expected, ProposedEvent } from './event-log.js';
import type { Fault, FaultKind } from './fault-plan.js';
import { type Call, type NodeState, wantsLeader } from './node-state.js';
import { expectedOf, nameOf } from './requests.js';

type Outcome = AppendOutcome | Refused;

/** One append as either call brings it, and the two ways to answer it. */
interface Append {
  stream: string;
  expected: Expected;
  events: ProposedEvent[];
  bytes: number;
  answer: (outcome: Outcome) => void;
  /** Ends the call, and with a batch all that is in flight in it. */
  fail: (error: ServiceError) => void;
  call: Call;
  deadlineMs: number;
}

type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;

interface Batch {
  call: BatchCall;
  /** It has ended with an error: what was in flight in it is never answered, and what comes yet is not looked at. */
  over: boolean;
}

/** Many appends over one call, each answered under its correlation id. */
export function batchAppend(node: NodeState, call: BatchCall): void {
  const gathering = new Map<string, Append>();
  const batch: Batch = { call, over: false };
  const denied = node.denies(call);
  if (denied && denied.code !== status.PERMISSION_DENIED) return void call.emit('error', denied);
  call.on('data', (request: streamsPb.BatchAppendReq) => {
    const correlation = request.getCorrelationId();
    const key = correlation?.getString() || correlation?.toString() || '';
    const options = batch.over ? undefined : request.getOptions();
    if (options) gathering.set(key, beginBatch(batch, correlation, options));
    const append = gathering.get(key);
    if (!append) return;
    if (denied) return done({ kind: 'access-denied' });
    if (append.deadlineMs <= Date.now()) return done({ kind: 'timeout' });
    for (const message of request.getProposedMessagesList()) take(append, message);
    if (append.bytes > MAX_APPEND_BYTES) return done({ kind: 'too-large' });
    if (!request.getIsFinal()) return;
    gathering.delete(key);
    perform(node, 'batch-append', append);

    function done(outcome: Outcome): void {
      gathering.delete(key);
      append?.answer(outcome);
    }
  });
  call.on('end', () => call.end());
  call.on('cancelled', () => gathering.clear());
}

function beginBatch(batch: Batch, correlation: sharedPb.UUID | undefined, options: streamsPb.BatchAppendReq.Options): Append {
  const { call } = batch;
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf({
    hasRevision: () => options.hasStreamPosition(),
    getRevision: () => options.getStreamPosition(),
    hasNoStream: () => options.hasNoStream(),
    hasStreamExists: () => options.hasStreamExists(),
  });
  const deadline = options.getDeadline();
  return {
    stream,
    expected,
    events: [],
    bytes: 0,
    call,
    deadlineMs: deadline ? deadline.getSeconds() * 1000 + deadline.getNanos() / 1e6 : Infinity,
    fail: (error) => {
      if (batch.over || call.cancelled) return;
      batch.over = true;
      call.emit('error', error);
    },
    answer: (outcome) => {
      const response = new streamsPb.BatchAppendResp();
      response.setCorrelationId(correlation);
      response.setStreamIdentifier(streamIdentifier(stream));
      if (outcome.kind === 'written' || outcome.kind === 'repeated') {
        const success = new streamsPb.BatchAppendResp.Success();
        success.setCurrentRevision(String(outcome.lastRevision));
        const position = new sharedPb.AllStreamPosition();
        position.setCommitPosition(String(outcome.position)).setPreparePosition(String(outcome.position));
        success.setPosition(position);
        response.setSuccess(success);
      } else {
        const error: statusPb.Status = batchStatus(outcome, stream, expected);
        response.setError(error);
      }
      if (!batch.over && !call.cancelled && !call.destroyed) call.write(response);
    },
  };
}

/** One append in a call of its own: what a client uses that gives its credentials with the append. */
export function singleAppend(
  node: NodeState,
  call: ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
  callback: sendUnaryData<streamsPb.AppendResp>,
): void {
  const denied = node.denies(call);
  if (denied) return callback(denied);
  let append: Append | undefined;
  call.on('data', (request: streamsPb.AppendReq) => {
    const options = request.getOptions();
    if (options) append = beginSingle(call, callback, options);
    const message = request.getProposedMessage();
    if (message && append) take(append, message);
  });
  call.on('end', () => {
    if (!append) return callback(failure(status.INVALID_ARGUMENT, 'An append begins with its options.'));
    if (append.bytes > MAX_APPEND_BYTES) return append.answer({ kind: 'too-large' });
    perform(node, 'single-append', append);
  });
}

function beginSingle(
  call: ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
  callback: sendUnaryData<streamsPb.AppendResp>,
  options: streamsPb.AppendReq.Options,
): Append {
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options);
  return {
    stream,
    expected,
    events: [],
    bytes: 0,
    call,
    deadlineMs: Infinity,
    fail: (error) => callback(error),
    answer: (outcome) => {
      const response = new streamsPb.AppendResp();
      if (outcome.kind === 'written' || outcome.kind === 'repeated') {
        const success = new streamsPb.AppendResp.Success();
        success.setCurrentRevision(String(outcome.lastRevision));
        const position = new streamsPb.AppendResp.Position();
        position.setCommitPosition(String(outcome.position)).setPreparePosition(String(outcome.position));
        success.setPosition(position);
        response.setSuccess(success);
      } else if (outcome.kind === 'wrong-version') {
        response.setWrongExpectedVersion(wrongVersion(outcome.current, expected));
      } else {
        return callback(rpcError(outcome, stream, expected));
      }
      callback(null, response);
    },
  };
}

function wrongVersion(current: bigint, expected: Expected): streamsPb.AppendResp.WrongExpectedVersion {
  const message = new streamsPb.AppendResp.WrongExpectedVersion();
  if (current < 0n) message.setCurrentNoStream(new sharedPb.Empty());
  else message.setCurrentRevision(String(current));
  if (expected === 'any') message.setExpectedAny(new sharedPb.Empty());
  else if (expected === 'stream-exists') message.setExpectedStreamExists(new sharedPb.Empty());
  else if (expected === 'no-stream') message.setExpectedNoStream(new sharedPb.Empty());
  else message.setExpectedRevision(String(expected));
  return message;
}

/** Does an append, unless a fault waits for it. */
function perform(node: NodeState, target: 'batch-append' | 'single-append', append: Append): void {
  node.counts.appendsReceived += 1;
  const commit = (): Outcome => {
    const outcome = node.log.append(append.stream, append.expected, append.events);
    if (outcome.kind === 'written') node.counts.appendsWritten += 1;
    if (outcome.kind === 'repeated') node.counts.appendsRepeated += 1;
    return outcome;
  };
  const fault = node.plan.take(target, node.number, append.stream);
  if (fault) return misbehave(node, append, fault, commit);
  if (!node.isLeader && wantsLeader(append.call)) return append.fail(notLeader(node.leader));
  append.answer(commit());
}

function misbehave(node: NodeState, append: Append, fault: Fault, commit: () => Outcome): void {
  const delayMs = fault.delayMs ?? 0;
  let kind: FaultKind = fault.kind;
  if (kind === 'answer-late') {
    const outcome = commit();
    return void setTimeout(() => append.answer(outcome), delayMs);
  }
  if (kind === 'commit-late') return void setTimeout(() => append.answer(commit()), delayMs);
  if (kind.startsWith('commit-and-')) {
    commit();
    kind = kind.slice('commit-and-'.length) as FaultKind;
  }
  switch (kind) {
    case 'timeout':
    case 'access-denied':
    case 'unknown':
    case 'not-ready':
    case 'too-busy':
    case 'no-leader-known':
      return append.answer({ kind });
    default:
      return node.breakCall(append.call, { ...fault, kind }, append.fail);
  }
}

function take(append: Append, message: streamsPb.BatchAppendReq.ProposedMessage | streamsPb.AppendReq.ProposedMessage): void {
  const fields = message.getMetadataMap();
  const event = {
    id: message.getId()?.getString() ?? '',
    type: fields.get('type') ?? '',
    contentType: fields.get('content-type') ?? 'application/octet-stream',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
  append.bytes += event.data.length + event.metadata.length + 2 * event.type.length;
  append.events.push(event);
}
