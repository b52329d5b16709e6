import type { Example } from './example.js';
import { cycleExamples } from './examples-cycles.js';
import { subscriptionExamples } from './examples-subscriptions.js';
import { usingExamples } from './examples-using.js';

/** Every hand-computed example, for the model and for whatever implements the rules. */
export const examples: readonly Example[] = [...usingExamples, ...cycleExamples, ...subscriptionExamples];
