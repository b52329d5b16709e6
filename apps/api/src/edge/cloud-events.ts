import { ProblemError } from './problem.js';
import { readInstant } from './rules.js';

/** Data nested deeper than this is nobody's; it would only make everything behind here stumble. */
const deepest = 32;

/** The type and data of a CloudEvent 1.0 in structured mode, or 400. Attributes that we do not know may be there: CloudEvents may be extended. */
export function readCloudEvent(body: unknown): { readonly type: string; readonly data: unknown } {
  const refuse = (why: string): never => {
    throw new ProblemError('not-a-cloud-event', why);
  };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse('the body must be a JSON object');
  const event = body as { readonly [attribute: string]: unknown };
  if (event['specversion'] !== '1.0') refuse('specversion must be "1.0"');
  for (const attribute of ['id', 'source', 'type'] as const) {
    const value = event[attribute];
    if (typeof value !== 'string' || value === '' || value.length > 1_000) refuse(`${attribute} must be text of 1 to 1000 characters`);
  }
  if (event['time'] !== undefined && readInstant(event['time']) === undefined) refuse('time must be an instant like 2027-01-31T10:00:00Z');
  const contentType = event['datacontenttype'];
  if (contentType !== undefined && (typeof contentType !== 'string' || !/^application\/([a-z0-9.+-]*\+)?json\b/i.test(contentType)))
    refuse('datacontenttype must be application/json');
  if (event['data_base64'] !== undefined) refuse('data must be JSON, not data_base64');
  if (isDeeperThan(deepest, event['data'])) refuse(`data must not be nested deeper than ${deepest} levels`);
  return { type: event['type'] as string, data: event['data'] ?? null };
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
