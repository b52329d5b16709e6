import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import { uuid } from './answers.js';
import type { FaultTarget } from './fault-plan.js';
import type { NodeState } from './node-state.js';

/** The version that it says it is: the last of EventStoreDB's own, with the append limit of 1 MiB. */
const SERVER_VERSION = '24.10.0';
const STREAMS = 'event_store.client.streams.streams';
const METHODS: [service: string, method: string, features: string[]][] = [
  [STREAMS, 'read', ['position', 'events']],
  [STREAMS, 'append', []],
  [STREAMS, 'delete', []],
  [STREAMS, 'tombstone', []],
  [STREAMS, 'batchappend', ['deadline_duration']],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

/** What the server can do: a client asks once, and appends in batches only where it is told so. Open to anybody. */
export function supportedMethods(
  node: NodeState,
  call: ServerUnaryCall<sharedPb.Empty, featuresPb.SupportedMethods>,
  callback: sendUnaryData<featuresPb.SupportedMethods>,
): void {
  unlessFaulty(node, 'features', call, callback, () => {
    const answer = new featuresPb.SupportedMethods();
    answer.setEventStoreServerVersion(SERVER_VERSION);
    const methods = METHODS.map(([service, name, features]) => {
      const method = new featuresPb.SupportedMethod();
      return method.setServiceName(service).setMethodName(name).setFeaturesList(features);
    });
    return answer.setMethodsList(methods);
  });
}

/** Who is in the cluster and who leads it. Open to anybody. */
export function gossip(
  node: NodeState,
  call: ServerUnaryCall<sharedPb.Empty, gossipPb.ClusterInfo>,
  callback: sendUnaryData<gossipPb.ClusterInfo>,
): void {
  unlessFaulty(node, 'gossip', call, callback, () => {
    const answer = new gossipPb.ClusterInfo();
    return answer.setMembersList(node.members.map(memberInfo));
  });
}

function memberInfo({ place, isLeader, isAlive }: NodeState['members'][number]): gossipPb.MemberInfo {
  const endPoint = new gossipPb.EndPoint();
  endPoint.setAddress(place.host).setPort(place.port);
  const { LEADER, FOLLOWER } = gossipPb.MemberInfo.VNodeState;
  const info = new gossipPb.MemberInfo();
  return info
    .setInstanceId(uuid(`00000000-0000-4000-8000-${String(place.port).padStart(12, '0')}`))
    .setTimeStamp(String(Date.now()))
    .setState(isLeader ? LEADER : FOLLOWER)
    .setIsAlive(isAlive)
    .setHttpEndPoint(endPoint);
}

function unlessFaulty<Response>(
  node: NodeState,
  target: FaultTarget,
  call: ServerUnaryCall<sharedPb.Empty, Response>,
  callback: sendUnaryData<Response>,
  answer: () => Response,
): void {
  const fault = node.plan.take(target, node.number);
  if (fault?.kind === 'answer-late') return void setTimeout(() => callback(null, answer()), fault.delayMs ?? 0);
  if (fault) return node.breakCall(call, fault, callback);
  callback(null, answer());
}
