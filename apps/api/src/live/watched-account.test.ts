import { Writable } from 'node:stream';
import type { CreditsUntilChange } from '#credits';
import { EngineUnavailableError, type Position } from '#event-sourcing';
import { ManualMachineClock } from '#event-sourcing/testing';
import { OpenStream } from './open-stream.js';
import { WatchedAccount } from './watched-account.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A watched account whose reads the test answers, with two pages on it. */
async function watchedBy(pages: number) {
  const clock = new ManualMachineClock();
  const told: unknown[] = [];
  const reads: {
    readonly after: Position;
    answer(available: number, place: number, until?: number | null): Promise<void>;
    fail(error: Error): Promise<void>;
  }[] = [];
  const watched = new WatchedAccount({
    read: (after) =>
      new Promise<CreditsUntilChange>((resolve, reject) => {
        const settled = async (): Promise<void> => {
          await turn();
          await turn();
        };
        reads.push({
          after,
          answer(available, place, until = null) {
            resolve({ credits: { available, position: String(place) } as CreditsUntilChange['credits'], until });
            return settled();
          },
          fail(error) {
            reject(error);
            return settled();
          },
        });
      }),
    placeOf: BigInt,
    clock,
    onAway: (error) => told.push(error),
    onBroken: (error) => told.push(error),
  });
  const join = () => {
    const got: number[] = [];
    const response = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        const data = /^data: (.*)$/m.exec(text)?.[1];
        if (data !== undefined) got.push((JSON.parse(data) as { available: number }).available);
        done();
      },
    });
    watched.join(new OpenStream(response, clock, Infinity));
    return { got, response };
  };
  const looking = watched.look();
  await turn();
  await reads[0]?.answer(0, 1);
  await looking;
  const joined = Array.from({ length: pages }, join);
  await turn();
  return { watched, reads, told, clock, join, joined, got: () => joined.map(({ got }) => got) };
}

describe('an account that pages watch', () => {
  it('is read once for all its pages, and once more for all changes that came during a read', async () => {
    const { watched, reads, got } = await watchedBy(2);
    watched.changed(2n);
    await turn();
    for (const place of [3n, 4n, 5n]) watched.changed(place);
    await turn();
    expect(reads.map(({ after }) => after)).toEqual([0n, 2n]);
    await reads[1]?.answer(1, 2);
    expect(reads.map(({ after }) => after)).toEqual([0n, 2n, 5n]);
    await reads[2]?.answer(4, 5);
    expect(reads).toHaveLength(3);
    expect(got()).toEqual([
      [0, 1, 4],
      [0, 1, 4],
    ]);
  });

  it('does not send what is the same, nor read for a place that was told before', async () => {
    const { watched, reads, got } = await watchedBy(1);
    watched.changed(7n);
    await turn();
    await reads[1]?.answer(0, 1);
    watched.changed(6n);
    watched.changed(7n);
    await turn();
    expect(reads).toHaveLength(2);
    expect(got()).toEqual([[0]]);
  });

  it('never shows something older after something newer: it reads again', async () => {
    const { watched, reads, clock, got, told } = await watchedBy(1);
    watched.changed(9n);
    await turn();
    await reads[1]?.answer(9, 9);
    watched.changed(10n);
    await turn();
    await reads[2]?.answer(5, 5);
    expect(got()).toEqual([[0, 9]]);
    expect(told).toHaveLength(1);
    await clock.advance(50);
    watched.tick(0, clock.now());
    await turn();
    await reads[3]?.answer(10, 10);
    expect(got()).toEqual([[0, 9, 10]]);
  });

  it('shares one look among pages that come at once, behind a read that is under way', async () => {
    const { watched, reads, join } = await watchedBy(0);
    watched.changed(2n);
    await turn();
    const looks = [watched.look(), watched.look(), watched.look()];
    await turn();
    expect(reads).toHaveLength(2);
    await reads[1]?.answer(2, 2);
    expect(reads).toHaveLength(3);
    await reads[2]?.answer(3, 3);
    await Promise.all(looks);
    const { got } = join();
    await turn();
    expect(got).toEqual([3]);
  });

  it('reads again when time has changed the object, and only then', async () => {
    const { watched, reads, got } = await watchedBy(1);
    watched.changed(2n);
    await turn();
    await reads[1]?.answer(4, 2, 5_000);
    expect(watched.until).toBe(5_000);
    watched.tick(4_999, 0);
    await turn();
    expect(reads).toHaveLength(2);
    watched.tick(5_000, 0);
    watched.tick(5_001, 0);
    await turn();
    expect(reads).toHaveLength(3);
    await reads[2]?.answer(8, 2, null);
    watched.tick(9_999_999, 0);
    await turn();
    expect(reads).toHaveLength(3);
    expect(got()).toEqual([[0, 4, 8]]);
  });

  it('stays while an engine is away, asks ever more seldom, and catches up', async () => {
    const { watched, reads, clock, joined, got } = await watchedBy(1);
    watched.changed(2n);
    await turn();
    for (const waitMs of [50, 100, 200]) {
      await reads.at(-1)?.fail(new EngineUnavailableError('away'));
      const before = reads.length;
      await clock.advance(waitMs - 1);
      watched.tick(0, clock.now());
      await turn();
      expect(reads).toHaveLength(before);
      await clock.advance(1);
      watched.tick(0, clock.now());
      await turn();
      expect(reads).toHaveLength(before + 1);
    }
    expect(joined[0]?.response.destroyed).toBe(false);
    await reads.at(-1)?.answer(2, 2);
    expect(got()).toEqual([[0, 2]]);
  });

  it('cuts its pages off where a read fails because of a bug', async () => {
    const { watched, reads, joined, told } = await watchedBy(2);
    watched.changed(2n);
    await turn();
    await reads[1]?.fail(new TypeError('a bug'));
    expect(joined.map(({ response }) => response.destroyed)).toEqual([true, true]);
    expect(told).toHaveLength(1);
  });

  it('refuses a page that comes while it cannot be read, and no other', async () => {
    const { watched, reads, joined } = await watchedBy(1);
    const look = watched.look();
    const refused = expect(look).rejects.toThrow('away');
    await turn();
    await reads[1]?.fail(new EngineUnavailableError('away'));
    await refused;
    expect(joined[0]?.response.destroyed).toBe(false);
  });
});
