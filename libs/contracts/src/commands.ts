import type { Refusal } from './problems.js';

/** Who asked: recorded with every event that comes of it. */
export interface Caller {
  readonly keyName?: string;
  readonly actor?: string;
  readonly correlation?: string;
}

/** What every command answers. A replay answers what the first time answered. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal };
