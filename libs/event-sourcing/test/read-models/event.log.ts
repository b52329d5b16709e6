import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { Position, RecordedEvent } from '../../src/event.js';
import type { AppendOutcome, EventStore, LogPage } from '../../src/event-store.port.js';

/** The reading side of the event-store port over an array; positions have gaps and pass 2^53. */
export class EventLog implements EventStore {
  readonly exclusiveWriter = true;
  readonly events: RecordedEvent[] = [];
  /** While true every read of the log fails. */
  away = false;
  reads = 0;
  private readonly versions = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  constructor(readonly logId = 'log-1') {}

  add(stream: string, type: string, amount = 1): Position {
    const version = (this.versions.get(stream) ?? -1) + 1;
    this.versions.set(stream, version);
    const position = (this.events.at(-1)?.position ?? 2n ** 53n) + 1n + BigInt(this.events.length % 3);
    const id = `${stream}/${version}`;
    const metadata = { cause: id, recordedAt: '2026-01-01T00:00:00.000Z', chain: '' };
    this.events.push({ stream, version, position, id, type, data: { amount }, metadata });
    for (const wake of [...this.waiting]) wake();
    return position;
  }

  async readLog(after: Position, maxCount: number, prefixes: readonly string[]): Promise<LogPage> {
    this.reads += 1;
    if (this.away) throw new EngineUnavailableError('the log is away');
    const from = this.firstAfter(after);
    const scanned = this.events.slice(from, from + maxCount);
    const events = scanned.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)));
    return { events, upTo: scanned.at(-1)?.position ?? after, caughtUp: from + scanned.length === this.events.length };
  }

  async waitForMore(after: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.events.at(-1)?.position ?? 0n) > after) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async head(): Promise<Position> {
    return this.events.at(-1)?.position ?? 0n;
  }

  append(): Promise<AppendOutcome> {
    return Promise.reject(new Error('this log is written with add'));
  }

  async readForwards(): Promise<readonly RecordedEvent[]> {
    return [];
  }

  async readBackwards(): Promise<readonly RecordedEvent[]> {
    return [];
  }

  async close(): Promise<void> {}

  private firstAfter(after: Position): number {
    let low = 0;
    for (let high = this.events.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.position ?? 0n) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
