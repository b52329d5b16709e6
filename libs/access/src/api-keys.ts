import { hash, timingSafeEqual } from 'node:crypto';
import type { EventStore, Ids, MachineClock, Position, Transactor } from '#event-sourcing';
import { createKey, revokeKey } from './key.decisions.js';
import type { KeyCreated, KeyFact, KeyState } from './key.events.js';
import { keyAggregate } from './key.events.js';
import type { Authenticator, Identity, Scope } from './scopes.js';

/** A key as the operator sees it: everything but the secret, which nobody can see again. */
export interface KeyListing {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly revoked: boolean;
}

export interface ApiKeysOptions {
  readonly transactor: Transactor<KeyState, KeyFact>;
  readonly store: EventStore;
  readonly ids: Ids;
  readonly clock: MachineClock;
  /** How many verified tokens are remembered (default 1,000). */
  readonly rememberedTokens?: number;
  /** How long a token stays verified before the log is asked again, in milliseconds (default 30,000): what a revocation in another process may take. */
  readonly rememberedForMs?: number;
}

/**
 * The API keys: tokens `vc_<id>_<secret>`, of which the log holds a salted hash alone. Secrets are 192 random bits, so one
 * round of SHA-256 keeps them: there is nothing to guess. A revocation in this process takes effect at once.
 */
export class ApiKeys implements Authenticator {
  private readonly verified = new Map<string, { readonly id: string; readonly identity: Identity; readonly until: number }>();
  private revocations = 0;

  constructor(private readonly options: ApiKeysOptions) {}

  authenticate(token: string): Identity | undefined | Promise<Identity | undefined> {
    // Looked up by digest: how long a look-up takes then says nothing about the token.
    const digest = sha256(token);
    const known = this.verified.get(digest);
    if (known !== undefined && known.until > this.options.clock.now()) return known.identity;
    const [, id, secret] = tokenShape.exec(token) ?? [];
    return id === undefined || secret === undefined ? undefined : this.verify(digest, id, secret);
  }

  /** Makes a key. The token is in this answer and nowhere else. */
  async create(
    name: string,
    scopes: readonly Scope[],
    by: { readonly keyName?: string } = {},
  ): Promise<KeyListing & { readonly token: string }> {
    const id = this.options.ids.random();
    const secret = this.options.ids.secret(24);
    const salt = this.options.ids.secret(12);
    const data: KeyCreated['data'] = { name, scopes: [...new Set(scopes)], salt, hash: sha256(salt + secret) };
    const outcome = await this.options.transactor.transact({ id, cause: `request:CreateKey:${id}`, ...by, decide: createKey(data) });
    if (outcome.kind === 'reused' || outcome.kind === 'rejected') throw new Error(`the fresh key id ${id} was taken`);
    return { ...listingOf(id, outcome.state), token: `vc_${id}_${secret}` };
  }

  /** The key opens nothing from now on; undefined where there is no such key. Repeats safely. */
  async revoke(id: string, by: { readonly keyName?: string } = {}): Promise<KeyListing | undefined> {
    if (!idShape.test(id)) return undefined;
    const outcome = await this.options.transactor.transact({ id, cause: `request:RevokeKey:${id}`, ...by, decide: revokeKey() });
    if (outcome.kind === 'reused' || outcome.kind === 'rejected') return undefined;
    this.revocations += 1;
    for (const [digest, known] of this.verified) if (known.id === id) this.verified.delete(digest);
    return listingOf(id, outcome.state);
  }

  /** All keys ever made, oldest first. They are few: the log is read for them. */
  async list(): Promise<readonly KeyListing[]> {
    const states = new Map<string, KeyState>();
    let after: Position = 0n;
    for (let caughtUp = false; !caughtUp; ) {
      const page = await this.options.store.readLog(after, 1_000, [keyAggregate.prefix]);
      for (const { stream, type, data, metadata } of page.events) {
        const id = stream.slice(keyAggregate.prefix.length);
        const event = { type, data, recordedAt: Date.parse(metadata.recordedAt) } as Parameters<typeof keyAggregate.evolve>[1];
        states.set(id, keyAggregate.evolve(states.get(id) ?? keyAggregate.initial, event));
      }
      ({ upTo: after, caughtUp } = page);
    }
    return [...states].map(([id, state]) => listingOf(id, state));
  }

  private async verify(digest: string, id: string, secret: string): Promise<Identity | undefined> {
    const revocations = this.revocations;
    const { state } = await this.options.transactor.load(id);
    if (state.situation !== 'live' || !sameText(sha256(state.salt + secret), state.hash)) return undefined;
    const identity: Identity = { keyName: state.name, scopes: new Set(state.scopes) };
    // A revocation that came while the stream was read must not be forgotten by what is remembered now.
    if (revocations === this.revocations) this.remember(digest, id, identity);
    return identity;
  }

  private remember(digest: string, id: string, identity: Identity): void {
    this.verified.delete(digest);
    for (const oldest of this.verified.keys()) {
      if (this.verified.size < (this.options.rememberedTokens ?? 1_000)) break;
      this.verified.delete(oldest);
    }
    this.verified.set(digest, { id, identity, until: this.options.clock.now() + (this.options.rememberedForMs ?? 30_000) });
  }
}

const tokenShape = /^vc_([A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{32})$/;
const idShape = /^[A-Za-z0-9_-]{22}$/;

function listingOf(id: string, state: KeyState): KeyListing {
  if (state.situation === 'none') throw new Error(`key ${id} has no events`);
  return {
    id,
    name: state.name,
    scopes: state.scopes,
    createdAt: new Date(state.createdAt).toISOString(),
    revoked: state.situation === 'revoked',
  };
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
