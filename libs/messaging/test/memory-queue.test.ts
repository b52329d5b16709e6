import { queueContract } from '../src/testing/index.js';
import { memoryBench } from './memory.under-test.js';

describe('the queue in memory', () => {
  it.each(queueContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_, clause) => {
    const bench = memoryBench(100_000);
    await clause.run(bench);
    await bench.close();
  });
});
