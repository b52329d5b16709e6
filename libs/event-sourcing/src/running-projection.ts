import type { MachineClock } from './clock.port.js';
import { isEngineUnavailable } from './engine-unavailable.js';
import type { Position, RecordedEvent } from './event.js';
import type { EventStore } from './event-store.port.js';
import { FoldedRows, type RowChanges } from './folded-rows.js';
import { Progress } from './progress.js';
import { type Projection, RebuildOvertakenError } from './projection.js';
import type { Generation, ReadModelStore } from './read-model.port.js';
import { PAGE_SIZE } from './subscription.js';

/** Rows of one projection kept in memory between pages, at most. */
const CACHED_ROWS = 4_096;
const QUIET_PAGES = 64;
/** Rows of a rebuild held in memory, at most; past that they are written and read again. */
const REBUILD_ROWS = 200_000;
/** Rows of a rebuild written in one transaction. */
const REBUILD_SLICE_ROWS = 2_000;

export interface ProjectionEngines {
  readonly log: (message: string) => void;
  readonly store: EventStore;
  readonly readModels: ReadModelStore;
  readonly clock: MachineClock;
  /**
   * Pages without an event for a projection after which its checkpoint is stored all the same; default 64. One: whoever looks for the
   * checkpoint in the store sees it pass everything.
   */
  readonly quietPages?: number;
}

/** One projection at work: its live generation, how far that has come, and its rebuild. */
export class RunningProjection {
  readonly progress: Progress;
  stopped = false;
  private generation: Generation | undefined;
  /** The checkpoint as the store has it; `progress` may be ahead of it by quiet pages. */
  private stored: Position = 0n;
  private rows: FoldedRows | undefined;
  private quietPages = 0;
  /** A write's answer was lost, or the store was: whether `stored` still holds must be asked before anything else is written. */
  private unsure = false;
  /** The rows stand before the place from which pages come: what lies between must be read again. */
  private displaced = false;
  private rebuilding = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly projection: Projection,
    private readonly engines: ProjectionEngines,
  ) {
    this.progress = new Progress(engines.clock);
  }

  /** Opens the live generation, or a new empty one where its rows were made by another version, log, or future of the log. */
  async open(): Promise<void> {
    const { store, readModels, log } = this.engines;
    const { name } = this.projection;
    await this.reload();
    const head = await store.head();
    if (this.stored > head) {
      // The log was put back to an earlier state (a backup), or has lost its end: these rows tell of events that no longer exist.
      log(
        `THE LOG ENDS AT ${head}, but projection ${name} has seen it up to ${this.stored}: its rows are made anew. Was a backup put back?`,
      );
      await readModels.switchTo(name, await readModels.rebuild(name));
      await this.reload();
    }
    this.displaced = false;
  }

  /**
   * Folds what of a page is new to the projection, and stores it. Afterwards `progress` tells where the rows stand: elsewhere than
   * at `upTo` where another owner has written them, and then reading goes on from there.
   */
  apply(events: readonly RecordedEvent[], upTo: Position): Promise<void> {
    return this.inTurn(async () => {
      if (this.stopped) return;
      if (this.unsure) await this.reload();
      if (!this.displaced) await this.fold(events, upTo);
      this.displaced = false;
    });
  }

  private async fold(events: readonly RecordedEvent[], upTo: Position): Promise<void> {
    const at = this.progress.position;
    if (upTo <= at) return;
    const rows = (this.rows ??= new FoldedRows(this.projection, this.generation));
    try {
      await rows.add(after(events, at));
      const changes = rows.changes();
      this.quietPages = changes.size > 0 ? 0 : this.quietPages + 1;
      if (changes.size > 0 || this.quietPages >= (this.engines.quietPages ?? QUIET_PAGES)) {
        if (!(await this.write(upTo, rows))) return await this.reload();
      }
      this.progress.moveTo(upTo);
    } catch (error) {
      this.rows = undefined;
      this.unsure = isEngineUnavailable(error);
      if (this.unsure) throw error;
      // Another owner may have written rows that this page is already in: then nothing is wrong with it.
      if (await this.isPassed()) return this.reload();
      this.stopped = true;
      this.progress.end();
      throw error;
    }
  }

  /** Stores the checkpoint where only quiet pages came after the stored one, so that a start does not read them again. */
  settle(): Promise<void> {
    return this.inTurn(async () => {
      const at = this.progress.position;
      if (this.stopped || at <= this.stored || !this.generation) return;
      if (await this.generation.write(this.stored, at, new Map())) this.stored = at;
    });
  }

  /**
   * Makes the rows anew from the whole log, beside the live generation, which is read and written all the while; when they
   * have come as far, reads switch in one step. `onProgress` is told the place reached, page by page.
   */
  async rebuild(onProgress: (upTo: Position) => void): Promise<void> {
    if (this.rebuilding) throw new RebuildOvertakenError(this.projection.name);
    this.rebuilding = true;
    try {
      await this.fillAndSwitch(onProgress);
    } finally {
      this.rebuilding = false;
    }
  }

  private async fillAndSwitch(onProgress: (upTo: Position) => void): Promise<void> {
    const { store, readModels, clock } = this.engines;
    const { name, prefixes } = this.projection;
    if (this.generation === undefined) await this.open();
    const generation = await readModels.rebuild(name);
    const next = new RebuiltRows(this.projection, generation);
    for (let caughtUp = false; !caughtUp; ) {
      const page = await store.readLog(next.upTo, PAGE_SIZE, prefixes);
      await next.add(page.events, page.upTo);
      onProgress(page.upTo);
      caughtUp = page.caughtUp;
      await clock.sleep(0);
    }
    await next.flush();
    await this.inTurn(async () => {
      for (let switched = false; !switched; ) {
        // As far as the live rows, whoever writes them.
        const reached = await readModels.checkpoint(name);
        for (let more = true; more && (next.upTo < this.progress.position || next.upTo < reached); ) {
          const page = await store.readLog(next.upTo, PAGE_SIZE, prefixes);
          more = page.upTo > next.upTo;
          await next.add(page.events, page.upTo);
        }
        await next.flush();
        // Live rows beyond the log's end tell of events that no longer exist; any others must not be further when reads switch.
        switched = await readModels.switchTo(name, generation, reached > next.upTo ? undefined : next.upTo);
      }
      await this.reload();
    });
    onProgress(next.upTo);
  }

  private async write(upTo: Position, rows: FoldedRows): Promise<boolean> {
    const written = await this.generation?.write(this.stored, upTo, rows.changes());
    if (!written) return false;
    rows.written(CACHED_ROWS);
    this.stored = upTo;
    this.quietPages = 0;
    return true;
  }

  /** Whether the rows have moved on without us. Throws where the store is away; the page then comes again. */
  private async isPassed(): Promise<boolean> {
    this.unsure = true;
    const at = await this.generation?.checkpoint();
    this.unsure = false;
    return at !== this.stored;
  }

  /** Takes up the live generation as the store has it now. */
  private async reload(): Promise<void> {
    const { store, readModels } = this.engines;
    const { name, version, tables } = this.projection;
    this.rows = undefined;
    this.unsure = true;
    const live = await readModels.open(
      name,
      version,
      store.logId,
      tables.map(({ schema }) => schema),
    );
    const at = await live.checkpoint();
    const unmoved = live.id === this.generation?.id && at === this.stored;
    this.generation = live;
    this.unsure = false;
    if (unmoved) return;
    this.stored = at;
    this.displaced = at < this.progress.position;
    this.progress.moveTo(at);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.then(
      () => undefined,
      () => undefined, // whoever asked for the work has the error
    );
    return done;
  }
}

