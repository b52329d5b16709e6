/** Every route of the interface, with the scope that it asks for. */
export interface RouteCell {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  /** Over accounts at large: customers may not, though they have the scope. */
  readonly forStaff: boolean;
}

const route = (method: string, path: string, scope: string, forStaff = false): RouteCell => ({ method, path, scope, forStaff });

// A scope's name says what it opens. Where a route could fall to two, the one that the interface's table suggests.
export const routes: readonly RouteCell[] = [
  route('POST', '/v1/videos', 'videos:create'),
  route('GET', '/v1/videos?accountId=a-1', 'videos:read'),
  route('GET', '/v1/videos/none', 'videos:read'),
  route('POST', '/v1/videos/none/cancel', 'videos:create'),
  route('GET', '/v1/videos/none/download', 'videos:read'),
  route('POST', '/v1/artworks', 'videos:create'),
  route('GET', '/v1/accounts', 'credits:read', true),
  route('GET', '/v1/accounts/a-1/refusals', 'credits:read', true),
  route('GET', '/v1/rooms/none/mockup', 'videos:create'),
  route('GET', '/v1/accounts/a-1/credits', 'credits:read'),
  route('GET', '/v1/accounts/a-1/credits/stream', 'credits:read'),
  route('GET', '/v1/accounts/a-1/ledger', 'credits:read'),
  route('POST', '/v1/accounts/a-1/grants', 'credits:grant'),
  route('POST', '/v1/accounts/a-1/allotments/none/revoke', 'credits:grant'),
  route('POST', '/v1/billing-events', 'billing:write'),
  route('GET', '/v1/events', 'events:read'),
  route('POST', '/v1/render-jobs/claim', 'renders:work'),
  route('POST', '/v1/render-results', 'renders:work'),
  route('GET', '/v1/ops/parked', 'ops'),
  route('POST', '/v1/ops/parked/none/replay', 'ops'),
  route('POST', '/v1/ops/parked/none/discard', 'ops'),
  route('POST', '/v1/sandbox/customer-tokens', 'ops'),
  route('GET', '/v1/ops/keys', 'ops'),
  route('POST', '/v1/ops/keys', 'ops'),
  route('DELETE', '/v1/ops/keys/none', 'ops'),
  route('POST', '/v1/ops/verify', 'ops'),
  route('POST', '/v1/ops/rebuild', 'ops'),
];

export const allScopes = [
  'credits:read',
  'credits:grant',
  'videos:read',
  'videos:create',
  'billing:write',
  'renders:work',
  'events:read',
  'ops',
] as const;
