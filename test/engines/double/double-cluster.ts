import { type Certificate, DoubleNode, type Shared } from './double-node.js';
import { EventLog } from './event-log.js';
import { FaultPlan } from './fault-plan.js';
import type { Counts } from './node-state.js';

export interface ClusterOptions {
  nodes: number;
  credentials: string | undefined;
  tls: (Certificate & { certificateFile: string }) | undefined;
}

/** One server, or several that tell of each other by gossip and share one log; node 0 leads at first. */
export class DoubleCluster {
  private readonly shared: Shared;

  constructor(private readonly options: ClusterOptions) {
    this.shared = {
      log: new EventLog(),
      plan: new FaultPlan(),
      counts: { appendsReceived: 0, appendsWritten: 0, appendsRepeated: 0, eventsSent: 0, connectionsBroken: 0, subscriptions: 0 },
      nodes: [],
      leaderNumber: 0,
      tls: options.tls,
      credentials: options.credentials,
    };
    this.shared.nodes = Array.from({ length: options.nodes }, (_, number) => new DoubleNode(number, this.shared));
  }

  get plan(): FaultPlan {
    return this.shared.plan;
  }

  async up(node?: number): Promise<void> {
    await Promise.all(this.chosen(node).map((one) => one.up()));
  }

  async down(node?: number): Promise<void> {
    await Promise.all(this.chosen(node).map((one) => one.down()));
  }

  /** Without its state, a server comes back with a new, empty log: its positions begin again. */
  async restart({ keepState, node }: { keepState: boolean; node?: number }): Promise<void> {
    await this.down(node);
    if (keepState) this.shared.log.forgetIds();
    else this.shared.log = new EventLog();
    await this.up(node);
  }

  elect(node: number): void {
    if (!this.shared.nodes[node]) throw new Error(`There is no node ${node}.`);
    this.shared.leaderNumber = node;
  }

  cutConnections(node?: number): number {
    return this.chosen(node).reduce((sum, one) => sum + one.cutConnections(), 0);
  }

  writeSystemEvents(count: number): void {
    this.shared.log.writeSystemEvents(count);
  }

  facts(): DoubleFacts {
    const { counts, log, plan, nodes } = this.shared;
    return {
      ...counts,
      faultsMet: plan.met,
      faultsLeft: plan.left,
      events: log.events.length,
      connections: nodes.reduce((sum, node) => sum + node.connections, 0),
    };
  }

  /** As clients write it: one node by its address, several to be discovered. */
  get url(): string {
    const { nodes, tls, credentials } = this.shared;
    const user = credentials === undefined ? '' : `${credentials.split(':').map(encodeURIComponent).join(':')}@`;
    const hosts = nodes.map(({ place }) => `${place.host}:${place.port}`).join(',');
    const certificate = this.options.tls ? `&tlsCAFile=${encodeURIComponent(this.options.tls.certificateFile)}` : '';
    return `esdb://${user}${hosts}?tls=${tls !== undefined}${certificate}`;
  }

  private chosen(node: number | undefined): DoubleNode[] {
    return this.shared.nodes.filter(({ number }) => node === undefined || number === node);
  }
}

/** What the double knows of itself, for tests that wait for something to have reached it. */
export interface DoubleFacts extends Counts {
  /** Open now. */
  connections: number;
  faultsMet: number;
  faultsLeft: number;
  /** In the log, the system's own among them. */
  events: number;
}
