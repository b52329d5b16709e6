import type { NewEvent, Position, RecordedEvent } from '../event.js';
import type { AppendOutcome, LogPage } from '../event-store.port.js';
import { MemoryEventStore } from './memory-event-store.js';

/** Copies of the store in memory with one defect each. The contract's clauses must find them: a clause that finds none proves nothing. */

class CountsFromOne extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return (await super.readForwards(stream, from, count)).map((event) => ({ ...event, version: event.version + 1 }));
  }
}

class AnswersTheFirstPosition extends MemoryEventStore {
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

class WritesAboveTheVersion extends ChangesTheExpectation {
  protected changed(expected: number, actual: number): number {
    return Math.min(expected, actual);
  }
}

class WritesBelowTheVersion extends ChangesTheExpectation {
  protected changed(expected: number, actual: number): number {
    return Math.max(expected, actual);
  }
}

class ForgetsRepeats extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const actualVersion = (this.log.streams.get(stream)?.length ?? 0) - 1;
    return expected < actualVersion ? { kind: 'wrong-version', actualVersion } : super.append(stream, expected, events);
  }
}

class AnswersRepeatsWithTheHead extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const outcome = await super.append(stream, expected, events);
    const last = this.log.streams.get(stream)?.at(-1);
    return outcome.kind === 'appended' && last ? { ...outcome, version: last.version, position: last.position } : outcome;
  }
}

class ComparesTheFirstIdOnly extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = this.log.streams.get(stream) ?? [];
    const isRepeat = stored.length > 0 && stored[expected + 1]?.id === events[0]?.id;
    return super.append(stream, expected, isRepeat ? (stored.slice(expected + 1) as unknown as NewEvent[]) : events);
  }
}

class RefusesKnownIds extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = this.log.streams.get(stream) ?? [];
    const isKnown = expected === stored.length - 1 && stored.some(({ id }) => id === events[0]?.id);
    return isKnown ? { kind: 'wrong-version', actualVersion: stored.length - 1 } : super.append(stream, expected, events);
  }
}

class FailsTheWholeTurn extends MemoryEventStore {
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

class ChecksTheVersionTooEarly extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const version = () => (this.log.streams.get(stream)?.length ?? 0) - 1;
    const fits = version() === expected;
    await Promise.resolve();
    return super.append(stream, fits ? version() : expected, events);
  }
}

class WritesEventByEvent extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    let outcome: AppendOutcome = { kind: 'unknown', reason: 'nothing to write' };
    for (const [index, event] of events.entries()) {
      outcome = await super.append(stream, expected + index, [event]);
      if (outcome.kind !== 'appended') break;
    }
    return outcome;
  }
}

class AcceptsNothing extends MemoryEventStore {
  override async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    if (events.length === 0) return { kind: 'appended', version: expected, position: await this.head() };
    return super.append(stream, expected, events);
  }
}

class GivesAHundredEventsAtMost extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return super.readForwards(stream, from, Math.min(count, 100));
  }
}

class LosesTheLastEventWhenClosed extends MemoryEventStore {
  override async close(): Promise<void> {
    const lost = this.log.events.pop();
    if (lost) this.log.streams.get(lost.stream)?.pop();
    await super.close();
  }
}

class StartsPositionsAgain extends MemoryEventStore {
  override reopen(): MemoryEventStore {
    this.log.nextPosition = this.log.events[0]?.position ?? 0n;
    return super.reopen();
  }
}

class HasANewLogIdEachTime extends MemoryEventStore {
  readonly #id = crypto.randomUUID();
  override get logId(): string {
    return this.#id;
  }
}

class ReadsForwardsWithoutTheFirst extends MemoryEventStore {
  override readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return super.readForwards(stream, from + 1, count);
  }
}

class ReadsBackwardsOldestFirst extends MemoryEventStore {
  override async readBackwards(stream: string, from: number | undefined, count: number): Promise<readonly RecordedEvent[]> {
    return [...(await super.readBackwards(stream, from, count))].reverse();
  }
}

class ThrowsForUnknownStreams extends MemoryEventStore {
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

class IgnoresCase extends ChangesNames {
  protected changed(stream: string): string {
    return stream.toLowerCase();
  }
}

class NormalisesNames extends ChangesNames {
  protected changed(stream: string): string {
    return stream.normalize('NFC');
  }
}

class LosesTheEndOfLongStreams extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    return from > 1000 ? [] : super.readForwards(stream, from, count);
  }
}

class StoresLatinLettersOnly extends MemoryEventStore {
  override append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const stored = events.map((event) => ({ ...event, text: Buffer.from(event.text, 'latin1').toString('latin1') }));
    return super.append(stream, expected, stored);
  }
}

class ReadsWithoutTheLatest extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    const head = await this.head();
    return (await super.readForwards(stream, from, count)).filter(({ position }) => position < head);
  }
}

class RoundsPositions extends MemoryEventStore {
  override async readForwards(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    const events = await super.readForwards(stream, from, count);
    return events.map((event) => ({ ...event, position: BigInt(Number(event.position)) }));
  }
}

class TurnsPagesRound extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, events: [...page.events].reverse() };
  }
}

class SortsTheLogByStream extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, events: [...page.events].sort((a, b) => (a.stream < b.stream ? -1 : 1)) };
  }
}

