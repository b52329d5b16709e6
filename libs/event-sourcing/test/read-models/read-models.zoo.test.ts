import { unbrokenReadModels } from '../../src/testing/read-models.breaking.js';
import { brokenReadModels } from '../../src/testing/read-models.broken.js';
import { readModelsContract } from '../../src/testing/read-models.contract.js';

/** Which clauses fail on which broken copy. */
async function failures(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { defect, make } of brokenReadModels) {
    const failed: string[] = [];
    for (const { sentence, run } of readModelsContract) {
      await run(make).catch(() => failed.push(sentence));
    }
    found.set(defect, failed);
  }
  return found;
}

describe('the contract of the read-model store', () => {
  let failed: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    failed = await failures();
  });

  it('finds every broken copy', () => {
    expect([...failed].filter(([, clauses]) => clauses.length === 0)).toEqual([]);
  });

  it('has no clause that every broken copy passes', () => {
    const seen = new Set([...failed.values()].flat());
    expect(readModelsContract.map(({ sentence }) => sentence).filter((sentence) => !seen.has(sentence))).toEqual([]);
  });

  it('passes on a copy that is wrapped like the broken ones, and whole', async () => {
    for (const { run } of readModelsContract) await run(unbrokenReadModels.make);
  });

  it('has no clause that fails on everything', () => {
    const failing = readModelsContract.map(({ sentence }) => [...failed.values()].filter((clauses) => clauses.includes(sentence)).length);
    expect(Math.max(...failing)).toBeLessThan(brokenReadModels.length);
  });
});
