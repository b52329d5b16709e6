import type { Credits } from '../account/credits.state.js';
import { statusAt } from './credits.view.js';

/** The two states of an account in which billing is waited for. */
export const troubles = ['past-due', 'renewal-pending'] as const;
export type Trouble = (typeof troubles)[number];

/** Which trouble an account is in, or will be in where nothing comes before, and from when (ms). */
export interface TroubleAhead {
  readonly trouble: Trouble;
  readonly from: number;
}

/**
 * The trouble that time brings to an account of which nothing more is heard after `since` (ms); null where it brings none. Without
 * events nobody gets out of trouble, so from that instant on the account's status is this one: a row that carries it needs no clock.
 */
export function troubleAhead(credits: Credits, since: number): TroubleAhead | null {
  const changes = credits.subscriptions.flatMap(({ periods }) => periods.flatMap(({ start, end }) => [start, end]));
  const instants = [since, ...changes.filter((at) => at > since).sort((a, b) => a - b)];
  for (const from of instants) {
    const status = statusAt(credits, from);
    const trouble = troubles.find((one) => one === status);
    if (trouble) return { trouble, from };
  }
  return null;
}
