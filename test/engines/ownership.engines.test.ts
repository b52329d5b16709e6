import { type MachineClock, OwnedWork, systemMachineClock } from '#event-sourcing';
import { PostgresDatabase, PostgresOwnership } from '#event-sourcing/postgres';
import { ownershipContract } from '#event-sourcing/testing';
import { type Postgres, startPostgres } from './kit/postgres.js';
import { until } from './kit/until.js';

const LEASE_MS = 900;
const DEADLINE_MS = 20_000;

/** A machine clock that stands still for one process. */
class FreezableClock implements MachineClock {
  private thawed: Promise<void> | undefined;
  private melt: () => void = () => undefined;

  now(): number {
    return systemMachineClock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemMachineClock.sleep(ms, signal);
    await this.thawed;
  }

  freeze(): void {
    this.thawed = new Promise((resolve) => (this.melt = resolve));
  }

  thaw(): void {
    this.thawed = undefined;
    this.melt();
  }
}

describe('ownership in PostgreSQL', () => {
  let server: Postgres;
  let databases = 0;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    server = await startPostgres({ durable: true });
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(() => server.stop());

  const fresh = () => server.database(`ownership_${(databases += 1)}`);

  function ownershipOn(url: string): PostgresOwnership {
    const database = new PostgresDatabase({ url, log: () => undefined, connectTimeoutMs: 500, statementTimeoutMs: 500 });
    closing.push(() => database.close());
    return new PostgresOwnership(database);
  }

  /** Processes that compete; who works, in the order of their beginnings. */
  function competing(url: string, owners: readonly string[]) {
    const working = new Set<string>();
    const begun: string[] = [];
    const processes = owners.map((owner) => {
      const clock = new FreezableClock();
      const work = new OwnedWork({
        name: 'projector',
        owner,
        ownership: ownershipOn(url),
        clock,
        log: () => undefined,
        leaseMs: LEASE_MS,
        onStopped: (error) => begun.push(`${owner}: ${String(error)}`),
        start: async () => {
          working.add(owner);
          begun.push(owner);
          return { stop: async () => void working.delete(owner) };
        },
      });
      work.start();
      closing.push(() => work.stop());
      return { owner, clock, work };
    });
    return { processes, working, begun };
  }

  it.each(ownershipContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, { run }) => {
    await run({ ownership: ownershipOn(await fresh()), pass: (ms) => systemMachineClock.sleep(ms + 50) });
  });

  it('passes to another process where its owner is frozen, and the owner stops when it thaws', async () => {
    const { processes, working, begun } = competing(await fresh(), ['a', 'b']);
    await until('an owner', DEADLINE_MS, () => working.size === 1 || undefined);
    const owner = processes.find(({ work }) => work.isOwner);
    owner?.clock.freeze();
    await until('another owner', DEADLINE_MS, () => begun.length === 2 || undefined);
    expect(working.size).toBe(2);
    owner?.clock.thaw();
    await until('one owner', DEADLINE_MS, () => working.size === 1 || undefined);
    expect(working.has(owner?.owner ?? '')).toBe(false);
  });

  it('passes on at once at a graceful end', async () => {
    const { processes, working } = competing(await fresh(), ['a', 'b']);
    await until('an owner', DEADLINE_MS, () => working.size === 1 || undefined);
    const owner = processes.find(({ work }) => work.isOwner);
    await owner?.work.stop();
    const begin = performance.now();
    await until('another owner', DEADLINE_MS, () => (working.size === 1 && !working.has(owner?.owner ?? '')) || undefined);
    expect(performance.now() - begin).toBeLessThan(LEASE_MS);
  });

  it('is stopped by everybody while the server is dead, and taken by one when it is back', async () => {
    const { working, begun } = competing(await fresh(), ['a', 'b', 'c']);
    await until('an owner', DEADLINE_MS, () => working.size === 1 || undefined);
    await server.kill();
    await until('nobody', DEADLINE_MS, () => working.size === 0 || undefined);
    const before = begun.length;
    await server.start();
    const begin = performance.now();
    await until('an owner', DEADLINE_MS, () => working.size === 1 || undefined);
    console.log(`owner dead with the server: back after ${Math.round(performance.now() - begin)} ms of a lease of ${LEASE_MS} ms`);
    expect(begun.length).toBe(before + 1);
  });
});
