import { causeKey } from './causes.js';
import { type Held, nothingHeld, StandingCache } from './standing.cache.js';

const BOUND = 100_000;

function standing(causes: number): Held<string> {
  const held = nothingHeld('state');
  for (let version = 0; version < causes; version++) held.causes.add(causeKey(`cause ${version}`), version);
  return { ...held, version: causes - 1 };
}

describe('the cache of standings', () => {
  it('stays within its bound, causes included, and drops the longest unused', () => {
    const cache = new StandingCache<string>(BOUND, (state) => state.length);
    for (let stream = 0; stream < 1000; stream++) {
      cache.put(`s${stream}`, standing(stream % 100));
      expect(cache.get('s0')).toBeDefined();
      expect(cache.bytes).toBeLessThanOrEqual(BOUND);
    }
    expect(cache.size).toBeGreaterThan(10);
    expect([cache.get('s1'), cache.get('s999')?.version]).toEqual([undefined, 98]);
  });

  it('counts a stream once, and nothing for what is dropped', () => {
    const cache = new StandingCache<string>(BOUND, (state) => state.length);
    for (let causes = 0; causes < 500; causes++) cache.put('one', standing(causes));
    expect(cache.size).toBe(1);
    cache.drop('one');
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('does not keep what alone is more than the bound', () => {
    const cache = new StandingCache<string>(1000, (state) => state.length);
    cache.put('large', standing(1000));
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});
