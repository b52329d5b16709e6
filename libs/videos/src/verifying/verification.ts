import {
  type Breach,
  checkRows,
  checkStreamRead,
  describeBreach,
  endOfLog,
  type LogReading,
  pagesOf,
  type Projection,
  type ReadModelStore,
} from '#event-sourcing';
import { LogCheck } from './log.check.js';

/** What is verified: a log, the read models made of it, and how far its publishers say they are. */
export interface ToVerify extends LogReading {
  readonly readModels: ReadModelStore;
  readonly projections: readonly Projection[];
  /** Checkpoints as stored, by publisher; undefined where nothing was published yet. */
  readonly published: ReadonlyMap<string, string | undefined>;
  /** By this instant (ms) all that time had brought must have been written; null where the service was not running to write it. */
  readonly quietAt: number | null;
}

/** What was looked at, and what was found; at most the first thousand breaches are told. */
export interface Findings {
  readonly events: number;
  readonly streams: number;
  readonly breaches: readonly Breach[];
  /** The breaches as lines for people, the last one saying how many more there are. */
  readonly problems: readonly string[];
}

const MOST_TOLD = 1_000;
/** Streams read by their names between two pauses. */
const STREAMS_AT_ONCE = 50;

/**
 * Verifies everything that can be verified while the service runs or stands still: the log as a whole, each stream as its readers get it,
 * each read model against a fold of the log (I7), each checkpoint. Writes nothing.
 */
export async function verify(what: ToVerify): Promise<Findings> {
  const breaches: Breach[] = [];
  let more = 0;
  const report = (breach: Breach): void => {
    if (breaches.length < MOST_TOLD) breaches.push(breach);
    else more++;
  };
  const { store, published, projections } = what;
  const head = await store.head();
  const check = new LogCheck(what);
  for await (const events of pagesOf(what, 0n, head, report)) {
    for (const event of events) check.add(event).forEach(report);
  }
  check.finish(what.quietAt).forEach(report);
  await checkStreams(what, check, report);
  for (const projection of projections) {
    try {
      await checkRows({ ...what, projection, report });
    } catch (error) {
      report({ stream: projection.name, version: -1, invariant: 'I7', text: `its rows cannot be read: ${String(error)}` });
    }
  }
  const end = await endOfLog(store);
  for (const [publisher, checkpoint] of published) {
    if (checkpoint === undefined || (/^\d{1,30}$/.test(checkpoint) && BigInt(checkpoint) <= end)) continue;
    report({ stream: publisher, version: -1, invariant: 'I7', text: `its checkpoint ${checkpoint} is beyond the end of the log, ${end}` });
  }
  const problems = breaches.map(describeBreach);
  if (more > 0) problems.push(`and ${more} more`);
  return { events: check.events, streams: check.streams, breaches, problems };
}

/** Positions show what the log holds; streams are read another way, which must lead to the same events. */
async function checkStreams({ store, pause }: ToVerify, check: LogCheck, report: (breach: Breach) => void): Promise<void> {
  let read = 0;
  for (const [stream, last] of check.ends()) {
    const wrong = await checkStreamRead(store, stream, last);
    if (wrong) report(wrong);
    if (++read % STREAMS_AT_ONCE === 0) await pause();
  }
}
