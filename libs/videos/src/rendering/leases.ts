import type { MachineClock, ReadModelStore } from '#event-sourcing';

/** What is known of a render in progress. A note, not an event: where it is lost, the lease begins anew. */
export interface Lease {
  readonly attempt: number;
  /** Real time, ms since the epoch: silence beyond it means that the worker is lost (rule 27). */
  readonly until: number;
  /** Percent, 0–100. */
  readonly progress: number;
}

/** The leases of renders in progress, in real time, never the test clock's. */
export class Leases {
  constructor(
    private readonly store: Pick<ReadModelStore, 'putNote' | 'getNotes' | 'removeNote'>,
    private readonly clock: MachineClock,
    readonly leaseMs: number,
  ) {}

  /** Begins or renews the lease of an attempt; progress never goes back within one. */
  async renew(videoId: string, attempt: number, progress: number): Promise<void> {
    const before = (await this.read([videoId])).get(videoId);
    const furthest = before?.attempt === attempt ? Math.max(before.progress, progress) : progress;
    await this.store.putNote(noteKey(videoId), { attempt, until: this.clock.now() + this.leaseMs, progress: furthest });
  }

  async end(videoId: string): Promise<void> {
    await this.store.removeNote(noteKey(videoId));
  }

  async progress(videoIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (videoIds.length === 0) return new Map();
    const leases = await this.read(videoIds);
    return new Map([...leases].map(([videoId, { progress }]) => [videoId, progress]));
  }

  /** Whether the attempt's worker has been silent for longer than its lease; begins one where none is known. */
  async isLost(videoId: string, attempt: number): Promise<boolean> {
    const lease = (await this.read([videoId])).get(videoId);
    if (lease?.attempt === attempt) return lease.until <= this.clock.now();
    await this.renew(videoId, attempt, 0);
    return false;
  }

  private async read(videoIds: readonly string[]): Promise<ReadonlyMap<string, Lease>> {
    const notes = await this.store.getNotes(videoIds.map(noteKey));
    const leases = new Map<string, Lease>();
    for (const videoId of videoIds) {
      const note = notes.get(noteKey(videoId));
      if (note) leases.set(videoId, note as unknown as Lease);
    }
    return leases;
  }
}

const noteKey = (videoId: string): string => `lease:${videoId}`;