class IncludesTheStart extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after - 1n, count, prefixes);
  }
}

class IgnoresThePageSize extends MemoryEventStore {
  override readLog(after: Position, _count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, Number.MAX_SAFE_INTEGER, prefixes);
  }
}

class LooksAtTheFirstPrefixOnly extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, count, prefixes.slice(0, 1));
  }
}

class TakesNoPrefixForAll extends MemoryEventStore {
  override readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return super.readLog(after, count, prefixes.length === 0 ? [''] : prefixes);
  }
}

class StaysBeforeWhatIsLeftOut extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    const page = await super.readLog(after, count, prefixes);
    return { ...page, upTo: page.events.at(-1)?.position ?? after };
  }
}

class SaysCaughtUpAlways extends MemoryEventStore {
  override async readLog(after: Position, count: number, prefixes: readonly string[]): Promise<LogPage> {
    return { ...(await super.readLog(after, count, prefixes)), caughtUp: true };
  }
}

class WakesNobody extends MemoryEventStore {
  override async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (await this.head()) > after) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }
}

class WaitsForTheNextAppend extends MemoryEventStore {
  override async waitForMore(_after: Position, signal: AbortSignal): Promise<void> {
    return super.waitForMore(await this.head(), signal);
  }
}

class CannotBeCalledOff extends MemoryEventStore {
  override waitForMore(after: Position, _signal: AbortSignal): Promise<void> {
    return super.waitForMore(after, new AbortController().signal);
  }
}

class WakesForNothing extends MemoryEventStore {
  override async waitForMore(): Promise<void> {
    await Promise.resolve();
  }
}

/** Each with the clauses that must find it, by the beginning of their sentences. */
export const brokenEventStores: readonly { readonly store: typeof MemoryEventStore; readonly foundBy: readonly string[] }[] = [
  { store: CountsFromOne, foundBy: ['a stream begins at version 0'] },
  { store: AnswersTheFirstPosition, foundBy: ['an append at the version of the stream is written right behind it'] },
  { store: WritesAboveTheVersion, foundBy: ['an append above the version'] },
  { store: WritesBelowTheVersion, foundBy: ['an append below the version', 'an exact repeat', 'of appends made at once'] },
  { store: ForgetsRepeats, foundBy: ['an exact repeat', 'repeats of one append sent at once'] },
  { store: AnswersRepeatsWithTheHead, foundBy: ['an exact repeat'] },
  { store: ComparesTheFirstIdOnly, foundBy: ['a repeat of which only some'] },
  { store: RefusesKnownIds, foundBy: ['at the version of the stream ids are not looked at'] },
  { store: FailsTheWholeTurn, foundBy: ['a conflict touches only its own append'] },
  { store: ChecksTheVersionTooEarly, foundBy: ['of appends made at once', 'repeats of one append sent at once'] },
  { store: WritesEventByEvent, foundBy: ['an append is there whole'] },
  { store: AcceptsNothing, foundBy: ['an append of no events'] },
  { store: GivesAHundredEventsAtMost, foundBy: ['an event of 500 kB'] },
  { store: LosesTheLastEventWhenClosed, foundBy: ['everything is there after a reopening'] },
  { store: StartsPositionsAgain, foundBy: ['everything is there after a reopening'] },
  { store: HasANewLogIdEachTime, foundBy: ['everything is there after a reopening'] },
  { store: ReadsForwardsWithoutTheFirst, foundBy: ['reading forwards'] },
  { store: ReadsBackwardsOldestFirst, foundBy: ['reading backwards'] },
  { store: ThrowsForUnknownStreams, foundBy: ['a stream that nobody has written to'] },
  { store: IgnoresCase, foundBy: ['streams are told apart'] },
  { store: NormalisesNames, foundBy: ['streams are told apart'] },
  { store: LosesTheEndOfLongStreams, foundBy: ['a long stream is read page by page'] },
  { store: StoresLatinLettersOnly, foundBy: ['an event comes back as it was given'] },
  { store: ReadsWithoutTheLatest, foundBy: ['an append that was answered is seen at once'] },
  { store: RoundsPositions, foundBy: ['an event has one position'] },
  { store: TurnsPagesRound, foundBy: ['the log is in the order of the answers', 'the log keeps the order of every stream'] },
  { store: SortsTheLogByStream, foundBy: ['the log is in the order of the answers'] },
  { store: IncludesTheStart, foundBy: ['a page of the log begins after'] },
  { store: IgnoresThePageSize, foundBy: ['a page of the log holds at most'] },
  { store: LooksAtTheFirstPrefixOnly, foundBy: ['the log gives only the streams'] },
  { store: TakesNoPrefixForAll, foundBy: ['the log gives only the streams'] },
  { store: StaysBeforeWhatIsLeftOut, foundBy: ['pages lead through the log'] },
  { store: SaysCaughtUpAlways, foundBy: ['a page says that it has caught up'] },
  { store: WakesNobody, foundBy: ['waiting for more ends when something is appended'] },
  { store: WaitsForTheNextAppend, foundBy: ['waiting for more ends at once'] },
  { store: CannotBeCalledOff, foundBy: ['waiting for more ends when it is called off'] },
  { store: WakesForNothing, foundBy: ['waiting for more goes on'] },
];
