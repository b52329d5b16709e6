import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { eventAnswer, notLeader, rpcError, streamIdentifier } from './answers.js';
import type { LoggedEvent } from './event-log.js';
import { type NodeState, wantsLeader } from './node-state.js';
import { breakRead, type ReadCall, send } from './read-call.js';
import { filterOf, nameOf } from './requests.js';
import { subscribe } from './subscription.js';

/** Reads of a stream or of `$all`, and subscriptions to either: one call of the protocol. */
export async function read(node: NodeState, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  const denied = node.denies(call);
  if (denied || !options) return void call.emit('error', denied ?? rpcError({ kind: 'bad-request', message: 'No options.' }, ''));
  const stream = options.hasStream() ? nameOf(options.getStream()?.getStreamIdentifier()) : '$all';
  const subscribes = options.hasSubscription();
  const fault = node.plan.take(subscribes ? 'subscribe' : 'read', node.number, stream);
  if (fault?.kind === 'answer-late') await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
  else if (fault && !fault.afterEvents) return breakRead(node, call, fault);
  else if (!node.isLeader && wantsLeader(call)) return void call.emit('error', notLeader(node.leader));
  if (subscribes) return subscribe(node, call, options, stream, fault);
  if (stream !== '$all' && !readable(node, call, stream)) return;
  const events = stream === '$all' ? fromAll(node, options) : fromStream(node, options, stream);
  let sent = 0;
  for (const event of events) {
    if (sent >= Number(options.getCount())) break;
    if (fault?.afterEvents === sent && sent > 0) return breakRead(node, call, fault);
    if (!(await send(call, eventAnswer(event)))) return;
    sent += 1;
  }
  call.end();
}

function readable(node: NodeState, call: ReadCall, stream: string): boolean {
  const standing = node.log.standing(stream);
  if (standing === 'there') return true;
  if (standing === 'deleted') {
    call.emit('error', rpcError({ kind: 'deleted' }, stream));
    return false;
  }
  const notFound = new streamsPb.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(streamIdentifier(stream));
  const answer = new streamsPb.ReadResp();
  answer.setStreamNotFound(notFound);
  call.write(answer);
  call.end();
  return false;
}

/** Forwards from a position includes it; backwards from a position does not, as the real one steps back over it first. */
function* fromAll(node: NodeState, options: streamsPb.ReadReq.Options): Generator<LoggedEvent> {
  const { events } = node.log;
  const all = options.getAll();
  const at = all?.hasPosition() ? node.log.indexAt(BigInt(all.getPosition()?.getCommitPosition() ?? 0)) : undefined;
  const passes = filterOf(options);
  if (options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.FORWARDS) {
    const length = events.length;
    for (let index = at ?? (all?.hasEnd() ? length : 0); index < length; index++) if (passes(events[index]!)) yield events[index]!;
  } else {
    for (let index = (at ?? (all?.hasStart() ? 0 : events.length)) - 1; index >= 0; index--)
      if (passes(events[index]!)) yield events[index]!;
  }
}

/** From a revision includes it, in both directions. What was cut off by `$tb` is passed over. */
function* fromStream(node: NodeState, options: streamsPb.ReadReq.Options, stream: string): Generator<LoggedEvent> {
  const events = node.log.eventsOf(stream);
  const first = Number(node.log.firstReadable(stream));
  const from = options.getStream();
  const at = from?.hasRevision() ? Number(from.getRevision()) : undefined;
  const length = events.length;
  if (options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.FORWARDS) {
    for (let index = Math.max(first, at ?? (from?.hasEnd() ? length : 0)); index < length; index++) yield events[index]!;
  } else {
    for (let index = Math.min(length - 1, at ?? (from?.hasStart() ? 0 : length - 1)); index >= first; index--) yield events[index]!;
  }
}
