import { isEngineUnavailable, type Patience, untilAvailable } from './engine-unavailable.js';
import type { Position, RecordedEvent } from './event.js';
import type { Projection } from './projection.js';
import { type ProjectionEngines, RunningProjection } from './running-projection.js';
import { Subscription } from './subscription.js';

export interface ProjectorOptions extends ProjectionEngines {
  readonly projections: readonly Projection[];
  /** This projection has stopped for good where it stands, because of `error`; the others go on. */
  readonly onStopped: (projection: string, error: unknown) => void;
  /** Events folded at once, at most; default 2,000. */
  readonly pageSize?: number;
}

/** How far read models have come, whoever keeps them up to date. */
export type ProjectionProgress = Pick<Projector, 'upTo' | 'waitFor'>;

/**
 * Keeps read models up to date with the log: one pass over the log feeds all projections, each with its own checkpoint,
 * stored with its rows. A projection that stands elsewhere than the others takes of each page what is new to it.
 */
export class Projector {
  private readonly running: ReadonlyMap<string, RunningProjection>;
  private readonly subscription: Subscription;
  private readonly stopping = new AbortController();

  constructor(private readonly options: ProjectorOptions) {
    const { projections, store, clock, log, pageSize } = options;
    this.running = new Map(projections.map((projection) => [projection.name, new RunningProjection(projection, options)]));
    this.subscription = new Subscription({
      name: 'projector',
      store,
      prefixes: [...new Set(projections.flatMap(({ prefixes }) => prefixes))],
      checkpoint: async () => this.lowest(),
      handle: (events, upTo) => this.handle(events, upTo),
      onStopped: (error) => log(`projector: no projection is left (${String(error)})`),
      clock,
      log,
      isAwaited: () => this.isAwaited(),
      ...(pageSize === undefined ? {} : { pageSize }),
    });
  }

  /** Opens every projection's rows, waiting for the store where it is away, and begins to follow the log. */
  async start(): Promise<void> {
    const { clock, log } = this.options;
    for (const [name, projection] of this.running) {
      const patience: Patience = { name: `projection ${name}`, clock, log, signal: this.stopping.signal };
      await untilAvailable(() => projection.open(), patience);
    }
    if (this.running.size > 0 && !this.stopping.signal.aborted) this.subscription.start();
  }

  /** The place in the log up to which this projection's rows tell everything. */
  upTo(projection: string): Position {
    return this.of(projection).progress.position;
  }

  /** True once the projection's rows tell everything up to `position`; false at the deadline, on abort, or when it has stopped. */
  waitFor(projection: string, position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const passed = this.of(projection).progress.waitFor(position, timeoutMs, signal);
    if (this.isAwaited()) this.subscription.hurry();
    return passed;
  }

  /**
   * Makes a projection's rows anew beside the live ones and then switches to them in one step. Rejects where an engine is
   * away, and leaves the live rows as they are; one rebuild of a projection at a time.
   */
  rebuild(projection: string, onProgress: (upTo: Position) => void = () => undefined): Promise<void> {
    return this.of(projection).rebuild(onProgress);
  }

  /** Stops reading, and resolves when what is in flight has been stored. The stores stay open. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription.stop();
    for (const [name, projection] of this.running) {
      try {
        await projection.settle();
      } catch (error) {
        if (!isEngineUnavailable(error)) throw error;
        this.options.log(`projection ${name}: its last checkpoint was not stored (${String(error)}); a start reads a little again`);
      }
      projection.progress.end();
    }
  }

  private async handle(events: readonly RecordedEvent[], upTo: Position): Promise<Position> {
    for (const [name, projection] of this.running) {
      if (projection.stopped) continue;
      try {
        await projection.apply(events, upTo);
      } catch (error) {
        if (!projection.stopped) throw error;
        this.options.log(`projection ${name}: stopped at ${projection.progress.position}: ${String(error)}`);
        this.options.onStopped(name, error);
        if ([...this.running.values()].every(({ stopped }) => stopped)) throw error;
      }
    }
    return this.lowest();
  }

  /** Where the projection that is furthest behind stands. */
  private lowest(): Position {
    const places = [...this.running.values()].filter(({ stopped }) => !stopped).map(({ progress }) => progress.position);
    return places.reduce((lowest, place) => (place < lowest ? place : lowest), places[0] ?? 0n);
  }

  private isAwaited(): boolean {
    return [...this.running.values()].some(({ progress }) => progress.isAwaited);
  }

  private of(name: string): RunningProjection {
    const projection = this.running.get(name);
    if (!projection) throw new Error(`no projection is called "${name}"`);
    return projection;
  }
}
