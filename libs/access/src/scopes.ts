/** What a key may do. */
export const scopes = [
  'credits:read',
  'credits:grant',
  'videos:read',
  'videos:create',
  'billing:write',
  'renders:work',
  'events:read',
  'ops',
] as const;

export type Scope = (typeof scopes)[number];

/** What a customer may do, each to their own account. */
export type CustomerScope = 'credits:read' | 'videos:read' | 'videos:create';

export const customerScopes: ReadonlySet<Scope> = new Set<CustomerScope>(['credits:read', 'videos:read', 'videos:create']);

/** Who is calling, and what they may do. `keyName` is recorded with every event that comes of the call. */
export interface Identity {
  readonly keyName: string;
  readonly scopes: ReadonlySet<Scope>;
  /** A customer's account: for them there is no other. Undefined for staff and machines, who reach every account. */
  readonly accountId?: string;
  /** When the token ends, in milliseconds since the epoch; undefined for a key. */
  readonly expiresAt?: number;
}

/**
 * One way to sign in. Several stand in a list, and the first that knows a token answers for it: undefined means "not mine, or
 * not valid". Answers at once where it can, for the sake of the busiest route. Rejects only for a broken engine.
 */
export interface Authenticator {
  authenticate(token: string): Identity | undefined | Promise<Identity | undefined>;
}
