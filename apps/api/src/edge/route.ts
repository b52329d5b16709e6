import type { CustomerScope, Identity, Scope, Session, SignedUse } from '#access';
import type { Caller, ProblemCode } from '#contracts';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

export type Body =
  | { readonly kind: 'json'; readonly shape: new () => object; readonly limitBytes?: number }
  | { readonly kind: 'cloud-event'; readonly limitBytes: number }
  | { readonly kind: 'mp4'; readonly limitBytes: number }
  | { readonly kind: 'picture'; readonly limitBytes: number };

/**
 * An answer's body: a named schema of the published description, other content by its media type, server-sent events whose
 * data is each of a named schema, or nothing.
 */
export type AnswerBody = { readonly schema: string } | { readonly content: string } | { readonly events: string } | null;

/** Commands whose refusals support can look up. */
export type CommandName = 'CreateVideo' | 'CancelVideo' | 'GrantCredits' | 'RevokeCredits' | 'UploadArtwork';

/**
 * Where a route's account stands, and so what a customer may reach of it: the path's `:accountId`, that of the path's
 * `:videoId`, the query's or the JSON body's `accountId`, or the form's (which its route reads with `accountOfForm`). `staff`:
 * over accounts at large, and not for customers. `same-for-all`: of no account.
 */
export type AccountPlace = 'path' | 'video' | 'query' | 'body' | 'form' | 'staff' | 'same-for-all';

/** `anyone`; whoever is known; or a scope, a signed address, or either of the two. A scope that customers have goes with the place of the account. */
export type Access =
  | 'anyone'
  | 'signed-in'
  | { readonly scope: CustomerScope; readonly account: AccountPlace; readonly signed?: SignedUse }
  | { readonly scope: Exclude<Scope, CustomerScope>; readonly account?: undefined; readonly signed?: SignedUse }
  | { readonly scope?: undefined; readonly account?: undefined; readonly signed: SignedUse };

/** Everything about a route that callers, hooks and the published description need to know. */
export interface RouteSpec {
  readonly summary: string;
  /** The command that the route stands for, where it does: what it refuses is kept for support. */
  readonly command?: CommandName;
  readonly access: Access;
  readonly body?: Body;
  readonly query?: new () => object;
  /** A page: its query is for its own script to read. */
  readonly anyQuery?: true;
  readonly requestKey?: 'required' | 'optional';
  readonly answers: { readonly [status: number]: AnswerBody };
  /** Problems of its own; those that any such route has (401, 403, 400, 413, 415, 500, 503) are added to the description. */
  readonly problems?: readonly ProblemCode[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    spec?: RouteSpec;
  }
  interface FastifyRequest {
    identity: Identity | null;
    /** There where the caller came in by a cookie. */
    session: Session | null;
  }
}

/** Declares a route. One without this does not start: nothing is open by forgetting. */
export function Route(spec: RouteSpec): MethodDecorator {
  return RouteConfig({ spec });
}

/** Who is asking, as commands record it. */
export function callerOf(request: FastifyRequest, actor?: string | null): Caller {
  const keyName = request.identity?.keyName;
  return { ...(keyName === undefined ? {} : { keyName }), ...(actor ? { actor } : {}) };
}

const visible = /^[\x21-\x7e]{1,255}$/;

/** The Idempotency-Key, or null where none was sent. Two of them are none that we could take. */
export function optionalKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !visible.test(key)) throw new ProblemError('invalid-idempotency-key');
  return key;
}

/** The Idempotency-Key that this route must have. */
export function requiredKey(request: FastifyRequest): string {
  const key = optionalKey(request);
  if (key === null) throw new ProblemError('idempotency-key-required');
  return key;
}
