import type { CycleLength } from '../calendar/calendar.js';

/** A plan that gives credits every cycle. */
export interface CyclePlan {
  readonly id: string;
  readonly name: string;
  /** Whole number ≥ 1. */
  readonly creditsPerCycle: number;
  readonly cycle: CycleLength;
}

/** The trial: credits in total, ever; no cycle (rule 18). */
export interface TrialPlan {
  readonly id: 'trial';
  readonly name: string;
  readonly creditsInTotal: number;
}

export type Plan = CyclePlan | TrialPlan;

/** The catalogue (rule 1): data, checked at start. */
export interface Plans {
  readonly cyclePlans: ReadonlyMap<string, CyclePlan>;
  readonly trial: TrialPlan;
}
