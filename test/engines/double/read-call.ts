import type { ServerWritableStream } from '@grpc/grpc-js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { Fault } from './fault-plan.js';
import type { NodeState } from './node-state.js';

export type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>;

/** A fault on a read or a subscription. */
export function breakRead(node: NodeState, call: ReadCall, fault: Fault): void {
  if (fault.kind === 'end') return void call.end();
  node.breakCall(call, fault, (error) => void call.emit('error', error));
}

const WAKES = ['drain', 'close', 'cancelled', 'error'];

/** Writes when the reader has room: a slow one is waited for, and nothing is kept for him. False: the call is over. */
export async function send(call: ReadCall, answer: streamsPb.ReadResp): Promise<boolean> {
  if (isOver(call)) return false;
  if (call.write(answer)) return true;
  await new Promise<void>((resolve) => {
    const wake = () => {
      for (const event of WAKES) call.off(event, wake);
      resolve();
    };
    for (const event of WAKES) call.on(event, wake);
  });
  return !isOver(call);
}

export const isOver = (call: ReadCall): boolean => call.cancelled || call.destroyed;
