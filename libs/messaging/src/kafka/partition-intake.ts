import type { Message } from '../queue.port.js';
import { FinishedOffsets } from './finished-offsets.js';

/** A message that was fetched and is not finished, held in memory. */
export interface Held {
  /** Its place in this process's own order of arrival. */
  readonly seq: number;
  readonly offset: number;
  readonly intake: PartitionIntake;
  readonly message: Message;
  /** The body where it is no text. */
  readonly exact: Buffer | undefined;
  readonly publishedAt: number;
  readonly bytes: number;
}

/** Above either of these a partition is not fetched from until half of it is finished. */
const heldAtMost = 10_000;
const heldAtMostBytes = 16 * 1024 * 1024;

/**
 * One partition as this process takes it in for a group. It outlives the loss of the partition: what is still being handled then is known
 * when it comes back, so that it is not begun a second time.
 */
export class PartitionIntake {
  readonly finished = new FinishedOffsets();
  readonly held = new Map<number, Held>();
  /** Somebody else's now, or nobody's. */
  lost = true;
  /** What the group has committed is known; until then nothing is taken in. */
  ready = false;
  /** Counts the assignments, so that what was asked for an earlier one is not used. */
  term = 0;
  /** The offset that is expected to come next. */
  expected = 0;
  /** Something is finished that is not committed. */
  dirty = false;
  resume: (() => void) | undefined;
  private heldBytes = 0;

  constructor(readonly partition: number) {}

  /** Begins at what the group has committed, or at the first message that is kept. */
  begin(committed: number, low: number, metadata: string | null): void {
    const isKept = committed >= low;
    this.finished.addCommitted(Math.max(committed, low), isKept ? metadata : null);
    this.expected = Math.max(committed, low);
    this.ready = true;
    // What this process finished while the partition was another's is told to the brokers with the next commit.
    this.dirty = this.finished.lowest > Math.max(committed, low);
  }

  lose(): void {
    this.lost = true;
    this.ready = false;
    this.dirty = false;
    this.resume = undefined;
    this.term += 1;
  }

  knows(offset: number): boolean {
    return this.finished.has(offset) || this.held.has(offset);
  }

  hold(held: Held): void {
    this.held.set(held.offset, held);
    this.heldBytes += held.bytes;
  }

  /** It is not in hand any more, finished or not. */
  release(held: Held): void {
    if (!this.held.delete(held.offset)) return;
    this.heldBytes -= held.bytes;
    if (!this.resume || this.held.size > heldAtMost / 2 || this.heldBytes > heldAtMostBytes / 2) return;
    this.resume();
    this.resume = undefined;
  }

  get isFull(): boolean {
    return this.held.size > heldAtMost || this.heldBytes > heldAtMostBytes;
  }

  finish(held: Held): void {
    this.release(held);
    this.finished.add(held.offset);
    if (!this.lost) this.dirty = true;
  }
}
