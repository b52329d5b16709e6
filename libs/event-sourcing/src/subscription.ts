import type { MachineClock } from './clock.port.js';
import { backOffMs, type Patience, untilAvailable } from './engine-unavailable.js';
import type { Position, RecordedEvent } from './event.js';
import type { EventStore } from './event-store.port.js';
import { Progress } from './progress.js';

/** Events in one page of the log at most. */
export const PAGE_SIZE = 2_000;
/**
 * How long a live subscription rests after a page, in ms of machine time, unless somebody waits for it. One event after a quiet
 * time is taken at once; of many, the next page holds all that came meanwhile, and its transaction is paid once.
 */
const REST_MS = 50;

export interface SubscriptionOptions {
  readonly name: string;
  readonly store: EventStore;
  /** Streams it reads: those whose names start with one of these. */
  readonly prefixes: readonly string[];
  /** Where the effects have come to, durably; asked once, at the start. 0n: nowhere yet. */
  readonly checkpoint: () => Promise<Position>;
  /**
   * Takes events in order, never two calls at once, `events` perhaps empty. It makes its effect first and stores `upTo` as
   * its checkpoint second, in one transaction where the store has them. Where its effects stand elsewhere than at `upTo`
   * (another owner was there), it resolves with that place, and reading goes on from it. It throws EngineUnavailableError
   * to be called again with the same page; anything else that it throws stops the subscription at this place.
   */
  readonly handle: (events: readonly RecordedEvent[], upTo: Position) => Promise<Position | undefined>;
  /** The subscription has stopped for good at its checkpoint, because of `error`. Nothing was skipped. */
  readonly onStopped: (error: unknown) => void;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  /** 1–10,000; default 2,000. */
  readonly pageSize?: number;
  /** Whether somebody waits elsewhere for what this subscription does; such a one calls `hurry` when he comes. */
  readonly isAwaited?: () => boolean;
}

/**
 * A reader of the log that never skips: pages while it is behind, then live as events come, without polling. A log or
 * an engine that is away is waited for without end; a bug stops it where it stands.
 */
export class Subscription {
  private readonly stopping = new AbortController();
  private readonly progress: Progress;
  private resting = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: SubscriptionOptions) {
    this.progress = new Progress(options.clock);
  }

  /** Begins to read. Once only. */
  start(): void {
    if (this.running) throw new Error(`subscription "${this.options.name}" was started twice`);
    this.running = this.run();
  }

  /** The place up to which every event has been handled. */
  caughtUpTo(): Position {
    return this.progress.position;
  }

  /** True once everything up to `position` has been handled; false at the deadline, on abort, or when it has stopped. */
  waitFor(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const passed = this.progress.waitFor(position, timeoutMs, signal);
    if (this.progress.isAwaited) this.hurry();
    return passed;
  }

  /** Ends a rest. */
  hurry(): void {
    this.resting.abort();
  }

  /** Takes no more events, and resolves when the handler in flight is done. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.hurry();
    await this.running;
    this.progress.end();
  }

  private async run(): Promise<void> {
    try {
      await this.follow();
    } catch (error) {
      this.options.log(`${this.options.name}: stopped at ${this.progress.position}: ${String(error)}`);
      this.progress.end();
      this.options.onStopped(error);
    }
  }

  private async follow(): Promise<void> {
    const { name, store, prefixes, clock, log } = this.options;
    const signal = this.stopping.signal;
    const patience: Patience = { name, clock, log, signal };
    // The port's reads fail only where the engine does, so whatever they throw is waited for.
    const reading = <T>(action: () => Promise<T>) => untilAvailable(action, patience, () => true);

    const start = await untilAvailable(() => this.options.checkpoint(), patience);
    if (!start) return;
    let at = start.value;
    this.progress.moveTo(at);
    for (let setBacks = 0; !signal.aborted; ) {
      const page = (await reading(() => store.readLog(at, this.options.pageSize ?? PAGE_SIZE, prefixes)))?.value;
      if (!page || signal.aborted) return;
      if (page.upTo > at) {
        const handled = await untilAvailable(() => this.options.handle(page.events, page.upTo), patience);
        if (!handled) return;
        const from = at;
        at = handled.value ?? page.upTo;
        this.progress.moveTo(at);
        setBacks = at > from ? 0 : setBacks + 1;
        if (setBacks > 0) {
          log(`${name}: the checkpoint was moved by somebody else; reading goes on from ${at}`);
          await clock.sleep(backOffMs(setBacks), signal);
        }
      }
      if (!page.caughtUp) {
        await clock.sleep(0, signal); // lets requests in between the pages of a long catch-up
      } else if (at >= page.upTo) {
        await this.rest();
        await reading(() => store.waitForMore(at, signal));
      }
    }
  }

  private async rest(): Promise<void> {
    const { clock, isAwaited } = this.options;
    if (this.stopping.signal.aborted || this.progress.isAwaited || isAwaited?.()) return;
    this.resting = new AbortController();
    await clock.sleep(REST_MS, this.resting.signal);
  }
}
