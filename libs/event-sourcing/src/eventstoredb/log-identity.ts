import type { MachineClock } from '../clock.port.js';
import { EngineUnavailableError } from '../engine-unavailable.js';
import { type EventStore, NO_STREAM } from '../event-store.port.js';
import type { Ids } from '../ids.port.js';
import { eventId } from '../uuid5.js';

/** The stream that tells this log from every other. No page of the log shows it. */
export const IDENTITY_STREAM = 'log-identity';
const CAUSE = 'log-identity';

type Streams = Pick<EventStore, 'append' | 'readForwards'>;

/** The identity in the log; undefined where it has none yet. */
export async function readIdentity({ readForwards }: Pick<Streams, 'readForwards'>): Promise<string | undefined> {
  const [first] = await readForwards(IDENTITY_STREAM, 0, 1);
  if (first === undefined) return undefined;
  const id = first.data['logId'];
  if (typeof id !== 'string') throw new Error(`the first event of stream "${IDENTITY_STREAM}" holds no identity`);
  return id;
}

/** The log's identity, which whoever comes first gives it. EngineUnavailableError where that cannot be said now. */
export async function identify(streams: Streams, ids: Ids, clock: MachineClock): Promise<string> {
  const known = await readIdentity(streams);
  if (known !== undefined) return known;
  const data = { logId: ids.random() };
  const metadata = { cause: CAUSE, recordedAt: new Date(clock.now()).toISOString(), chain: '' };
  const event = { id: eventId(IDENTITY_STREAM, CAUSE, 0), type: 'LogIdentified', data, text: JSON.stringify(data), metadata };
  const outcome = await streams.append(IDENTITY_STREAM, NO_STREAM, [event]);
  // Others may have been first, with the same event id: what is stored decides.
  const stored = await readIdentity(streams);
  if (stored !== undefined) return stored;
  throw new EngineUnavailableError(
    `the log could not be given its identity: ${outcome.kind === 'unknown' ? outcome.reason : outcome.kind}`,
  );
}
