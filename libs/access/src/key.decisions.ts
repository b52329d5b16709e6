import type { Decision } from '#event-sourcing';
import { accepted, rejected } from '#event-sourcing';
import type { KeyCreated, KeyFact, KeyState } from './key.events.js';

/** A key is made once; its id is fresh, so a stream that exists already has this key in it. */
export function createKey(key: KeyCreated['data']): Decision<KeyState, KeyFact, never> {
  return (state) => (state.situation === 'none' ? accepted<KeyFact>({ type: 'KeyCreated', data: key }) : accepted<KeyFact>());
}

/** Revoking twice is as good as once. */
export function revokeKey(): Decision<KeyState, KeyFact, 'unknown-key'> {
  return (state) => {
    if (state.situation === 'none') return rejected('unknown-key');
    return state.situation === 'live' ? accepted<KeyFact>({ type: 'KeyRevoked', data: {} }) : accepted<KeyFact>();
  };
}
