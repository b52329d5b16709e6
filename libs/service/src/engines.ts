import { openEmbedded } from './engines.embedded.js';
import type { Engines, EngineSurroundings } from './engines.port.js';
import type { Settings } from './settings.js';

/** The one switch between the columns. The clients of the servers are loaded only where they are used. */
export async function openEngines(settings: Settings, surroundings: EngineSurroundings): Promise<Engines> {
  return openEmbedded(settings, surroundings);
}
