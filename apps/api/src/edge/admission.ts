import type { Authenticator, Identity, Sessions, SignedUrls } from '#access';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { beyondReach } from './account-reach.js';
import { ProblemError, pathOf } from './problem.js';
import type { Body, RouteSpec } from './route.js';
import { crossSite, sessionIn } from './session-cookie.js';

type Admitted = (error?: Error) => void;

/** By what callers are told apart. */
export interface Gate {
  /** Asked one after another; the first that knows a token answers for it. */
  readonly authenticators: readonly Authenticator[];
  readonly urls: SignedUrls;
  readonly sessions: Sessions;
  /** Where this service is reached, as its own pages are. */
  readonly base: () => string;
}

/**
 * What is checked before a byte of the body is read, in this order (rule 8): who calls (401), whether they may (403, and 404
 * for a customer at another's account), then what can be told of the shape from the head alone: unknown query, media type,
 * announced length.
 */
export function admission(spec: RouteSpec, method: string, { authenticators, urls, sessions, base }: Gate): onRequestHookHandler {
  const head = headCheck(spec, method);
  if (spec.access === 'anyone') return (request, reply, done) => done(head(request, reply));
  const { scope, signed, account } = spec.access === 'signed-in' ? knownAlone : spec.access;
  const changes = method !== 'GET' && method !== 'HEAD';

  const enter = (request: FastifyRequest, reply: FastifyReply, identity: Identity | undefined, done: Admitted): void => {
    if (identity === undefined) return done(new ProblemError('unauthenticated'));
    if (scope !== undefined) {
      if (!identity.scopes.has(scope)) return done(new ProblemError('missing-scope', undefined, { scope }));
      const foreign = beyondReach(account, request, identity);
      if (foreign !== undefined) return done(foreign);
    }
    request.identity = identity;
    done(head(request, reply));
  };

  return (request, reply, done) => {
    if (signed !== undefined) {
      const { expires, signature } = request.query as { readonly expires?: unknown; readonly signature?: unknown };
      if (expires !== undefined || signature !== undefined || scope === undefined) {
        if (expires === undefined && signature === undefined)
          return done(new ProblemError('unauthenticated', 'this address works only with its signature'));
        if (!urls.verify(signed, pathOf(request.raw.url ?? ''), expires, signature)) return done(new ProblemError('invalid-signature'));
        return done(head(request, reply));
      }
    }
    const { authorization } = request.headers;
    const token = authorization === undefined ? sessionToken(request, sessions) : bearerToken(authorization);
    if (token === undefined) return done(new ProblemError('unauthenticated'));
    if (changes && request.session !== null) {
      const refused = crossSite(request, base, 'refused');
      if (refused !== undefined) return done(refused);
    }
    const identity = firstKnown(authenticators, token, 0);
    if (!(identity instanceof Promise)) return enter(request, reply, identity, done);
    identity.then((found) => enter(request, reply, found, done), done);
  };
}

/** Whoever is known may, whatever their scopes. */
const knownAlone = { scope: undefined, signed: undefined, account: undefined };

function sessionToken(request: FastifyRequest, sessions: Sessions): string | undefined {
  const session = sessionIn(request, sessions);
  request.session = session ?? null;
  return session?.token;
}

/** Asks one after another; stays synchronous for as long as they do. */
function firstKnown(
  authenticators: readonly Authenticator[],
  token: string,
  from: number,
): Identity | undefined | Promise<Identity | undefined> {
  for (let i = from; i < authenticators.length; i += 1) {
    const identity = authenticators[i]?.authenticate(token);
    if (identity instanceof Promise) return identity.then((found) => found ?? firstKnown(authenticators, token, i + 1));
    if (identity !== undefined) return identity;
  }
  return undefined;
}

function bearerToken(header: string): string | undefined {
  if (header.length > 8_192 || !/^bearer /i.test(header)) return undefined;
  return header.slice(7).trim();
}

/** Bytes beyond its limit up to which a refused body is still read, and dropped. */
const lingerBytes = 64 * 1024 * 1024;

const mediaTypes: { readonly [kind in Body['kind']]: readonly string[] } = {
  json: ['application/json'],
  'cloud-event': ['application/cloudevents+json', 'application/json'],
  mp4: ['video/mp4', 'application/octet-stream'],
  picture: ['multipart/form-data'],
};

function headCheck(spec: RouteSpec, method: string): (request: FastifyRequest, reply: FastifyReply) => ProblemError | undefined {
  const takesBody = method !== 'GET' && method !== 'HEAD';
  const types = spec.body === undefined ? mediaTypes.json : mediaTypes[spec.body.kind];
  const limitBytes = limitOf(spec);
  const signed = typeof spec.access !== 'string' && spec.access.signed !== undefined;

  return (request, reply) => {
    if (spec.query === undefined && spec.anyQuery !== true && request.raw.url?.includes('?') === true) {
      const unknown = Object.keys(request.query as object).find((name) => !signed || (name !== 'expires' && name !== 'signature'));
      if (unknown !== undefined) return new ProblemError('bad-request', `the query "${unknown.slice(0, 100)}" is not known here`);
    }
    if (!takesBody) return undefined;
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': chunked } = request.headers;
    const empty = chunked === undefined && (length === undefined || length === '0');
    if (type === undefined ? !empty : !types.includes(mediaTypeOf(type))) {
      return new ProblemError('unsupported-media-type', `send ${types.join(' or ')}`);
    }
    if (length !== undefined && Number(length) > limitBytes) {
      // A sender who looks up only after sending finds the answer and not a broken line; beyond that it is not worth waiting for.
      if (Number(length) > limitBytes + lingerBytes) reply.header('connection', 'close');
      return new ProblemError('payload-too-large', undefined, { limitBytes });
    }
    return undefined;
  };
}

/** The longest body a route takes, in bytes: 64 kB of JSON where nothing else is said. Pictures travel with their form around them. */
export function limitOf(spec: RouteSpec): number {
  const formBytes = spec.body?.kind === 'picture' ? 64 * 1024 : 0;
  return (spec.body?.limitBytes ?? 64 * 1024) + formBytes;
}

function mediaTypeOf(header: string): string {
  const end = header.indexOf(';');
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}
