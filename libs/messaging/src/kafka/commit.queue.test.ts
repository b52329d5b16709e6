import type { Offsets } from 'kafkajs';
import { CommitQueue } from './commit.queue.js';
import { type Held, PartitionIntake } from './partition-intake.js';

const clock = { now: () => 0, sleep: () => Promise.resolve() };

function taken(): { readonly intake: PartitionIntake; finish(offset: number): void } {
  const intake = new PartitionIntake(0);
  intake.lost = false;
  intake.begin(0, 0, null);
  const message = { key: '', headers: {}, body: '' };
  const held = (offset: number): Held => ({ seq: offset, offset, intake, message, exact: undefined, publishedAt: 0, bytes: 1 });
  return { intake, finish: (offset) => intake.finish(held(offset)) };
}

describe('what a group has finished', () => {
  it('is committed also where it was finished while a commit was under way, and nothing comes after it', async () => {
    const { intake, finish } = taken();
    const commits = new CommitQueue(
      'topic',
      () => [intake],
      clock,
      () => undefined,
    );
    const committed: (string | undefined)[] = [];
    const all = new Promise<void>((resolve) => {
      commits.through(async ({ topics: [topic] }: Offsets) => {
        committed.push(topic?.partitions[0]?.offset);
        if (committed.length === 2) return resolve();
        finish(1);
        commits.soon();
      });
    });
    finish(0);
    commits.soon();
    await all;
    expect(committed).toEqual(['1', '2']);
  });
});
