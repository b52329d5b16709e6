import type { Answer, ProblemCode, Refusal } from '#contracts';
import { problems } from '#contracts';
import type { FastifyReply } from 'fastify';

/** A refusal on its way out from where there is no answer to put it in: hooks, pipes, streams. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    detail?: string,
    readonly facts: { readonly [fact: string]: unknown } = {},
  ) {
    super(detail ?? problems[code][1]);
    this.refusal = { ...facts, code, ...(detail === undefined ? {} : { detail }) };
  }
  readonly refusal: Refusal;
}

/** RFC 9457. `type` is where the docs page explains the code. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly instance: string;
  readonly [fact: string]: unknown;
}

/** Codes after which the same request may well succeed a moment later, in seconds. */
const retryAfterSeconds: { readonly [code in ProblemCode]?: number } = {
  'idempotency-key-in-use': 1,
  'read-model-behind': 1,
  'store-unavailable': 2,
  'too-many-streams': 10,
};

/** Sets status and headers of a refusal, keeps it for support, and gives the document to send. */
export function refuse(reply: FastifyReply, refusal: Refusal): ProblemDocument {
  const { code, detail, ...facts } = refusal;
  const [status, title] = problems[code];
  reply.server.refusals.record(reply.request, refusal);
  reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').header('cache-control', 'no-store');
  const seconds = retryAfterSeconds[code];
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  // The path alone: a query may carry a signature.
  const instance = pathOf(reply.request.raw.url ?? '/');
  return { ...facts, type: `/docs#${code}`, title, status, code, ...(detail === undefined ? {} : { detail }), instance };
}

/** What a command answered, as the body to send. */
export function respond<T>(reply: FastifyReply, answer: Answer<T>): T | ProblemDocument {
  if (answer.kind === 'refused') return refuse(reply, answer.refusal);
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  return answer.value;
}

export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
