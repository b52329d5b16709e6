import type { KafkaQueue } from '#messaging/kafka';
import { openEmbedded } from './engines.embedded.js';
import type { Engines, EngineSurroundings, LogEngines } from './engines.port.js';
import type { KafkaSettings, Settings } from './settings.js';

/** The one switch between the columns. The clients of the servers are loaded only where they are used. */
export async function openEngines(settings: Settings, surroundings: EngineSurroundings): Promise<Engines> {
  if (settings.servers === undefined) return openEmbedded(settings, surroundings);
  const { openServers } = await import('./engines.servers.js');
  return openServers(settings.servers, settings.sandbox, surroundings);
}

/** The same for the log alone. Of the embedded column that is the whole folder, which only one process may have. */
export async function openLog(settings: Settings, surroundings: EngineSurroundings): Promise<LogEngines> {
  if (settings.servers === undefined) return openEmbedded(settings, surroundings);
  const { openServersLog } = await import('./engines.servers.js');
  return openServersLog(settings.servers, settings.sandbox, surroundings);
}

/** The queue of the servers column alone, as a render worker has it. */
export async function openQueue(kafka: KafkaSettings, surroundings: EngineSurroundings): Promise<KafkaQueue> {
  const { openKafka } = await import('./queue.kafka.js');
  return openKafka(kafka, surroundings);
}
