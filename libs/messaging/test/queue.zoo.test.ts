import { broken, brokenQueues, queueContract } from '../src/testing/index.js';
import { memoryBench } from './memory.under-test.js';

/** How the clause fares on the broken copy: the failure it reports, or undefined where it notices nothing. */
async function failureOf(name: string, patienceMs: number): Promise<unknown> {
  const copy = brokenQueues.find((each) => each.name === name);
  const clause = queueContract.find(({ sentence }) => sentence === copy?.caughtBy);
  if (!copy || !clause) throw new Error(`no such copy, or its clause is not in the contract: ${name}`);
  const bench = memoryBench(patienceMs);
  const sound = broken(bench, copy);
  try {
    await clause.run(sound);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await bench.close();
  }
}

describe('the zoo of broken queues', () => {
  it('has an animal for every clause of the contract', () => {
    const caught = new Set(brokenQueues.map(({ caughtBy }) => caughtBy));
    expect(queueContract.map(({ sentence }) => sentence).filter((sentence) => !caught.has(sentence))).toEqual([]);
  });

  it.each(brokenQueues.map(({ name }) => name))('a queue that %s is caught', async (name) => {
    expect(await failureOf(name, 10_000)).toMatchObject({ name: 'AssertionError' });
  });
});
