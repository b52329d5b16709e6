import type { NewEvent, RecordedEvent } from '../event.js';
import type { AppendOutcome } from '../event-store.port.js';
import { MemoryEventStore } from './memory-event-store.js';

/** Copies of the store in memory with one defect each, in what they write and keep. The contract's clauses must find them: a clause that finds none proves nothing. */

export class CountsFromOne extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return (await super.readForwards(stream, from, count)).map((event) => ({ ...event, version: event.version + 1 }));
  }
}

export class AnswersTheFirstPosition extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const outcome = await super.append(stream, expected, events);
    const [first] = await this.readForwards(stream, expected + 1, 1);
    return outcome.kind === 'appended' && first ? { ...outcome, position: first.position } : outcome;
  }
}

/** What the expected version is replaced by before the append, given the version of the stream. */
abstract class ChangesTheExpectation extends MemoryEventStore {
  protected abstract changed(expected: number, actual: number): number;
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const actual = (this.log.streams.get(stream)?.length ?? 0) - 1;
    return super.append(stream, this.changed(expected, actual), events);
  }
}

export class WritesAboveTheVersion extends ChangesTheExpectation {
  protected changed(expected: number, actual: number): number {
    return Math.min(expected, actual);
  }
}

export class WritesBelowTheVersion extends ChangesTheExpectation {
  protected changed(expected: number, actual: number): number {
    return Math.max(expected, actual);
  }
}

export class ForgetsRepeats extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const actualVersion = (this.log.streams.get(stream)?.length ?? 0) - 1;
    return expected < actualVersion ? { kind: 'wrong-version', actualVersion } : super.append(stream, expected, events);
  }
}

export class AnswersRepeatsWithTheHead extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const outcome = await super.append(stream, expected, events);
    const last = this.log.streams.get(stream)?.at(-1);
    return outcome.kind === 'appended' && last ? { ...outcome, version: last.version, position: last.position } : outcome;
  }
}

export class ComparesTheFirstIdOnly extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = this.log.streams.get(stream) ?? [];
    const isRepeat = stored.length > 0 && stored[expected + 1]?.id === events[0]?.id;
    return super.append(stream, expected, isRepeat ? (stored.slice(expected + 1) as unknown as NewEvent[]) : events);
  }
}

export class RefusesKnownIds extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = this.log.streams.get(stream) ?? [];
    const isKnown = expected === stored.length - 1 && stored.some(({ id }) => id === events[0]?.id);
    return isKnown ? { kind: 'wrong-version', actualVersion: stored.length - 1 } : super.append(stream, expected, events);
  }
}

export class FailsTheWholeTurn extends MemoryEventStore {
  #turn: { readonly conflicts: boolean }[] = [];
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const actualVersion = (this.log.streams.get(stream)?.length ?? 0) - 1;
    const turn = this.#turn;
    turn.push({ conflicts: expected > actualVersion });
    await Promise.resolve();
    this.#turn = [];
    return turn.some(({ conflicts }) => conflicts) ? { kind: 'wrong-version', actualVersion } : super.append(stream, expected, events);
  }
}

export class ChecksTheVersionTooEarly extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const version = () => (this.log.streams.get(stream)?.length ?? 0) - 1;
    const fits = version() === expected;
    await Promise.resolve();
    return super.append(stream, fits ? version() : expected, events);
  }
}

export class WritesEventByEvent extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    let outcome: AppendOutcome = { kind: 'unknown', reason: 'nothing to write' };
    for (const [index, event] of events.entries()) {
      outcome = await super.append(stream, expected + index, [event]);
      if (outcome.kind !== 'appended') break;
    }
    return outcome;
  }
}

export class AcceptsNothing extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    if (events.length === 0) return { kind: 'appended', version: expected, position: await this.head() };
    return super.append(stream, expected, events);
  }
}

export class GivesAHundredEventsAtMost extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return super.readForwards(stream, from, Math.min(count, 100));
  }
}

export class LosesTheLastEventWhenClosed extends MemoryEventStore {
  override async close(): Promise<void> {
    const lost = this.log.events.pop();
    if (lost) this.log.streams.get(lost.stream)?.pop();
    await super.close();
  }
}

export class StartsPositionsAgain extends MemoryEventStore {
  override reopen(): MemoryEventStore {
    this.log.nextPosition = this.log.events[0]?.position ?? 0n;
    return super.reopen();
  }
}

export class HasANewLogIdEachTime extends MemoryEventStore {
  readonly #id = crypto.randomUUID();
  override get logId(): string {
    return this.#id;
  }
}
