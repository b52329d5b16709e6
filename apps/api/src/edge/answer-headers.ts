import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './problem.js';
import type { RouteTable } from './route-table.js';

type Headers = { readonly [name: string]: string };

/** On every answer; a route that knows better says so itself. Nothing is guessed at, kept, framed, or told to the next site. */
export const everyAnswer: Headers = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/**
 * What pages of other origins may have: the interface and the elements. The star goes without credentials (Fetch §3.2): a
 * foreign page brings a token of its own, and a cookie never makes an answer readable to it.
 */
const foreignPages: Headers = {
  ...everyAnswer,
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag, retry-after, idempotent-replayed',
};

const ownPages: Headers = { ...everyAnswer, 'cross-origin-resource-policy': 'same-origin' };

/** How long a browser remembers what a preflight said, in seconds: as long as any browser does. */
const preflightSeconds = 7_200;

/** What a foreign page may send besides what any form could. */
const foreignHeaders = 'authorization, content-type, idempotency-key, if-none-match, last-event-id';

export function headersFor(url: string): Headers {
  return url.startsWith('/v1/') || url.startsWith('/elements/') ? foreignPages : ownPages;
}

/** Answers a CORS preflight of a route that there is; false for any other request. Nobody is asked who they are: the request proper will be. */
export function answersPreflight(request: FastifyRequest, reply: FastifyReply, routes: RouteTable): boolean {
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  const path = pathOf(request.raw.url ?? '/');
  const methods = headersFor(path) === foreignPages ? routes.methodsAt(path) : [];
  if (methods.length === 0) return false;
  reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': foreignHeaders,
      'access-control-max-age': String(preflightSeconds),
    })
    .send();
  return true;
}

/**
 * For our own pages: scripts, styles, pictures and data of our own alone, nothing inline. Who may show them in a frame is a
 * setting: sources as CSP writes them.
 */
export function pageHeaders(frameAncestors: string): Headers {
  return {
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      "img-src 'self' blob:",
      "media-src 'self'",
      "connect-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${frameAncestors}`,
    ].join('; '),
  };
}
