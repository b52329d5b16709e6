import { generationClauses } from './read-models.generations.js';
import { rangeClauses } from './read-models.ranges.js';
import { rowClauses } from './read-models.rows.js';
import type { ReadModelClause } from './read-models.situation.js';

/** What every implementation of the read-model port promises. */
export const readModelsContract: readonly ReadModelClause[] = [...rowClauses, ...rangeClauses, ...generationClauses];
