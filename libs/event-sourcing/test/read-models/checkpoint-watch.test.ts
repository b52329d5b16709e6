import { CheckpointWatch } from '../../src/checkpoint-watch.js';
import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { Position } from '../../src/event.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';

const FAR = 2n ** 60n;

function watching() {
  const clock = new ManualMachineClock();
  const state = { at: 0n as Position, looks: 0, error: undefined as Error | undefined };
  const readModels = {
    checkpoint: async () => {
      state.looks += 1;
      if (state.error) throw state.error;
      return state.at;
    },
  };
  return { clock, state, watch: new CheckpointWatch({ readModels, projections: ['p', 'q'], clock }) };
}

describe('the watch over checkpoints', () => {
  it('answers once the rows have come so far, and then from what it saw', async () => {
    const { clock, state, watch } = watching();
    const passed = watch.waitFor('p', FAR, 1_000);
    await clock.advance(100);
    state.at = FAR + 5n;
    await clock.advance(25);
    expect(await passed).toBe(true);
    expect(watch.upTo('p')).toBe(FAR + 5n);
    const looks = state.looks;
    expect(await watch.waitFor('p', FAR + 5n, 1_000)).toBe(true);
    expect(state.looks).toBe(looks);
  });

  it('looks only while somebody waits, once for all who wait', async () => {
    const { clock, state, watch } = watching();
    await clock.advance(10_000);
    expect(state.looks).toBe(0);
    const waits = Promise.all([5n, 6n, 7n].map((position) => watch.waitFor('p', position, 1_000)));
    await clock.advance(250);
    expect(state.looks).toBeLessThanOrEqual(11);
    state.at = 7n;
    await clock.advance(25);
    expect(await waits).toEqual([true, true, true]);
    const looks = state.looks;
    await clock.advance(10_000);
    expect(state.looks).toBe(looks);
  });

  it('begins anew for whoever comes at the moment when nobody waits any more', async () => {
    const { clock, state, watch } = watching();
    state.at = 1n;
    for (let position = 1n; position < 50n; position += 1n) {
      state.at = position;
      expect(await clock.runUntil(watch.waitFor('p', position, 1_000))).toBe(true);
      expect(clock.now()).toBeLessThan(5_000);
    }
  });

  it('answers false at the deadline, and at once on abort', async () => {
    const { clock, watch } = watching();
    const late = watch.waitFor('p', 5n, 300);
    await clock.advance(299);
    const leaving = new AbortController();
    const left = watch.waitFor('q', 5n, 10_000, leaving.signal);
    leaving.abort();
    expect(await left).toBe(false);
    await clock.advance(1);
    expect(await late).toBe(false);
    expect(await watch.waitFor('p', 5n, 0)).toBe(false);
  });

  it('takes a store that is away for not yet, and one that does not answer, too', async () => {
    const { clock, state, watch } = watching();
    state.error = new EngineUnavailableError('away');
    const passed = watch.waitFor('p', 5n, 5_000);
    await clock.advance(1_000);
    state.error = undefined;
    state.at = 5n;
    await clock.advance(250);
    expect(await passed).toBe(true);
    const hanging = new CheckpointWatch({ readModels: { checkpoint: () => new Promise(() => undefined) }, projections: ['p'], clock });
    const late = hanging.waitFor('p', 1n, 100);
    await clock.advance(100);
    expect(await late).toBe(false);
  });

  it('rejects for a bug of the store', async () => {
    const { clock, state, watch } = watching();
    state.error = new TypeError('a bug');
    await expect(clock.runUntil(watch.waitFor('p', 5n, 1_000))).rejects.toBe(state.error);
  });
});
