import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { MachineClock } from '../../src/clock.port.js';
import { OwnedWork, type OwnedWorkOptions } from '../../src/owned-work.js';
import type { Ownership } from '../../src/ownership.port.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { MemoryOwnership } from '../../src/testing/memory-ownership.js';

/** What one process sees of time and of the engine. */
class Process implements Ownership, MachineClock {
  work!: OwnedWork;
  away: 'no' | 'fails' | 'hangs' = 'no';
  calls = 0;
  private thawed: Promise<void> | undefined;
  private melt: () => void = () => undefined;

  constructor(
    private readonly clock: ManualMachineClock,
    private readonly shared: Ownership,
  ) {}

  now(): number {
    return this.clock.now();
  }

  /** Nobody wakes in a frozen process. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.clock.sleep(ms, signal);
    await this.thawed;
  }

  freeze(): void {
    this.thawed = new Promise((resolve) => (this.melt = resolve));
  }

  thaw(): void {
    this.thawed = undefined;
    this.melt();
  }

  acquire(...args: Parameters<Ownership['acquire']>) {
    return this.reach(() => this.shared.acquire(...args));
  }

  renew(...args: Parameters<Ownership['renew']>) {
    return this.reach(() => this.shared.renew(...args));
  }

  release(...args: Parameters<Ownership['release']>) {
    return this.reach(() => this.shared.release(...args));
  }

  private reach<T>(call: () => Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.away === 'fails') return Promise.reject(new EngineUnavailableError('away'));
    return this.away === 'hangs' ? new Promise<T>(() => undefined) : call();
  }
}

/** Processes that compete for one piece of work, and what each did, with the instant. */
class World {
  readonly clock = new ManualMachineClock();
  readonly told: string[] = [];
  readonly working = new Set<string>();
  readonly stopped: unknown[] = [];
  private readonly shared = new MemoryOwnership(this.clock);

  process(owner: string, over: Partial<OwnedWorkOptions> = {}): Process {
    const process = new Process(this.clock, this.shared);
    process.work = new OwnedWork({
      name: 'work',
      owner,
      ownership: process,
      clock: process,
      log: () => undefined,
      onStopped: (error) => this.stopped.push(error),
      start: async () => {
        this.tell(`${owner} starts`);
        this.working.add(owner);
        return {
          stop: async () => {
            this.tell(`${owner} stops`);
            this.working.delete(owner);
          },
        };
      },
      ...over,
    });
    process.work.start();
    return process;
  }

  tell(what: string): void {
    this.told.push(`${this.clock.now()} ${what}`);
  }

  /** Moves on in small steps, and tells how many worked at once at most. */
  async pass(ms: number): Promise<number> {
    let most = this.working.size;
    for (const until = this.clock.now() + ms; this.clock.now() < until; most = Math.max(most, this.working.size))
      await this.clock.advance(50);
    return most;
  }
}

describe('owned work', () => {
  it('is done by one process of several, for as long as it lives', async () => {
    const world = new World();
    for (const owner of ['a', 'b', 'c']) world.process(owner);
    expect(await world.pass(60_000)).toBe(1);
    expect(world.told).toEqual(['0 a starts']);
  });

  it('is stopped first and handed over at once at a graceful end', async () => {
    const world = new World();
    const a = world.process('a');
    await world.pass(1_000);
    world.process('b');
    await world.pass(5_000);
    await a.work.stop();
    expect(world.told).toEqual(['0 a starts', '6000 a stops']);
    await world.pass(3_400);
    expect(world.told[2]).toMatch(/b starts$/);
    expect(a.work.isOwner).toBe(false);
  });

  it.each(['fails', 'hangs'] as const)(
    'is stopped shortly before the lease ends where the engine %s for one process only',
    async (away) => {
      const world = new World();
      const a = world.process('a');
      await world.pass(1_000);
      const b = world.process('b');
      await world.pass(4_000);
      a.away = away;
      expect(await world.pass(20_000)).toBe(1);
      expect(world.told).toHaveLength(3);
      expect(world.told[1]).toMatch(/a stops$/);
      expect(world.told[2]).toMatch(/b starts$/);
      expect(b.work.isOwner).toBe(true);
    },
  );

  it('goes on through an outage that is shorter than what is left of the lease', async () => {
    const world = new World();
    const a = world.process('a');
    await world.pass(3_500);
    a.away = 'fails';
    await world.pass(5_000);
    a.away = 'no';
    await world.pass(30_000);
    expect(world.told).toEqual(['0 a starts']);
  });

  it('waits for an engine that is away, without end, and then begins', async () => {
    const world = new World();
    const a = world.process('a');
    a.away = 'fails';
    await world.pass(20_000);
    expect(world.told).toEqual(['0 a starts', '9000 a stops']);
    await world.pass(3_600_000);
    expect(a.calls).toBeLessThan(3_620_000 / 3_000);
    a.away = 'no';
    await world.pass(4_000);
    expect(world.told).toHaveLength(3);
    expect([...world.working]).toEqual(['a']);
  });

  it('is stopped by a process that was frozen past its lease as soon as it wakes, before it asks anybody', async () => {
    const world = new World();
    const a = world.process('a');
    await world.pass(1_000);
    a.freeze();
    world.process('b');
    await world.pass(15_000);
    expect([...world.working]).toEqual(['a', 'b']); // whatever a frozen process believes
    const calls = a.calls;
    a.thaw();
    await world.clock.advance(0);
    expect(world.told.at(-1)).toBe('16000 a stops');
    expect(a.calls - calls).toBe(1); // it frees what is not its own any more
    await world.pass(30_000);
    expect([...world.working]).toEqual(['b']);
  });

  it('is begun again after its engine was away at the start, and given up for a bug', async () => {
    const world = new World();
    let tries = 0;
    const a = world.process('a', {
      start: async () => {
        tries += 1;
        if (tries < 3) throw new EngineUnavailableError('the log is away');
        throw new TypeError('a bug');
      },
    });
    await world.pass(10_000);
    expect(tries).toBe(3);
    expect(world.stopped).toEqual([new TypeError('a bug')]);
    world.process('b');
    await world.pass(1_000);
    expect([...world.working]).toEqual(['b']);
    expect(a.work.isOwner).toBe(false);
  });

  it('tells a beginning that takes long that it is no longer wanted', async () => {
    const world = new World();
    const a = world.process('a', {
      start: async (signal) => {
        await world.clock.sleep(1_000_000, signal);
        world.tell('a gives up');
        return { stop: async () => undefined };
      },
    });
    await world.pass(25_000);
    expect(a.work.isOwner).toBe(true);
    await a.work.stop();
    expect(world.told).toEqual(['25000 a gives up']);
  });
});
