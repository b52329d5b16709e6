import { type ReceivedCloudEvent, readCloudEvent as read } from '#messaging';
import { ProblemError } from './problem.js';

/** Data nested deeper than this is nobody's; it would only make everything behind here stumble. */
const deepest = 32;

/** The CloudEvent 1.0 in structured mode that a body is, or 400. Attributes that we do not know may be there: CloudEvents may be extended. */
export function readCloudEvent(body: unknown): ReceivedCloudEvent {
  const result = read(body);
  if (!result.ok) throw new ProblemError('not-a-cloud-event', result.reason);
  const { event } = result;
  if (isDeeperThan(deepest, event.data))
    throw new ProblemError('not-a-cloud-event', `data must not be nested deeper than ${deepest} levels`);
  return { ...event, data: event.data ?? null };
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
