import type { RecordedEvent } from '#event-sourcing';
import { ProcessorDriver, type World } from '../../../../test/account/processor.driver.js';

const DAY_MS = 86_400_000;
const year = { interval: 'year', periodEnd: '2028-01-01T00:00:00Z' };
const starts = [0, 30, 60, 90, 120, 150].map((day) => new Date(Date.UTC(2027, 0, 1) + day * DAY_MS).toISOString());
const allotted = async (world: World, accountId = 'a-1') =>
  (await world.told(accountId)).flatMap(({ type, at }) => (type === 'CreditsAllotted' ? [at] : []));

describe('the renewal clock', () => {
  it('rule 13: after months of downtime each missed cycle is written once, in order, dated at its own instant', async () => {
    const before = await ProcessorDriver.start();
    const { world } = before;
    for (const accountId of ['a-1', 'a-2', 'a-3']) await before.bill(accountId, year);
    await before.stop();
    world.clock.instant += 155 * DAY_MS;
    const after = await ProcessorDriver.start(world);
    await after.renewals.catchUp();
    for (const accountId of ['a-1', 'a-2', 'a-3']) {
      expect(await allotted(world, accountId)).toEqual(starts);
      expect(await after.available(accountId)).toBe(4);
    }
    const [last] = (await world.told('a-1')).slice(-1);
    expect(last?.recordedAt).toBe(new Date(world.clock.instant).toISOString());
    expect(after.said).toEqual([]);
    await after.stop();
  });

  it('rule 13: a due row is there until its fact is stored, and moves to what comes next', async () => {
    const process = await ProcessorDriver.start();
    const { world } = process;
    await process.bill('a-1', year);
    await process.shown();
    const second = world.clock.instant + 30 * DAY_MS;
    expect(await process.dueRows.due(second - 1, 10)).toEqual([]);
    expect(await process.dueRows.due(second, 10)).toEqual(['a-1']);
    world.clock.instant = second;
    await process.renewals.catchUp();
    expect(await process.dueRows.due(second, 10)).toEqual([]);
    expect(await process.dueRows.due(second + 30 * DAY_MS, 10)).toEqual(['a-1']);
    await process.stop();
  });

  it('rule 12: what a billing event or a customer has written already the clock finds done', async () => {
    const process = await ProcessorDriver.start();
    const { world } = process;
    await process.bill('a-1', year);
    world.clock.instant += 31 * DAY_MS;
    await process.create('a-1', 'v1');
    const before = await world.types('a-1');
    expect(await process.dueRows.settle('a-1')).toBe(false);
    await process.renewals.catchUp();
    expect(await world.types('a-1')).toEqual(before);
    expect(await allotted(world)).toEqual(starts.slice(0, 2));
    expect(process.said).toEqual([]);
    await process.stop();
  });

  it('rule 12: two clocks at once, in two processes, write each cycle once', async () => {
    const one = await ProcessorDriver.start();
    const { world } = one;
    const other = await ProcessorDriver.start(world);
    for (let n = 0; n < 20; n++) await one.bill(`a-${n}`, year);
    await other.shown();
    world.clock.instant += 155 * DAY_MS;
    const turns = await Promise.allSettled([one.renewals.catchUp(), other.renewals.catchUp(), one.renewals.catchUp()]);
    expect(turns.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    for (let n = 0; n < 20; n++) expect(await allotted(world, `a-${n}`)).toEqual(starts);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('looks again every second of machine time, and goes on after a failure that it tells of', async () => {
    const process = await ProcessorDriver.start();
    const { world } = process;
    await process.bill('a-1', year);
    const { append } = world.store;
    world.store.append = () => Promise.reject(new Error('the disk is full'));
    world.clock.instant += 31 * DAY_MS;
    process.renewals.start();
    await until(process, async () => process.said.length > 0);
    expect(process.said[0]).toContain('the disk is full');
    world.store.append = append;
    await until(process, async () => (await allotted(world)).length === 2);
    await process.stop();
  });

  it('I3: in whatever order and however often it looks, no cause of the account is there twice', async () => {
    const process = await ProcessorDriver.start();
    const { world } = process;
    await process.bill('a-1', year);
    for (const days of [29, 1, 45, 0, 16, 200]) {
      world.clock.instant += days * DAY_MS;
      await Promise.all([process.renewals.catchUp(), process.dueRows.settle('a-1'), process.renewals.catchUp()]);
    }
    const events = await world.store.readForwards('account-a-1', 0, 1_000);
    const caused = (type: string) => events.filter((event: RecordedEvent) => event.type === type).map(({ metadata }) => metadata.cause);
    const [given, taken] = [caused('CreditsAllotted'), caused('CreditsExpired')];
    expect(given).toHaveLength(10);
    expect(new Set(given).size).toBe(given.length);
    expect(taken).toHaveLength(9);
    expect(new Set(taken).size).toBe(taken.length);
    await process.stop();
  });
});

/** Lets the machine's time run until the condition holds, for a minute of it at most. */
async function until({ world }: ProcessorDriver, condition: () => Promise<boolean>): Promise<void> {
  for (let second = 0; second < 60; second++) {
    if (await condition()) return;
    await world.machineClock.advance(1_000);
  }
  throw new Error('it did not come to that within a minute');
}
