import { KafkaQueue } from '#messaging/kafka';
import type { EngineSurroundings } from './engines.port.js';
import type { KafkaSettings } from './settings.js';

/** The queue on the brokers that the settings name; connected to with its first use. */
export function openKafka({ sasl, ...connection }: KafkaSettings, { clock, log, onFatal }: EngineSurroundings): KafkaQueue {
  return new KafkaQueue({
    ...connection,
    ...(sasl && { sasl }),
    clock,
    report: (problem, error) => log(`${problem}: ${String(error)}`),
    onFatal,
  });
}
