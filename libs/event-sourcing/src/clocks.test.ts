import { randomIds } from './random.ids.js';
import { SettableClock } from './settable.clock.js';
import { systemMachineClock } from './system.clock.js';
import { ManualMachineClock } from './testing/manual.clock.js';
import { SeededIds } from './testing/seeded.ids.js';

describe('a settable clock', () => {
  it('follows, until it is set; then it stands, and never goes back', () => {
    let followed = 100;
    const clock = new SettableClock({ now: () => followed });
    followed = 200;
    expect(clock.now()).toBe(200);
    expect(clock.set(199)).toBe(false);
    expect(clock.set(300)).toBe(true);
    followed = 1000;
    expect(clock.now()).toBe(300);
    expect(clock.set(299)).toBe(false);
    expect(clock.set(Number.NaN)).toBe(false);
    expect(clock.now()).toBe(300);
  });

  it('takes up where an earlier process had set it', () => {
    const clock = new SettableClock({ now: () => 1000 });
    clock.restore(300);
    expect(clock.now()).toBe(300);
  });
});

describe('the system clock', () => {
  it('sleeps so long, or until it is told to stop', async () => {
    const started = systemMachineClock.now();
    await systemMachineClock.sleep(20);
    expect(systemMachineClock.now() - started).toBeGreaterThanOrEqual(18);
    const stop = new AbortController();
    const slept = systemMachineClock.sleep(60_000, stop.signal);
    stop.abort();
    await slept;
    await systemMachineClock.sleep(60_000, stop.signal);
    expect(systemMachineClock.now() - started).toBeLessThan(30_000);
  });
});

describe('a manual machine clock', () => {
  it('wakes sleepers in the order of their time, also those that fall asleep on the way', async () => {
    const clock = new ManualMachineClock(1000);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
      for (const nap of naps) {
        await clock.sleep(nap);
        woken.push([name, clock.now()]);
      }
    };
    const all = [sleeper('late', 50), sleeper('often', 10, 10, 50), sleeper('early', 5)];
    await clock.advance(30);
    expect(woken).toEqual([
      ['early', 1005],
      ['often', 1010],
      ['often', 1020],
    ]);
    expect([clock.now(), clock.sleeping]).toEqual([1030, 2]);
    await clock.runUntil(Promise.all(all));
    expect(woken.slice(3)).toEqual([
      ['late', 1050],
      ['often', 1070],
    ]);
  });

  it('lets go of a sleeper whose signal aborts', async () => {
    const clock = new ManualMachineClock();
    const stop = new AbortController();
    const slept = clock.sleep(10, stop.signal);
    stop.abort();
    await slept;
    expect([clock.now(), clock.sleeping]).toEqual([0, 0]);
  });
});

describe('ids', () => {
  it.each([
    ['random', randomIds],
    ['seeded', new SeededIds(7)],
  ])('(%s) are 22 characters and differ', (_, ids) => {
    const made = Array.from({ length: 1000 }, () => ids.random());
    expect(made.every((id) => /^[A-Za-z0-9_-]{22}$/.test(id))).toBe(true);
    expect(new Set(made).size).toBe(1000);
    expect(Buffer.from(ids.secret(33), 'base64url')).toHaveLength(33);
  });

  it('are the same for the same seed', () => {
    const [one, same, other] = [new SeededIds(7), new SeededIds(7), new SeededIds(8)];
    const id = one.random();
    expect(same.random()).toBe(id);
    expect(other.random()).not.toBe(id);
  });
});
