import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { failure, notLeader, rpcError } from './answers.js';
import { batchAppend, singleAppend } from './append.service.js';
import { deleteStream, tombstoneStream } from './delete.service.js';
import { gossip, supportedMethods } from './discovery.service.js';
import type { EventLog } from './event-log.js';
import type { Fault, FaultPlan } from './fault-plan.js';
import type { Call, Counts, NodeState, Place } from './node-state.js';
import { read } from './read.service.js';

const HOST = '127.0.0.1';

export interface Certificate {
  certificate: Buffer;
  key: Buffer;
}

/** What the nodes of one cluster share: one log, so that a follower has always all. */
export interface Shared {
  log: EventLog;
  plan: FaultPlan;
  counts: Counts;
  nodes: DoubleNode[];
  leaderNumber: number;
  tls: Certificate | undefined;
  /** `user:password`, where a server asks for them. */
  credentials: string | undefined;
}

/**
 * One server of the double. It accepts its connections itself and hands them to gRPC, so that it can cut each of them, and can go
 * away and come back on its port.
 */
export class DoubleNode implements NodeState {
  private port = 0;
  private grpc: Server | undefined;
  private listener: TcpServer | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly number: number,
    private readonly shared: Shared,
  ) {}

  get log(): EventLog {
    return this.shared.log;
  }

  get plan(): FaultPlan {
    return this.shared.plan;
  }

  get counts(): Counts {
    return this.shared.counts;
  }

  get place(): Place {
    return { host: HOST, port: this.port };
  }

  get isLeader(): boolean {
    return this.shared.leaderNumber === this.number;
  }

  get isAlive(): boolean {
    return this.listener !== undefined;
  }

  get leader(): Place {
    return this.shared.nodes[this.shared.leaderNumber]?.place ?? this.place;
  }

  get members(): readonly { place: Place; isLeader: boolean; isAlive: boolean }[] {
    return this.shared.nodes;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** Listens on its port; the first time on one that is free. */
  async up(): Promise<void> {
    if (this.listener) return;
    const { tls } = this.shared;
    const grpc = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    this.addServices(grpc);
    const injector = grpc.createConnectionInjector(
      tls ? ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }]) : ServerCredentials.createInsecure(),
    );
    const listener = createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => (this.counts.connectionsBroken += 1));
      injector.injectConnection(socket);
    });
    listener.listen(this.port, HOST);
    await once(listener, 'listening');
    this.port = (listener.address() as { port: number }).port;
    this.listener = listener;
    this.grpc = grpc;
  }

  /** As if its process were killed: nothing is answered any more, all connections are reset, the port is closed. */
  async down(): Promise<void> {
    const { listener, grpc } = this;
    if (!listener) return;
    this.listener = undefined;
    this.grpc = undefined;
    const closed = once(listener, 'close');
    listener.close();
    this.cutConnections();
    grpc?.forceShutdown();
    await closed;
  }

  cutConnections(): number {
    const cut = this.sockets.size;
    for (const socket of this.sockets) socket.resetAndDestroy();
    return cut;
  }

  denies(call: Call): ServiceError | undefined {
    const { credentials } = this.shared;
    if (credentials === undefined) return undefined;
    const [given] = call.metadata.get('authorization');
    if (given === undefined) return rpcError({ kind: 'access-denied' }, '');
    const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`;
    return given === wanted ? undefined : failure(status.UNAUTHENTICATED, 'Bad HTTP status code: 401');
  }

  breakCall(call: Call, fault: Fault, fail: (error: ServiceError) => void): void {
    switch (fault.kind) {
      case 'cut':
        return this.cutConnectionOf(call);
      case 'not-leader':
        return fail(notLeader(fault.leader ?? this.leader));
      case 'unavailable':
        return fail(failure(status.UNAVAILABLE, 'The server is going away.'));
      case 'cancelled':
        return fail(failure(status.CANCELLED, 'Operation cancelled by the server.'));
      case 'internal':
        return fail(failure(status.INTERNAL, 'Something broke inside the server.'));
      case 'timeout':
      case 'access-denied':
      case 'unknown':
      case 'not-ready':
      case 'too-busy':
      case 'no-leader-known':
        return fail(rpcError({ kind: fault.kind }, fault.stream ?? ''));
      default:
        // Never answered: the call stays open until the client gives it up.
        return;
    }
  }

  private cutConnectionOf(call: Call): void {
    const port = Number(call.getPeer().split(':').at(-1));
    for (const socket of this.sockets) if (socket.remotePort === port) socket.resetAndDestroy();
  }

  private addServices(grpc: Server): void {
    const streams: streamsGrpc.IStreamsServer = {
      batchAppend: (call) => batchAppend(this, call),
      append: (call, callback) => singleAppend(this, call, callback),
      read: (call) => void read(this, call).catch((error: unknown) => call.emit('error', failure(status.INTERNAL, String(error)))),
      delete: (call, callback) => deleteStream(this, call, callback),
      tombstone: (call, callback) => tombstoneStream(this, call, callback),
    };
    const features: featuresGrpc.IServerFeaturesServer = {
      getSupportedMethods: (call, callback) => supportedMethods(this, call, callback),
    };
    const members: gossipGrpc.IGossipServer = { read: (call, callback) => gossip(this, call, callback) };
    grpc.addService(streamsGrpc.StreamsService, streams);
    grpc.addService(featuresGrpc.ServerFeaturesService, features);
    grpc.addService(gossipGrpc.GossipService, members);
  }
}
