import { type AllStreamResolvedEvent, type JSONEventData, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, JsonObject, NewEvent, RecordedEvent } from '../event.js';

type Plain = { readonly [key: string]: unknown };
/** An event as the client takes it. */
export type ProposedEvent = JSONEventData<{ type: string; data: Plain; metadata: Uint8Array }>;

/** The server's bound on one append in bytes, in all releases up to 24.10 and by default in later ones. */
export const LARGEST_APPEND_BYTES = 1024 * 1024;
/** The server stores the type's name in UTF-16. */
const BYTES_PER_CHARACTER_OF_TYPE = 2;
/** The server has no position to give for an event of a stream (before release 22.6): all bits are set. */
const NO_POSITION = 2n ** 64n - 1n;

/** More in one append than the server takes. Nothing was written, and a repeat cannot help. */
export class AppendTooLargeError extends Error {
  override readonly name = 'AppendTooLargeError';
  constructor(stream: string, bytes: number | undefined, largest: number) {
    super(`an append to stream "${stream}" ${bytes === undefined ? 'is too large' : `has ${bytes} bytes`}; the server takes ${largest}`);
  }
}

/**
 * Everything that can fail in turning events into bytes fails here, before the client has seen them: what it cannot serialise it never
 * answers. Data is given as it is read back from its own text.
 */
export function proposed(stream: string, events: readonly NewEvent[], largestBytes: number): ProposedEvent[] {
  if (events.length === 0) throw new RangeError('an append needs at least one event');
  const encoder = new TextEncoder();
  let bytes = 0;
  const made = events.map(({ id, type, text, metadata }) => {
    if (typeof id !== 'string' || typeof type !== 'string' || typeof text !== 'string')
      throw new TypeError('an event needs id, type and text');
    const written = encoder.encode(JSON.stringify(metadata));
    bytes += Buffer.byteLength(text) + written.length + type.length * BYTES_PER_CHARACTER_OF_TYPE;
    return jsonEvent({ id, type, data: JSON.parse(text) as Plain, metadata: written });
  });
  if (bytes > largestBytes) throw new AppendTooLargeError(stream, bytes, largestBytes);
  return made;
}

/** The event of ours that was read. Throws where it is none: another program has written to this stream. */
export function recorded({ event }: ResolvedEvent | AllStreamResolvedEvent): RecordedEvent {
  if (event === undefined) throw new Error('the event store gave an event without content');
  const { streamId: stream, revision, id, type, data, metadata, isJson, position } = event;
  if (!isJson || typeof data !== 'object' || metadata === undefined || metadata instanceof Uint8Array)
    throw new Error(`event ${revision} of stream "${stream}" is not one of ours: it has no data or no metadata in JSON`);
  if (position === undefined || position.commit === NO_POSITION)
    throw new Error('the event store gives no positions with the events of a stream: release 22.6 or later is needed');
  return {
    stream,
    version: Number(revision),
    position: position.commit,
    id,
    type,
    data: data as unknown as JsonObject,
    metadata: metadata as unknown as EventMetadata,
  };
}
