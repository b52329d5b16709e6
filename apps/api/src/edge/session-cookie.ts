import type { SealedSession, Session, Sessions } from '#access';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

const name = 'vc_session';

/** The session whose cookie came with the request. Two are none: a page of a neighbouring name may have left one of them. */
export function sessionIn(request: FastifyRequest, sessions: Sessions): Session | undefined {
  const cookies = request.headers.cookie;
  if (cookies === undefined || !cookies.includes(name)) return undefined;
  const [pair, second] = cookies
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one.startsWith(`${name}=`));
  return pair === undefined || second !== undefined ? undefined : sessions.open(pair.slice(name.length + 1));
}

/** Set-Cookie for a session: no script reads it, and no other site's page sends it. */
export function sessionCookie({ value, lifetimeMs }: Pick<SealedSession, 'value' | 'lifetimeMs'>, publicUrl: string | undefined): string {
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.max(0, Math.floor(lifetimeMs / 1_000))}${secure}`;
}

/**
 * Undefined for a request that one of our own pages may have made; 403 for one that no page of ours did. Browsers say where a
 * request comes from, and no page can change that: in Sec-Fetch-Site, and where the line is not safe enough for that, in Origin.
 * `unsaid` decides about a caller who says neither.
 */
export function crossSite(request: FastifyRequest, ownBase: () => string, unsaid: 'refused' | 'taken'): ProblemError | undefined {
  const { 'sec-fetch-site': site, origin, host } = request.headers;
  const own = site === undefined ? (origin === undefined ? unsaid === 'taken' : isOwn(origin, host, ownBase())) : site === 'same-origin';
  return own ? undefined : new ProblemError('cross-site');
}

/** Whether it is written as a browser writes the origin of our pages, by the name we give out or the one that was asked for. */
function isOwn(origin: string, host: string | undefined, base: string): boolean {
  const own = new URL(base);
  return origin === own.origin || origin === `${own.protocol}//${host}`;
}
