import type { Proxy } from './proxy.js';

export interface BrokerPorts {
  readonly id: number;
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
  /** What clients are told: the client port, or that of the proxy in front of it. */
  readonly advertised: number;
  readonly proxy?: Proxy;
}

/**
 * A broker's configuration. Clients and brokers have listeners of their own, so that a proxy that cuts clients does not cut the
 * replication. The two heartbeat settings bring a killed broker back in seconds; the cleaner's default buffer would take a quarter
 * of the heap.
 */
export function serverProperties(
  { id, client, internal, controller, advertised }: BrokerPorts,
  cluster: readonly BrokerPorts[],
  data: string,
): string {
  const alone = cluster.length === 1;
  const replicas = alone ? 1 : 3;
  const inSync = alone ? 1 : 2;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': cluster.map((broker) => `${broker.id}@127.0.0.1:${broker.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `CLIENT://127.0.0.1:${client},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${advertised},INTERNAL://127.0.0.1:${internal}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': false,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'controlled.shutdown.enable': false,
    'broker.heartbeat.interval.ms': 300,
    'broker.session.timeout.ms': 1_500,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}
