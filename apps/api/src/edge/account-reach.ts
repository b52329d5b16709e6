import type { Identity } from '#access';
import { accountOfVideo } from '#videos';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';
import type { AccountPlace, RouteSpec } from './route.js';
import { rulesOf } from './shape.js';

/** What a customer may not see is not there: the answer says no more than for what never was. */
const foreign = (place: AccountPlace): ProblemError => new ProblemError(place === 'video' ? 'unknown-video' : 'not-found');

/** What the head alone tells of a customer's reach; undefined where nothing speaks against it. Staff reach everything. */
export function beyondReach(place: AccountPlace | undefined, request: FastifyRequest, identity: Identity): ProblemError | undefined {
  const own = identity.accountId;
  if (own === undefined || place === 'same-for-all' || place === 'body' || place === 'form') return undefined;
  if (place === undefined || place === 'staff') return new ProblemError('missing-scope', 'this is for staff');
  const named = namedIn(place, request);
  // What is no account at all is for the shape to refuse.
  if (place === 'query' && typeof named !== 'string') return undefined;
  return named === own ? undefined : foreign(place);
}

/** The same for a body that has been read and not been looked at yet. */
export function bodyBeyondReach({ body, identity }: FastifyRequest): ProblemError | undefined {
  const own = identity?.accountId;
  if (own === undefined || typeof body !== 'object' || body === null || !('accountId' in body)) return undefined;
  return typeof body.accountId === 'string' && body.accountId !== own ? foreign('body') : undefined;
}

/** Whose a form is: as it says, or the customer's where it does not. A customer who names another account finds nothing. */
export function accountOfForm(request: FastifyRequest, named: unknown): unknown {
  const own = request.identity?.accountId;
  if (own === undefined) return named;
  if (typeof named === 'string' && named !== own) throw foreign('form');
  return named ?? own;
}

function namedIn(place: 'path' | 'video' | 'query', request: FastifyRequest): unknown {
  const { accountId, videoId } = request.params as { readonly accountId?: string; readonly videoId?: string };
  switch (place) {
    case 'path':
      return accountId;
    case 'video':
      return videoId === undefined ? undefined : accountOfVideo(videoId);
    case 'query':
      return (request.query as { readonly accountId?: unknown }).accountId;
  }
}

/** Throws for a route whose account does not stand where it says: nobody's account is reached by forgetting. */
export function holdToPlace(url: string, { access, query, body }: RouteSpec): void {
  if (typeof access === 'string' || access.account === undefined) return;
  const there = {
    path: url.includes('/:accountId'),
    video: url.includes('/:videoId'),
    query: query !== undefined && isRequired(query),
    body: body?.kind === 'json' && isRequired(body.shape),
    form: body?.kind === 'picture',
    staff: true,
    'same-for-all': true,
  }[access.account];
  if (!there) throw new Error(`${url} says that its account is in "${access.account}", and it is not, or may be left out`);
}

function isRequired(shape: new () => object): boolean {
  const rule = rulesOf(shape).get('accountId');
  return rule !== undefined && rule.optional !== true;
}
