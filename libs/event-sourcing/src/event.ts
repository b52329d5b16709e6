/** Plain data as JSON can hold it; what is stored never contains anything else. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** What every stored event carries beside its data. Times are UTC instants as ISO 8601 text with milliseconds. */
export interface EventMetadata {
  /** The business id of what made this happen. Each takes effect once per stream, for ever. */
  readonly cause: string;
  /** When it was decided, by the business clock. Never goes back within a stream. */
  readonly recordedAt: string;
  /** Groups everything that one request or message set off. */
  readonly correlation?: string;
  /** The acting person, as the caller named them. */
  readonly actor?: string;
  /** Name of the API key that authenticated the command. */
  readonly keyName?: string;
  /** The request's cause, on the first decided event of an append in which no event bears it as its own. */
  readonly command?: string;
  /** Hash of the normalised request; on the first event of a request's cause only. */
  readonly requestHash?: string;
  /** 16 bytes (base64url) of sha256(previous chain ‖ id ‖ type ‖ data ‖ the rest of this); from the stream's first event on. */
  readonly chain: string;
  /** Another event of the same append follows: how a replay and `credits verify` find an append's end. */
  readonly more?: true;
}

/** An event about to be appended. `text` is what is stored and chained: exactly `JSON.stringify(data)`. */
export interface NewEvent {
  /** UUIDv5 of (stream, cause, index): the same decision always makes the same id. */
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly text: string;
  readonly metadata: EventMetadata;
}

/** A place in the global log. Grows, may have gaps, may pass 2^53. 0n is before everything. */
export type Position = bigint;

/** An event as the log holds it. Objects are shared between readers and must not be changed. */
export interface RecordedEvent {
  readonly stream: string;
  /** 0 for the first event of its stream, without gaps. */
  readonly version: number;
  readonly position: Position;
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}
