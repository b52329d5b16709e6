import { topics } from '#contracts';
import { FACT_PUBLISHER } from '#credits';
import {
  CertainAppends,
  describeBreach,
  EngineUnavailableError,
  type EventStore,
  type NewEvent,
  pagesOf,
  type Position,
  type RecordedEvent,
  systemMachineClock,
  untilAvailable,
} from '#event-sourcing';
import type { LogEngines } from '#service';
import { BALANCE_PUBLISHER, RENDER_PUBLISHER, WaitingRenders } from '#videos';
import { eventsOf, LogChains } from './log-file.js';
import { MoveRefusedError } from './move-refused.js';
import { MovingProgress } from './moving-progress.js';
import { onLog } from './opened-log.js';
import { SideBySide } from './side-by-side.js';

export interface Imported {
  readonly events: number;
  readonly streams: number;
  /** Events that were not there before. */
  readonly written: number;
  /** Videos that wait for a worker. */
  readonly waiting: number;
}

export interface ImportParts {
  readonly env: { readonly [name: string]: string | undefined };
  readonly file: string;
  readonly say: (text: string) => void;
}

/** Appends under way at once. */
const APPENDS = 256;
/** How long the queue is waited for. */
const PATIENCE_MS = 30_000;
/** Before the log's first event. */
const START = '0';

/** Where the target has come to in a stream. */
interface Standing {
  readonly version: number;
  readonly chain: string;
}

/**
 * Brings the events of a log file into the log of the environment's engines, which may be empty or hold the beginning of the same, as an
 * interrupted import leaves it. The whole file is checked first, and compared with what is there.
 */
export async function importLog({ env, file, say }: ImportParts): Promise<Imported> {
  return onLog({ env, mayBeEmpty: true, say }, async ({ store, queue: asked }) => {
    const queue = patient(asked, say);
    const there = await standings(store);
    const { events, streams, offers } = await checkedFile(file, there, say);
    if (there.size === 0) await forgetPublished(queue);
    const written = await appendMissing(store, file, there, say);
    const begun = await queue.checkpoint(RENDER_PUBLISHER);
    if (written > 0 || begun === undefined || begun === START) await offerWaiting(store, queue, events, offers);
    return { events, streams, written, waiting: offers.size };
  });
}

/** Every stream of the target, with its last event. */
async function standings(store: EventStore): Promise<ReadonlyMap<string, Standing>> {
  const there = new Map<string, Standing>();
  for await (const { stream, version, metadata } of wholeLog(store)) there.set(stream, { version, chain: metadata.chain });
  return there;
}

/** Reads the file to its end. A link covers all that came before it in its stream: where the last ones fit, all do. */
async function checkedFile(file: string, there: ReadonlyMap<string, Standing>, say: (text: string) => void) {
  const [chains, renders, progress] = [new LogChains(), new WaitingRenders(), new MovingProgress(say, 'events checked')];
  const foreign = new Set(there.keys());
  let events = 0;
  for await (const event of eventsOf(file)) {
    refuse(file, chains.add(event).map(describeBreach));
    renders.add(event);
    const standing = there.get(event.stream);
    if (standing?.version === event.version && standing.chain === event.metadata.chain) foreign.delete(event.stream);
    events += 1;
    progress.add(1);
  }
  refuse(file, chains.finish().map(describeBreach));
  const [stream] = foreign;
  if (stream !== undefined)
    throw new MoveRefusedError(
      `The target holds events that are not in "${file}" (stream "${stream}" and ${foreign.size - 1} more): import into an empty one. Nothing was written.`,
    );
  return { events, streams: chains.streams, offers: renders.offers() };
}

function refuse(file: string, [problem]: readonly string[]): void {
  if (problem !== undefined) throw new MoveRefusedError(`"${file}" cannot be imported: ${problem}`);
}

