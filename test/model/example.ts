import type { CycleLength } from './calendar.js';
import type { Step, StepResult, View } from './steps.js';

/** A rule worked out by hand: after step `after` (from 0) its answer is `result` and a read at that instant shows `view`. */
export interface Example {
  readonly rule: number;
  readonly title: string;
  /** The cycle length of all plans; `P30D` where not said. */
  readonly every?: CycleLength;
  readonly steps: readonly Step[];
  readonly expect: readonly { readonly after: number; readonly result?: StepResult['kind']; readonly view?: Partial<View> }[];
}
