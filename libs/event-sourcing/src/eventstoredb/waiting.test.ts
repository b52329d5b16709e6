import { ManualMachineClock } from '../testing/index.js';
import { AppendLanes } from './append-lanes.js';
import { Deadlines } from './deadlines.js';

function made(ms = 1_000) {
  const clock = new ManualMachineClock();
  const closing = new AbortController();
  return { clock, closing, deadlines: new Deadlines(clock, ms, closing.signal) };
}

describe('deadlines', () => {
  it('pass each at its own time, and not where they were stopped', async () => {
    const { clock, deadlines } = made();
    const passed: string[] = [];
    deadlines.start(() => passed.push('first'));
    const stop = deadlines.start(() => passed.push('stopped'));
    await clock.advance(400);
    deadlines.start(() => passed.push('second'));
    stop();
    await clock.advance(599);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual(['first']);
    await clock.advance(400);
    expect(passed).toEqual(['first', 'second']);
  });

  it('are watched anew after a quiet time, and by one sleeper for all', async () => {
    const { clock, deadlines } = made();
    let passed = 0;
    for (let turn = 0; turn < 3; turn += 1) {
      for (let call = 0; call < 10; call += 1) deadlines.start(() => (passed += 1));
      expect(clock.sleeping).toBe(1);
      await clock.advance(1_000);
      expect(passed).toBe((turn + 1) * 10);
      expect(clock.sleeping).toBe(0);
    }
  });

  it('pass at once when their owner closes, and from then on', async () => {
    const { clock, closing, deadlines } = made();
    let passed = 0;
    deadlines.start(() => (passed += 1));
    closing.abort();
    await clock.advance(0);
    expect([passed, clock.sleeping]).toEqual([1, 0]);
    deadlines.start(() => (passed += 1));
    await clock.advance(0);
    expect([passed, clock.sleeping]).toEqual([2, 0]);
  });
});

describe('the lanes of appends', () => {
  it('hold as many as there are, and let the others in one by one, in order', async () => {
    const { deadlines } = made();
    const lanes = new AppendLanes(2, deadlines);
    const entered: number[] = [];
    const enter = async (number: number) => {
      await lanes.enter();
      entered.push(number);
    };
    const all = [1, 2, 3, 4].map(enter);
    await Promise.all(all.slice(0, 2));
    expect([entered, lanes.waiting]).toEqual([[1, 2], 2]);
    lanes.leave();
    await all[2];
    expect([entered, lanes.waiting]).toEqual([[1, 2, 3], 1]);
    lanes.leave();
    await all[3];
    for (const _ of [1, 2]) lanes.leave();
    expect(lanes.enter()).toBeUndefined();
    expect(lanes.enter()).toBeUndefined();
    expect(lanes.enter()).toBeInstanceOf(Promise);
  });

  it('are not waited for longer than the deadline, and one that gave up takes no lane', async () => {
    const { clock, deadlines } = made();
    const lanes = new AppendLanes(1, deadlines);
    await lanes.enter();
    const late = lanes.enter();
    const refused = expect(late).rejects.toMatchObject({ name: 'EngineUnavailableError' });
    await clock.advance(1_000);
    await refused;
    lanes.leave();
    expect(lanes.enter()).toBeUndefined();
  });

  it('are not queued for without bound', async () => {
    const { deadlines } = made();
    const lanes = new AppendLanes(1, deadlines);
    const waiting = Array.from({ length: 4_097 }, () => lanes.enter());
    expect(waiting[0]).toBeUndefined();
    await expect(lanes.enter()).rejects.toThrow('4096 appends wait already');
  });
});
