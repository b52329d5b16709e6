import type { ConnectionOptions } from 'node:tls';
import { Kafka, type LogEntry, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { Report } from '../delivery/surroundings.js';
import { Network } from './network.js';
import { readHeadersInOnePass } from './record.headers.js';

readHeadersInOnePass();

/** Where the brokers are and who we are to them. */
export interface KafkaConnection {
  /** `host:port` of some of the brokers; the rest are found through them. */
  readonly brokers: readonly string[];
  /** How we are called in the brokers' logs and quotas. */
  readonly clientId?: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

const connectionTimeoutMs = 3_000;
/** Above the time that a fetch may wait and a rebalance may hold a join up. */
const requestTimeoutMs = 12_000;
/** The driver's own tries of one request; beyond them a new client is made, which is what helps. */
export const fewRetries: RetryOptions = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2 };

/** A client of the driver whose log goes to `report`, and whose sockets can be cut. */
export function openClient(connection: KafkaConnection, report: Report, network = new Network()): Kafka {
  const { brokers, clientId = 'credits', ssl, sasl } = connection;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: fewRetries,
    socketFactory: network.socketFactory,
    logLevel: logLevel.ERROR,
    logCreator: () => saidOnce(report),
  });
}

/** A client that tries again says the same again; each thing is told once in so long, ms. */
const sameAgainAfterMs = 5_000;
/** Things said that are remembered. */
const remembered = 100;

function saidOnce(report: Report): (entry: LogEntry) => void {
  const toldAt = new Map<string, number>();
  return (entry) => {
    const said = `kafka: ${entry.namespace}: ${entry.log.message}`;
    const at = Date.parse(entry.log.timestamp);
    const before = toldAt.get(said);
    if (before !== undefined && at - before < sameAgainAfterMs) return;
    if (toldAt.size >= remembered) toldAt.clear();
    toldAt.set(said, at);
    report(said, detailOf(entry));
  };
}

function detailOf({ log }: LogEntry): unknown {
  const { error, broker, groupId, topic } = log as Record<string, unknown>;
  return error ?? { broker, groupId, topic };
}
