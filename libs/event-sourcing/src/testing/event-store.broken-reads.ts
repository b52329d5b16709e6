import type { NewEvent, Position, RecordedEvent } from '../event.js';
import type { AppendOutcome, LogPage } from '../event-store.port.js';
import { MemoryEventStore } from './memory-event-store.js';

/** Copies of the store in memory with one defect each, in what they read and when they wake. The contract's clauses must find them: a clause that finds none proves nothing. */

export class ReadsForwardsWithoutTheFirst extends MemoryEventStore {
  override readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return super.readForwards(stream, from + 1, count);
  }
}

export class ReadsBackwardsOldestFirst extends MemoryEventStore {
  override async readBackwards(stream: string, from: number | undefined, count: number): Promise<readonly RecordedEvent[]> {
    return [...(await super.readBackwards(stream, from, count))].reverse();
  }
}

export class ThrowsForUnknownStreams extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    if (!this.log.streams.has(stream)) throw new Error(`there is no stream "${stream}"`);
    return super.readForwards(stream, from, count);
  }
}

/** Stores under a changed name. */
abstract class ChangesNames extends MemoryEventStore {
  protected abstract changed(stream: string): string;
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const outcome = await super.append(this.changed(stream), expected, events);
    return outcome.kind === 'wrong-version' ? super.append(this.changed(stream), outcome.actualVersion, events) : outcome;
  }
  override readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return super.readForwards(this.changed(stream), from, count);
  }
}

export class IgnoresCase extends ChangesNames {
  protected changed(stream: string): string {
    return stream.toLowerCase();
  }
}

export class NormalisesNames extends ChangesNames {
  protected changed(stream: string): string {
    return stream.normalize('NFC');
  }
}

export class LosesTheEndOfLongStreams extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return from > 1000 ? [] : super.readForwards(stream, from, count);
  }
}

export class StoresLatinLettersOnly extends MemoryEventStore {
  override append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = events.map((event) => ({ ...event, text: Buffer.from(event.text, 'latin1').toString('latin1') }));
    return super.append(stream, expected, stored);
  }
}

export class ReadsWithoutTheLatest extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    const head = await this.head();
    return (await super.readForwards(stream, from, count)).filter(({ position }) => position < head);
  }
}

export class RoundsPositions extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    const events = await super.readForwards(stream, from, count);
    return events.map((event) => ({ ...event, position: BigInt(Number(event.position)) }));
  }
}

export class TurnsPagesRound extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, events: [...page.events].reverse() };
  }
}

export class SortsTheLogByStream extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, events: [...page.events].sort((a, b) => (a.stream < b.stream ? -1 : 1)) };
  }
}

export class IncludesTheStart extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after - 1n, count, prefixes);
  }
}

export class IgnoresThePageSize extends MemoryEventStore {
  override readLog(after: Position, _count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, Number.MAX_SAFE_INTEGER, prefixes);
  }
}

export class LooksAtTheFirstPrefixOnly extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, count, prefixes.slice(0, 1));
  }
}

export class TakesNoPrefixForAll extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, count, prefixes.length === 0 ? [''] : prefixes);
  }
}

export class StaysBeforeWhatIsLeftOut extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, upTo: page.events.at(-1)?.position ?? after };
  }
}

export class SaysCaughtUpAlways extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return { ...(await super.readLog(after, count, prefixes)), caughtUp: true };
  }
}

export class WakesNobody extends MemoryEventStore {
  override async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (await this.head()) > after) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }
}

export class WaitsForTheNextAppend extends MemoryEventStore {
  override async waitForMore(_after: Position, signal: AbortSignal): Promise<void> {
    return super.waitForMore(await this.head(), signal);
  }
}

export class CannotBeCalledOff extends MemoryEventStore {
  override waitForMore(after: Position, _signal: AbortSignal): Promise<void> {
    return super.waitForMore(after, new AbortController().signal);
  }
}

export class WakesForNothing extends MemoryEventStore {
  override async waitForMore(): Promise<void> {
    await Promise.resolve();
  }
}
