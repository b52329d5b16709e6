import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { MemoryOwnership } from '../../src/testing/memory-ownership.js';
import { brokenOwnerships } from '../../src/testing/ownership.broken.js';
import { type OwnershipUnderTest, ownershipContract } from '../../src/testing/ownership.contract.js';

function inMemory(): OwnershipUnderTest {
  const clock = new ManualMachineClock();
  return { ownership: new MemoryOwnership(clock), pass: (ms) => clock.advance(ms) };
}

describe('ownership in memory', () => {
  it.each(ownershipContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, { run }) => {
    await run(inMemory());
  });
});

describe('the contract of ownership', () => {
  it('finds every broken copy, and has no clause that every broken copy passes', async () => {
    const failed = new Map<string, readonly string[]>();
    for (const { defect, make } of brokenOwnerships) {
      const sentences: string[] = [];
      for (const { sentence, run } of ownershipContract) {
        const clock = new ManualMachineClock();
        await run({ ownership: make(clock), pass: (ms) => clock.advance(ms) }).catch(() => sentences.push(sentence));
      }
      failed.set(defect, sentences);
    }
    expect([...failed].filter(([, sentences]) => sentences.length === 0)).toEqual([]);
    const seen = new Set([...failed.values()].flat());
    expect(ownershipContract.map(({ sentence }) => sentence).filter((sentence) => !seen.has(sentence))).toEqual([]);
  });
});
