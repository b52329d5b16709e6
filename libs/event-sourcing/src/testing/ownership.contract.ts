import assert from 'node:assert/strict';
import type { Lease, Ownership } from '../ownership.port.js';

/** An implementation on fresh ground, and its time: `pass` resolves when so many ms of the engine's clock have gone by. */
export interface OwnershipUnderTest {
  readonly ownership: Ownership;
  pass(ms: number): Promise<void>;
}

/** One sentence that every ownership keeps; `run` rejects where it does not. */
export interface OwnershipClause {
  readonly sentence: string;
  run(under: OwnershipUnderTest): Promise<void>;
}

/** Long enough that it does not run out within a clause. */
const LONG_MS = 60_000;
const SHORT_MS = 200;

/** What every implementation of the ownership port promises. */
export const ownershipContract: readonly OwnershipClause[] = [
  clause('gives a lease to one owner at a time', async ({ ownership }) => {
    const given = await Promise.all(['a', 'b', 'c'].map((owner) => ownership.acquire('work', owner, LONG_MS)));
    assert.equal(given.filter((lease) => lease !== undefined).length, 1);
  }),
  clause('tells pieces of work apart', async ({ ownership }) => {
    await taken(ownership, 'work', 'a');
    await taken(ownership, 'other', 'b');
  }),
  clause('gives a lease again to who has it, with a higher fence, and takes the earlier one for given away', async ({ ownership }) => {
    const first = await taken(ownership, 'work', 'a');
    const second = await taken(ownership, 'work', 'a');
    assert.ok(second.fence > first.fence);
    assert.equal(await ownership.renew(first, LONG_MS), false);
    assert.equal(await ownership.renew(second, LONG_MS), true);
  }),
  clause(
    'gives a lease that has run out to the next, with a higher fence, and refuses renewal to who had it',
    async ({ ownership, pass }) => {
      const first = await taken(ownership, 'work', 'a', SHORT_MS);
      await pass(SHORT_MS);
      const second = await taken(ownership, 'work', 'b');
      assert.ok(second.fence > first.fence);
      assert.equal(await ownership.renew(first, LONG_MS), false);
      assert.equal(await ownership.renew(second, LONG_MS), true);
    },
  ),
  clause('keeps a lease that is renewed', async ({ ownership, pass }) => {
    const lease = await taken(ownership, 'work', 'a', SHORT_MS);
    assert.equal(await ownership.renew(lease, LONG_MS), true);
    await pass(SHORT_MS);
    assert.equal(await ownership.acquire('work', 'b', LONG_MS), undefined);
  }),
  clause('renews a lease that has run out where nobody has taken it', async ({ ownership, pass }) => {
    const lease = await taken(ownership, 'work', 'a', SHORT_MS);
    await pass(SHORT_MS);
    assert.equal(await ownership.renew(lease, LONG_MS), true);
    assert.equal(await ownership.acquire('work', 'b', LONG_MS), undefined);
  }),
  clause('frees a lease at once, for good, and lets fences grow on', async ({ ownership }) => {
    const first = await taken(ownership, 'work', 'a');
    await ownership.release(first);
    assert.equal(await ownership.renew(first, LONG_MS), false);
    const second = await taken(ownership, 'work', 'b');
    assert.ok(second.fence > first.fence);
  }),
  clause('does not free what was given away since', async ({ ownership, pass }) => {
    const first = await taken(ownership, 'work', 'a', SHORT_MS);
    await pass(SHORT_MS);
    await taken(ownership, 'work', 'b');
    await ownership.release(first);
    assert.equal(await ownership.acquire('work', 'c', LONG_MS), undefined);
  }),
];

function clause(sentence: string, run: (under: OwnershipUnderTest) => Promise<void>): OwnershipClause {
  return { sentence, run };
}

async function taken(ownership: Ownership, name: string, owner: string, leaseMs = LONG_MS): Promise<Lease> {
  const lease = await ownership.acquire(name, owner, leaseMs);
  assert.ok(lease, `${owner} did not get ${name}`);
  assert.deepEqual([lease.name, lease.owner], [name, owner]);
  return lease;
}