/** Each append again as one append, at its version and with its ids; many streams side by side. */
async function appendMissing(
  store: EventStore,
  file: string,
  there: ReadonlyMap<string, Standing>,
  say: (text: string) => void,
): Promise<number> {
  const log = { warn: (fields: object, message: string): void => say(`${message} ${JSON.stringify(fields)}\n`) };
  const appends = new CertainAppends(store, systemMachineClock, log);
  const [underWay, progress] = [new SideBySide(APPENDS), new MovingProgress(say, 'events imported')];
  let written = 0;
  for await (const [first, ...more] of appendsOf(file)) {
    const { stream, version } = first;
    if (version <= (there.get(stream)?.version ?? -1)) continue;
    // A store of one process takes appends in the order in which they are given to it, and has them in one commit.
    await underWay.add(() => append(stream, version - 1, [first, ...more]), store.exclusiveWriter ? undefined : stream);
  }
  await underWay.end();
  return written;

  async function append(stream: string, expected: number, events: readonly RecordedEvent[]): Promise<void> {
    const outcome = await appends.append(stream, expected, events.map(asNew));
    if (outcome.kind === 'wrong-version')
      throw new MoveRefusedError(
        `Somebody else writes into the target: stream "${stream}" is at version ${outcome.actualVersion}. Stop every process that uses it; ${written} events were written.`,
      );
    written += events.length;
    progress.add(events.length);
  }
}

function asNew({ id, type, data, metadata }: RecordedEvent): NewEvent {
  return { id, type, data, text: JSON.stringify(data), metadata };
}

/** The file's appends, in the order in which they end. */
async function* appendsOf(file: string): AsyncGenerator<readonly [RecordedEvent, ...RecordedEvent[]]> {
  const begun = new Map<string, [RecordedEvent, ...RecordedEvent[]]>();
  for await (const event of eventsOf(file)) {
    const append = begun.get(event.stream);
    append?.push(event);
    if (event.metadata.more === true) begun.set(event.stream, append ?? [event]);
    else {
      begun.delete(event.stream);
      yield append ?? [event];
    }
  }
}

type Checkpoints = Pick<LogEngines['queue'], 'checkpoint' | 'publish'>;

/** Brokers whose topics were only just made, or that elect a leader, are asked again for a while; then EngineUnavailableError says so. */
function patient(queue: Checkpoints, say: (text: string) => void): Checkpoints {
  const waiting = async <T>(action: () => Promise<T>): Promise<T> => {
    const over = new AbortController();
    const asked = new AbortController();
    void systemMachineClock.sleep(PATIENCE_MS, asked.signal).then(() => over.abort());
    const log = (message: string): void => say(`${message}\n`);
    const done = await untilAvailable(action, { name: 'import', clock: systemMachineClock, log, signal: over.signal }).finally(() =>
      asked.abort(),
    );
    if (done === undefined) throw new EngineUnavailableError('the message queue stayed away: import again when it is back');
    return done.value;
  };
  return {
    checkpoint: (publisher) => waiting(() => queue.checkpoint(publisher)),
    publish: (topic, messages, upTo) => waiting(() => queue.publish(topic, messages, upTo)),
  };
}

/** Checkpoints that are there beside an empty log are of another: everything is published again. */
async function forgetPublished(queue: Checkpoints): Promise<void> {
  for (const [publisher, topic] of [
    [RENDER_PUBLISHER, topics.renderJobs],
    [FACT_PUBLISHER, topics.creditEvents],
    [BALANCE_PUBLISHER, topics.creditBalances],
  ] as const)
    if ((await queue.checkpoint(publisher)) !== undefined) await queue.publish(topic, [], { publisher, checkpoint: START });
}

/**
 * Puts the publisher of render jobs just before the first job that still waits for a worker: no job of before is offered again, none that
 * waits is forgotten. Those of after whose videos have ended are refused when a worker asks.
 */
async function offerWaiting(store: EventStore, queue: Checkpoints, expected: number, offers: ReadonlySet<string>): Promise<void> {
  let [events, found]: [number, boolean] = [0, false];
  // Events of one append may have one position, which must not be cut in two.
  let [before, last]: [Position, Position] = [0n, 0n];
  for await (const { id, position } of wholeLog(store)) {
    events += 1;
    if (found) continue;
    if (position > last) [before, last] = [last, position];
    found = offers.has(id);
  }
  if (events !== expected) throw new MoveRefusedError(`The target has ${events} events after the import; ${expected} were to be there.`);
  await queue.publish(topics.renderJobs, [], { publisher: RENDER_PUBLISHER, checkpoint: String(found ? before : last) });
}

async function* wholeLog(store: EventStore): AsyncGenerator<RecordedEvent> {
  const unreadable = (text: string): never => {
    throw new Error(`the target's log cannot be read: ${text}`);
  };
  const reading = { store, gapless: false, pause: () => systemMachineClock.sleep(0) };
  for await (const page of pagesOf(reading, 0n, await store.head(), ({ text }) => unreadable(text))) yield* page;
}
