import type { Aggregate, Fact } from '#event-sourcing';
import { UnknownEventTypeError } from '#event-sourcing';
import type { Scope } from './scopes.js';

/** A key was made. The secret itself is never stored: `hash` is sha256(salt ‖ secret), both base64url. */
export type KeyCreated = Fact<
  'KeyCreated',
  { readonly name: string; readonly scopes: readonly Scope[]; readonly salt: string; readonly hash: string }
>;

/** The key opens nothing any more. */
export type KeyRevoked = Fact<'KeyRevoked', Record<never, never>>;

export type KeyFact = KeyCreated | KeyRevoked;

export type KeyState =
  | { readonly situation: 'none' }
  | ({ readonly situation: 'live' | 'revoked'; readonly createdAt: number } & KeyCreated['data']);

/** Streams `key-<id>`: one API key each. */
export const keyAggregate: Aggregate<KeyState, KeyFact> = {
  prefix: 'key-',
  initial: { situation: 'none' },
  evolve(state, event) {
    switch (event.type) {
      case 'KeyCreated':
        return { situation: 'live', createdAt: event.recordedAt, ...(event.data as KeyCreated['data']) };
      case 'KeyRevoked':
        return state.situation === 'none' ? state : { ...state, situation: 'revoked' };
      default:
        throw new UnknownEventTypeError(event.type);
    }
  },
  settle: () => [],
  sizeOf: () => 500,
};
