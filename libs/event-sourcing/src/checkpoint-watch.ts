import type { MachineClock } from './clock.port.js';
import { isEngineUnavailable } from './engine-unavailable.js';
import type { Position } from './event.js';
import { Progress } from './progress.js';
import type { ReadModelStore } from './read-model.port.js';

export interface CheckpointWatchOptions {
  readonly readModels: Pick<ReadModelStore, 'checkpoint'>;
  /** Names of the projections that may be asked about. */
  readonly projections: readonly string[];
  readonly clock: MachineClock;
  /** How long to rest between two looks at the store while somebody waits, in ms; default 25. */
  readonly pollMs?: number;
}

const POLL_MS = 25;
/** The rest while the store is away, in ms. */
const AWAY_POLL_MS = 250;

/**
 * How far projections have come whose projector is in another process. The store is asked only while somebody waits for more than
 * was last seen, in one look for all who wait. A store that is away counts as not yet.
 */
export class CheckpointWatch {
  private readonly watched: ReadonlyMap<string, Progress>;
  private looking: Promise<void> | undefined;

  constructor(private readonly options: CheckpointWatchOptions) {
    this.watched = new Map(options.projections.map((name) => [name, new Progress(options.clock)]));
  }

  /** How far the projection's rows had come when they were last looked at; 0n before that. */
  upTo(projection: string): Position {
    return this.of(projection).position;
  }

  /** True once the projection's rows tell everything up to `position`; false at the deadline or on abort. Rejects on a bug of the store. */
  async waitFor(projection: string, position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const passed = this.of(projection).waitFor(position, timeoutMs, signal);
    if (!this.isAwaited()) return passed;
    this.looking ??= this.look();
    return Promise.race([passed, this.looking.then(() => passed)]);
  }

  /** Whoever comes when this has seen that nobody waits must find it over, and begin anew. */
  private async look(): Promise<void> {
    const { clock, pollMs = POLL_MS } = this.options;
    try {
      while (this.isAwaited()) {
        const reached = await this.lookOnce();
        if (this.isAwaited()) await clock.sleep(reached ? pollMs : AWAY_POLL_MS);
      }
    } finally {
      this.looking = undefined;
    }
  }

  /** False where the store is away. */
  private async lookOnce(): Promise<boolean> {
    const awaited = [...this.watched].filter(([, progress]) => progress.isAwaited);
    try {
      const seen = await Promise.all(awaited.map(([name]) => this.options.readModels.checkpoint(name)));
      awaited.forEach(([, progress], index) => progress.moveTo(seen[index] ?? 0n));
      return true;
    } catch (error) {
      if (!isEngineUnavailable(error)) throw error;
      return false;
    }
  }

  private isAwaited(): boolean {
    return [...this.watched.values()].some(({ isAwaited }) => isAwaited);
  }

  private of(projection: string): Progress {
    const progress = this.watched.get(projection);
    if (!progress) throw new Error(`no projection is called "${projection}"`);
    return progress;
  }
}
