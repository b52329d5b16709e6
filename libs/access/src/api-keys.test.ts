import { createTransactor, randomIds, systemMachineClock } from '#event-sourcing';
import { ManualMachineClock } from '#event-sourcing/testing';
import { MemoryEventStore } from '../../event-sourcing/src/testing/memory-event-store.js';
import { ApiKeys } from './api-keys.js';
import { createKey, revokeKey } from './key.decisions.js';
import { type KeyFact, keyAggregate, type KeyState } from './key.events.js';
import { StaffKey } from './staff-key.js';
import { scopes } from './scopes.js';

const recordedAt = Date.UTC(2027, 0, 1);
const key = { name: 'shop', scopes: ['videos:create'], salt: 's', hash: 'h' } as const;
const nothingPast = { has: () => false };

function given(...facts: readonly KeyFact[]): KeyState {
  return facts.reduce<KeyState>((state, { type, data }) => keyAggregate.evolve(state, { type, data, recordedAt }), keyAggregate.initial);
}

describe('a key', () => {
  it('is created once', () => {
    expect(createKey(key)(given(), nothingPast)).toEqual({ kind: 'accepted', facts: [{ type: 'KeyCreated', data: key }] });
    expect(createKey(key)(given({ type: 'KeyCreated', data: key }), nothingPast)).toEqual({ kind: 'accepted', facts: [] });
  });

  it('is revoked once, and only if it exists', () => {
    const created: KeyFact = { type: 'KeyCreated', data: key };
    expect(revokeKey()(given(), nothingPast)).toEqual({ kind: 'rejected', refusal: 'unknown-key' });
    expect(revokeKey()(given(created), nothingPast)).toEqual({ kind: 'accepted', facts: [{ type: 'KeyRevoked', data: {} }] });
    expect(revokeKey()(given(created, { type: 'KeyRevoked', data: {} }), nothingPast)).toEqual({ kind: 'accepted', facts: [] });
  });
});

function situation() {
  const store = MemoryEventStore.create();
  const clock = new ManualMachineClock(1_000);
  const open = (): ApiKeys => {
    const transactor = createTransactor<KeyState, KeyFact>({
      aggregate: keyAggregate,
      store,
      clock: { now: () => recordedAt },
      machineClock: systemMachineClock,
      cacheBytes: 0,
      log: { warn: () => undefined },
    });
    return new ApiKeys({ transactor, store, ids: randomIds, clock, rememberedTokens: 2, rememberedForMs: 30_000 });
  };
  return { store, clock, open, keys: open() };
}

describe('the API keys', () => {
  it('say who calls and what they may, at once from the second time on', async () => {
    const { keys } = situation();
    const { token } = await keys.create('shop', ['videos:create', 'videos:read', 'videos:read']);
    const first = keys.authenticate(token);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toEqual({ keyName: 'shop', scopes: new Set(['videos:create', 'videos:read']) });
    expect(keys.authenticate(token)).toEqual({ keyName: 'shop', scopes: new Set(['videos:create', 'videos:read']) });
  });

  it('keep a salted hash and nothing that opens', async () => {
    const { keys, store } = situation();
    const made = await Promise.all([keys.create('one', ['ops']), keys.create('two', ['ops'])]);
    const { events } = await store.readLog(0n, 10, ['key-']);
    const stored = JSON.stringify(events, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    for (const { token } of made) expect(stored).not.toContain(token.slice(-32));
    expect(new Set(events.map(({ data }) => data['salt'])).size).toBe(2);
  });

  it('know nobody by a token changed in any one place', async () => {
    const { keys } = situation();
    const { token } = await keys.create('shop', ['ops']);
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect([at, await keys.authenticate(changed)]).toEqual([at, undefined]);
    }
    for (const other of ['', token.slice(0, -1), `${token}A`, ` ${token}`, token.replace('vc_', 'VC_')])
      expect(await keys.authenticate(other)).toBeUndefined();
  });

  it('open nothing once revoked, at once in this process', async () => {
    const { keys } = situation();
    const { id, token } = await keys.create('shop', ['ops']);
    await keys.authenticate(token);
    expect(await keys.revoke(id)).toMatchObject({ id, revoked: true });
    expect(await keys.authenticate(token)).toBeUndefined();
    expect(await keys.revoke(id)).toMatchObject({ revoked: true });
    expect(await keys.revoke('A'.repeat(22))).toBeUndefined();
    expect(await keys.revoke('../etc')).toBeUndefined();
  });

  it('open nothing where the revocation came while the token was being looked up', async () => {
    const { keys } = situation();
    const { id, token } = await keys.create('shop', ['ops']);
    const looking = keys.authenticate(token);
    await keys.revoke(id);
    await looking;
    expect(await keys.authenticate(token)).toBeUndefined();
  });

  it('are asked of the log again after a while, for what another process revoked', async () => {
    const { keys, clock, open } = situation();
    const { id, token } = await keys.create('shop', ['ops']);
    await keys.authenticate(token);
    await clock.advance(29_999);
    expect(keys.authenticate(token)).toMatchObject({ keyName: 'shop' });
    await open().revoke(id);
    await clock.advance(1);
    expect(keys.authenticate(token)).toBeInstanceOf(Promise);
  });

  it('are remembered up to a bound', async () => {
    const { keys } = situation();
    const made = await Promise.all(['one', 'two', 'three'].map((name) => keys.create(name, ['ops'])));
    for (const { token } of made) await keys.authenticate(token);
    expect(made.map(({ token }) => keys.authenticate(token) instanceof Promise)).toEqual([true, false, false]);
  });

  it('are listed, oldest first, after a restart too', async () => {
    const { keys, open } = situation();
    const one = await keys.create('one', ['ops'], { keyName: 'staff' });
    await keys.create('two', ['events:read']);
    await keys.revoke(one.id);
    const expected = [
      { id: one.id, name: 'one', scopes: ['ops'], createdAt: '2027-01-01T00:00:00.000Z', revoked: true },
      expect.objectContaining({ name: 'two', scopes: ['events:read'], revoked: false }),
    ];
    expect(await keys.list()).toEqual(expected);
    expect(await open().list()).toEqual(expected);
  });
});

describe('the staff key', () => {
  it('may do everything and is nobody else', () => {
    const staff = new StaffKey('vc_staff_secret');
    expect(staff.authenticate('vc_staff_secret')).toEqual({ keyName: 'staff', scopes: new Set(scopes) });
    expect(staff.authenticate('vc_staff_secre')).toBeUndefined();
    expect(staff.authenticate('')).toBeUndefined();
  });
});
