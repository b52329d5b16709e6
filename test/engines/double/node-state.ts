import type { Metadata, ServiceError } from '@grpc/grpc-js';
import type { EventLog } from './event-log.js';
import type { Fault, FaultPlan } from './fault-plan.js';

/** What every kind of call of the server can tell of itself. */
export interface Call {
  readonly metadata: Metadata;
  getPeer(): string;
}

export interface Place {
  host: string;
  port: number;
}

/** What the server has seen since its process began; a restart does not set it back. */
export interface Counts {
  appendsReceived: number;
  appendsWritten: number;
  appendsRepeated: number;
  /** To subscriptions. */
  eventsSent: number;
  /** Broken by a client, or by the double when it was told to. */
  connectionsBroken: number;
  /** Open now. */
  subscriptions: number;
}

/** What the services know of the node that they answer for. */
export interface NodeState {
  readonly number: number;
  readonly log: EventLog;
  readonly plan: FaultPlan;
  readonly counts: Counts;
  readonly isLeader: boolean;
  readonly leader: Place;
  readonly members: readonly { place: Place; isLeader: boolean; isAlive: boolean }[];
  /** The error for a caller without rights, where this server asks for credentials. */
  denies(call: Call): ServiceError | undefined;
  /** Answers, breaks or forgets a call as a fault says; `fail` ends it with an error. */
  breakCall(call: Call, fault: Fault, fail: (error: ServiceError) => void): void;
}

/** Whether the client will have the leader or nobody. Otherwise a follower does what it is asked, as it forwards writes. */
export const wantsLeader = (call: Call): boolean => call.metadata.get('requires-leader').includes('true');
