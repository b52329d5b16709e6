import type { NewEvent, RecordedEvent } from '../event.js';
import type { AppendOutcome, EventStore } from '../event-store.port.js';

/** A store to be held against the contract. The log behind it may already hold other streams. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Begins the names of all streams of one clause; nothing else in the log begins with it. */
  readonly namespace: string;
  /** How long something that must happen may take, in milliseconds. */
  readonly patienceMs: number;
  /** Closes the store and opens another on the same log, as after a restart. */
  reopen(): Promise<EventStore>;
  dispose(): Promise<void>;
}

/** One sentence about every event store. `run` throws where it is not true. */
export interface Clause {
  readonly sentence: string;
  run(test: StoreUnderTest): Promise<void>;
}

let made = 0;

/** An event with an id of its own. */
export function anEvent(type = 'Happened', data: NewEvent['data'] = {}): NewEvent {
  made += 1;
  const id = `00000000-0000-5000-8000-${String(made).padStart(12, '0')}`;
  const metadata = { cause: `cause-${made}`, recordedAt: '2026-01-31T12:00:00.000Z', chain: 'AAAAAAAAAAAAAAAAAAAAAA' };
  return { id, type, data, text: JSON.stringify(data), metadata };
}

export function someEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => anEvent('Happened', { index }));
}

export function idsOf(events: readonly { readonly id: string }[]): string[] {
  return events.map(({ id }) => id);
}

/** Reads the whole log of a clause's streams, page by page. */
export async function wholeLog({ store, namespace }: StoreUnderTest, pageSize = 100): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let after = 0n;
  for (let pages = 0; pages < 1_000_000; pages += 1) {
    const page = await store.readLog(after, pageSize, [namespace]);
    events.push(...page.events);
    after = page.upTo;
    if (page.caughtUp) return events;
  }
  throw new Error('the log has no end');
}

export function appended(outcome: AppendOutcome): Extract<AppendOutcome, { kind: 'appended' }> {
  if (outcome.kind !== 'appended') throw new Error(`expected an append to be written, but it was ${JSON.stringify(outcome)}`);
  return outcome;
}

/** What a promise gives, or an error where that takes longer than the test's patience. */
export async function inTime<T>({ patienceMs }: StoreUnderTest, promise: Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(patienceMs);
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(new Error(`nothing happened within ${patienceMs} ms`)));
    }),
  ]);
}
