import type { ProblemCode } from '#contracts';

/** The service refused. Carries the problem document's stable code and its facts (RFC 9457). */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    /** `unknown` where the answer was no problem document: a proxy in between, say. */
    readonly code: ProblemCode | 'unknown',
    readonly facts: Readonly<Record<string, unknown>>,
    /** What `Retry-After` said, seconds; null where nothing was said. */
    readonly retryAfterS: number | null,
  ) {
    super(typeof facts['detail'] === 'string' ? facts['detail'] : code);
  }
}

/** No answer came. Whether the request arrived is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Reads the refusal out of an answer that is not 2xx. */
export async function refusalIn(response: Response): Promise<Refused> {
  const text = await response.text().catch(() => '');
  const facts = parsed(text);
  const code = facts['code'];
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new Refused(
    response.status,
    typeof code === 'string' ? (code as ProblemCode) : 'unknown',
    facts,
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
