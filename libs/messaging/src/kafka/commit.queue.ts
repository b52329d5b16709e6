import type { Offsets } from 'kafkajs';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import { asEngineTrouble, EngineUnavailableError } from './kafka-errors.js';
import type { PartitionIntake } from './partition-intake.js';

/** Commits what it is given as the group's member, once: no tries of its own that could outlive the membership. */
export type Commit = (offsets: Offsets) => Promise<void>;

/** Finished messages are written together, this long after the first of them: after a crash they may be offered again. */
const writeAfterMs = 10;
const firstWaitMs = 50;
const longestWaitMs = 2_000;
/** How often somebody who waits for it sees it fail before he is told. */
const triesAtMost = 6;

/** Writes what is finished: per partition the lowest unfinished offset, and with it what is finished beyond. One commit at a time. */
export class CommitQueue {
  private commit: Commit | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isAtIt = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly topic: string,
    private readonly intakes: () => Iterable<PartitionIntake>,
    private readonly clock: QueueClock,
    private readonly report: Report,
  ) {}

  /** The way to commit, renewed with each membership. */
  through(commit: Commit): void {
    this.commit = commit;
  }

  soon(): void {
    if (this.isAtIt) return;
    this.isAtIt = true;
    void this.writeUntilWritten();
  }

  /** Resolves when what is finished by now is committed, but for partitions that are no longer ours: their next owner is offered it again. */
  async durable(): Promise<void> {
    let waitMs = firstWaitMs;
    for (let failures = 0; ; ) {
      try {
        await this.write();
        return;
      } catch (error) {
        failures += 1;
        if (failures >= triesAtMost || this.stopping.signal.aborted) throw asEngineTrouble('committing what is finished', error);
        await this.clock.sleep(waitMs, this.stopping.signal);
        waitMs *= 2;
      }
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Goes on for what is finished while a commit is under way: nothing else may finish for a long time, and the lag would show it. */
  private async writeUntilWritten(): Promise<void> {
    let waitMs = firstWaitMs;
    await this.clock.sleep(writeAfterMs, this.stopping.signal);
    while (!this.stopping.signal.aborted && this.moved().length > 0) {
      try {
        await this.write();
        waitMs = firstWaitMs;
        await this.clock.sleep(writeAfterMs, this.stopping.signal);
      } catch (error) {
        this.report(`kafka: committing what is finished of ${this.topic} failed, it is tried again`, error);
        await this.clock.sleep(waitMs, this.stopping.signal);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
    this.isAtIt = false;
  }

  private moved(): readonly PartitionIntake[] {
    return [...this.intakes()].filter(({ dirty, lost, ready }) => dirty && ready && !lost);
  }

  private write(): Promise<void> {
    this.writing = this.writing.catch((error: unknown) => error).then(() => this.writeNow());
    return this.writing;
  }

  private async writeNow(): Promise<void> {
    const moved = this.moved();
    if (moved.length === 0) return;
    if (!this.commit) throw new EngineUnavailableError('the group is not joined');
    const partitions = moved.map(({ partition, finished }) => ({
      partition,
      offset: String(finished.lowest),
      metadata: finished.encode(),
    }));
    for (const intake of moved) intake.dirty = false;
    try {
      await this.commit({ topics: [{ topic: this.topic, partitions }] });
    } catch (error) {
      for (const intake of moved) intake.dirty = !intake.lost;
      throw error;
    }
  }
}
