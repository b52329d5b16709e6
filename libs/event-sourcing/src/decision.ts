import type { JsonObject } from './event.js';

/** An event as a decision makes it. `cause` is named where it is not the command's own. */
export interface Fact<Type extends string = string, Data extends JsonObject = JsonObject> {
  readonly type: Type;
  readonly data: Data;
  readonly cause?: string;
}

/** What was caused in this stream before, whatever has since left the state. */
export interface Past {
  has(cause: string): boolean;
}

export type Decided<F extends Fact, Refusal> =
  | { readonly kind: 'accepted'; readonly facts: readonly F[] }
  | { readonly kind: 'rejected'; readonly refusal: Refusal };

/** A command, ready to be held against a state: pure, and total. */
export type Decision<State, F extends Fact, Refusal> = (state: State, past: Past) => Decided<F, Refusal>;

/** The command takes effect. No facts: it says nothing new, and nothing is written. */
export function accepted<F extends Fact>(...facts: readonly F[]): Decided<F, never> {
  return { kind: 'accepted', facts };
}

/** The command is refused, for a reason that is a value; nothing is written. */
export function rejected<Refusal>(refusal: Refusal): Decided<never, Refusal> {
  return { kind: 'rejected', refusal };
}
