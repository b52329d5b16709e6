import type { QueueClause } from './clause.js';
import { durabilityClauses } from './durability.clauses.js';
import { orderClauses } from './order.clauses.js';
import { parkingClauses } from './parking.clauses.js';
import { takingClauses } from './taking.clauses.js';

/** What every message queue promises. Each clause wants a fresh bench of its own. */
export const queueContract: readonly QueueClause[] = [...orderClauses, ...durabilityClauses, ...parkingClauses, ...takingClauses];
