import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { notLeader, rpcError } from './answers.js';
import { type NodeState, wantsLeader } from './node-state.js';
import { expectedOf, nameOf } from './requests.js';

/** Soft deletion: what is there is not read any more, and the stream may begin again behind it. */
export function deleteStream(
  node: NodeState,
  call: ServerUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp>,
  callback: sendUnaryData<streamsPb.DeleteResp>,
): void {
  remove(node, call, false, callback, (at) => {
    const position = new streamsPb.DeleteResp.Position();
    position.setCommitPosition(at).setPreparePosition(at);
    const answer = new streamsPb.DeleteResp();
    return answer.setPosition(position);
  });
}

/** A tombstone: nobody writes to the stream again. */
export function tombstoneStream(
  node: NodeState,
  call: ServerUnaryCall<streamsPb.TombstoneReq, streamsPb.TombstoneResp>,
  callback: sendUnaryData<streamsPb.TombstoneResp>,
): void {
  remove(node, call, true, callback, (at) => {
    const position = new streamsPb.TombstoneResp.Position();
    position.setCommitPosition(at).setPreparePosition(at);
    const answer = new streamsPb.TombstoneResp();
    return answer.setPosition(position);
  });
}

function remove<Request extends streamsPb.DeleteReq | streamsPb.TombstoneReq, Response>(
  node: NodeState,
  call: ServerUnaryCall<Request, Response>,
  hard: boolean,
  callback: sendUnaryData<Response>,
  answer: (position: string) => Response,
): void {
  const options = call.request.getOptions();
  const denied = node.denies(call);
  if (denied || !options) return callback(denied ?? rpcError({ kind: 'bad-request', message: 'No options.' }, ''));
  const stream = nameOf(options.getStreamIdentifier());
  const fault = node.plan.take('delete', node.number, stream);
  if (fault) return node.breakCall(call, fault, callback);
  if (!node.isLeader && wantsLeader(call)) return callback(notLeader(node.leader));
  const expected = expectedOf(options);
  const outcome = node.log.delete(stream, expected, hard);
  if (outcome.kind !== 'written' && outcome.kind !== 'repeated') return callback(rpcError(outcome, stream, expected, 'Delete'));
  callback(null, answer(String(outcome.position)));
}