/** A generation being filled from the beginning of the log, out of memory where it fits. */
class RebuiltRows {
  upTo: Position = 0n;
  private stored: Position = 0n;
  private rows: FoldedRows;

  constructor(
    private readonly projection: Projection,
    private readonly generation: Generation,
  ) {
    this.rows = new FoldedRows(projection, undefined);
  }

  async add(events: readonly RecordedEvent[], upTo: Position): Promise<void> {
    await this.rows.add(events);
    this.upTo = upTo;
    if (this.rows.size > REBUILD_ROWS) await this.flush();
  }

  /** Writes in slices that leave the checkpoint where it is, and moves it with the end: until then the generation is unfinished. */
  async flush(): Promise<void> {
    for (const slice of this.rows.slices(REBUILD_SLICE_ROWS)) await this.write(this.stored, slice);
    await this.write(this.upTo, new Map());
    this.rows = new FoldedRows(this.projection, this.generation);
  }

  private async write(to: Position, rows: RowChanges): Promise<void> {
    const written = await this.generation.write(this.stored, to, rows);
    if (!written) throw new RebuildOvertakenError(this.projection.name);
    this.stored = to;
  }
}

function after(events: readonly RecordedEvent[], at: Position): readonly RecordedEvent[] {
  const first = events[0];
  return first === undefined || first.position > at ? events : events.filter(({ position }) => position > at);
}
