import type { MachineClock } from '../../src/clock.port.js';
import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { AppendOutcome, EventStore, LogPage } from '../../src/event-store.port.js';
import type { NewEvent, Position, RecordedEvent } from '../../src/event.js';

export type Fault = 'none' | 'answer lost' | 'never arrives' | 'lands late' | 'rejects' | 'rejects after writing';

export interface Fate {
  readonly fault: Fault;
  /** How long the store takes, and how much later still a late append lands, ms. */
  readonly delayMs: number;
  readonly lateMs: number;
}

/** A store between which and its user things go wrong, each operation as fate has it. */
export class FaultyStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly clock: MachineClock,
    private readonly fate: (operation: 'append' | 'read') => Fate,
    /** Called with each append that is still on its way after its sender has given up on it. */
    private readonly late: (landing: Promise<unknown>) => void = () => undefined,
  ) {}

  get logId(): string {
    return this.store.logId;
  }

  get exclusiveWriter(): boolean {
    return this.store.exclusiveWriter;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const { fault, delayMs, lateMs } = this.fate('append');
    const write = (): Promise<AppendOutcome> => this.store.append(stream, expectedVersion, events);
    await this.clock.sleep(delayMs);
    switch (fault) {
      case 'none':
        return this.#slowly(write(), delayMs);
      case 'answer lost':
        await write();
        return { kind: 'unknown', reason: fault };
      case 'never arrives':
        return { kind: 'unknown', reason: fault };
      case 'lands late':
        this.late(this.clock.sleep(lateMs).then(write));
        return { kind: 'unknown', reason: fault };
      case 'rejects after writing':
        await write();
        throw new EngineUnavailableError(fault);
      case 'rejects':
        throw new EngineUnavailableError(fault);
    }
  }

  async readForwards(stream: string, fromVersion: number, maxCount: number): Promise<readonly RecordedEvent[]> {
    const { fault, delayMs } = this.fate('read');
    await this.clock.sleep(delayMs);
    if (fault !== 'none') throw new EngineUnavailableError(fault);
    return this.#slowly(this.store.readForwards(stream, fromVersion, maxCount), delayMs);
  }

  readBackwards(stream: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    return this.store.readBackwards(stream, fromVersion, maxCount);
  }

  readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    return this.store.readLog(after, maxCount, prefixes);
  }

  waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    return this.store.waitForMore(after, signal);
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  async #slowly<T>(answer: Promise<T>, delayMs: number): Promise<T> {
    const given = await answer;
    await this.clock.sleep(delayMs);
    return given;
  }
}
