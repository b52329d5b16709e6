import type { ProblemCode } from '#contracts';
import { ProblemError } from './problem.js';
import { id } from '#contracts/rules';

/** An account id out of a path, or 400. */
export function accountIdIn(path: string): string {
  if (!id.allows(path)) throw new ProblemError('bad-request', `the account id must be ${id.words}`);
  return path;
}

/** An id that we make ourselves: one of another shape names nothing. */
export function ownIdIn(path: string, unknown: ProblemCode): string {
  if (!/^[A-Za-z0-9._:@-]{1,256}$/.test(path)) throw new ProblemError(unknown);
  return path;
}
