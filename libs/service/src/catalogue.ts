import { readFileSync } from 'node:fs';
import { type Plans, readPlans } from '#credits';
import { StartRefusedError, wordsOf } from './engines.port.js';
import type { Settings } from './settings.js';

/** The plans that the settings name, or the shipped ones. Throws StartRefusedError for a file that cannot be used: to be read before any engine is waited for. */
export function plansOf({ plansFile }: Pick<Settings, 'plansFile'>): Plans {
  const shipped = new URL('../../../libs/credits/src/plans/plans.json', import.meta.url);
  try {
    return readPlans(JSON.parse(readFileSync(plansFile ?? shipped, 'utf8')));
  } catch (error) {
    throw new StartRefusedError(`PLANS_FILE cannot be used: ${wordsOf(error)}`);
  }
}
