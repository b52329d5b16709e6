import { KafkaQueue } from '#messaging/kafka';
import type { EngineSurroundings } from './engines.port.js';
import type { KafkaSettings } from './settings.js';

/**
 * A process that is silent for so long has lost its partitions to others, ms. It bounds how long a killed process, or a broker's
 * restart, keeps messages waiting; work does not hold up the heartbeats, and a process that lost its partitions by mistake does no harm.
 */
const SESSION_MS = 12_000;

/** The queue on the brokers that the settings name; connected to with its first use. */
export function openKafka({ sasl, ...connection }: KafkaSettings, { clock, log, onFatal }: EngineSurroundings): KafkaQueue {
  return new KafkaQueue({
    ...connection,
    ...(sasl && { sasl }),
    sessionTimeoutMs: SESSION_MS,
    clock,
    report: (problem, error) => log(`${problem}: ${String(error)}`),
    onFatal,
  });
}
