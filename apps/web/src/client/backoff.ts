const firstMs = 500;
const longestMs = 15_000;
/** Beyond this many failures the wait no longer grows; it keeps the power in range. */
const lastGrowth = 6;

/**
 * How long to wait before trying again, ms: doubling from half a second to fifteen, and anywhere in the upper half of that, so that
 * a thousand pages do not come back in the same instant. `chance` is in [0, 1).
 */
export function backoffMs(failures: number, chance: number): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.min(failures, lastGrowth));
  return Math.round(most / 2 + (most / 2) * chance);
}
