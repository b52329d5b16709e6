import fc from 'fast-check';
import { FinishedOffsets } from '../../src/kafka/finished-offsets.js';

const bound = 200;
const someOffsets = fc.array(fc.tuple(fc.nat(bound), fc.integer({ min: 1, max: 5 })), { maxLength: 80 });

/** The same in the plainest way. */
function plain(finished: FinishedOffsets): readonly number[] {
  return Array.from({ length: bound + 10 }, (_, offset) => offset).filter((offset) => finished.has(offset));
}

function restored(finished: FinishedOffsets): FinishedOffsets {
  const after = new FinishedOffsets();
  after.addCommitted(finished.lowest, finished.encode());
  return after;
}

describe('what is finished of a partition', () => {
  it('is what was added, in whatever order', () => {
    fc.assert(
      fc.property(someOffsets, (stretches) => {
        const finished = new FinishedOffsets();
        const expected = new Set<number>();
        for (const [from, length] of stretches) {
          finished.add(from, from + length);
          for (let offset = from; offset < from + length; offset += 1) expected.add(offset);
        }
        const all = [...expected].sort((a, b) => a - b);
        expect(plain(finished)).toEqual(all);
        let lowest = 0;
        while (expected.has(lowest)) lowest += 1;
        expect(finished.lowest).toBe(lowest);
        expect(finished.unfinishedBefore(bound + 10)).toBe(bound + 10 - expected.size);
      }),
    );
  });

  it('is the same after it was committed and read again', () => {
    fc.assert(
      fc.property(someOffsets, (stretches) => {
        const finished = new FinishedOffsets();
        for (const [from, length] of stretches) finished.add(from, from + length);
        expect(plain(restored(finished))).toEqual(plain(finished));
      }),
    );
  });

  it('fits into what a broker keeps with a commit; what does not fit is offered again, nothing else is', () => {
    const finished = new FinishedOffsets();
    const count = 10_000;
    for (let i = 0; i < count; i += 1) finished.add(1 + i * 1_000, 1 + i * 1_000 + 500);
    const text = finished.encode();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    expect(text.length).toBeGreaterThan(4_000);
    const after = restored(finished);
    expect(after.lowest).toBe(0);
    for (let offset = 0; offset < count * 1_000; offset += 251) if (after.has(offset)) expect(finished.has(offset)).toBe(true);
  });

  it('takes from a text of another origin no more than its offset', () => {
    for (const text of [null, '', 'by hand', '2,1,1', '1,?,!', '1,', '1,1']) {
      const finished = new FinishedOffsets();
      finished.addCommitted(7, text);
      expect(plain(finished)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });
});
