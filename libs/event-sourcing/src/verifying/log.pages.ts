import type { Position, RecordedEvent } from '../event.js';
import type { EventStore } from '../event-store.port.js';
import type { Breach } from './breach.js';

/** Events read at once: few enough that the service goes on answering between two pages. */
const PAGE_EVENTS = 500;
/** The name under which breaches of the log as a whole are told. */
export const LOG = 'log';

export interface LogReading {
  readonly store: EventStore;
  /** Lets others go first, between two pages. */
  readonly pause: () => Promise<void>;
  /** The log's positions have no gaps (the embedded store's): a missing event is then found whatever stream it was of. */
  readonly gapless: boolean;
}

/**
 * The log's pages after `after` and up to `upTo`, both as positions. Where the log cannot be read to that end, says so through
 * `report` and ends there.
 */
export async function* pagesOf(
  { store, pause }: LogReading,
  after: Position,
  upTo: Position,
  report: (breach: Breach) => void,
): AsyncGenerator<readonly RecordedEvent[]> {
  for (let at = after; at < upTo; ) {
    const page = await read(store, at);
    if (typeof page === 'string' || (page.upTo <= at && !page.caughtUp)) {
      const why = typeof page === 'string' ? page : `there is nothing, and its end is said to be at ${upTo}`;
      report({ stream: LOG, version: -1, invariant: 'unreadable', text: `after position ${at}: ${why}` });
      return;
    }
    yield page.events.filter(({ position }) => position <= upTo);
    if (page.caughtUp) return;
    at = page.upTo;
    await pause();
  }
}

async function read(store: EventStore, after: Position) {
  try {
    return await store.readLog(after, PAGE_EVENTS, ['']);
  } catch (error) {
    return String(error);
  }
}
