import { hash } from 'node:crypto';
import type { EventMetadata, RecordedEvent } from './event.js';

/** The chain before a stream's first event. */
export const CHAIN_START = '';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 16 bytes are 21 characters of base64url and two bits of one more. */
const WHOLE_CHARACTERS = 21;
const TOP_TWO_BITS = 0b110000;

/** What a link is made of. `text` is the data as stored; the metadata's own link does not count. */
export interface Linked {
  readonly id: string;
  readonly type: string;
  readonly text: string;
  readonly metadata: Omit<EventMetadata, 'chain' | 'cause'>;
}

/**
 * The next link of a stream's chain: the first 16 bytes of sha256(previous ‖ id ‖ type ‖ data ‖ metadata) as base64url. The parts cannot
 * run into each other: the first two have fixed lengths, data is an object, and of the metadata each text has its length before it. The
 * cause is left out: it is in the id.
 */
export function chainLink(previous: string, { id, type, text, metadata }: Linked): string {
  const digest = hash('sha256', previous + id + type + text + said(metadata), 'base64url');
  const last = BASE64URL.indexOf(digest.charAt(WHOLE_CHARACTERS)) & TOP_TWO_BITS;
  return digest.slice(0, WHOLE_CHARACTERS) + BASE64URL.charAt(last);
}

/** Plain concatenation: this runs for every event that is written. */
function said({ recordedAt, more, correlation, actor, keyName, command, requestHash }: Linked['metadata']): string {
  let text = more === true ? `${recordedAt}+` : recordedAt;
  if (correlation !== undefined) text += `correlation ${correlation.length} ${correlation}`;
  if (actor !== undefined) text += `actor ${actor.length} ${actor}`;
  if (keyName !== undefined) text += `key ${keyName.length} ${keyName}`;
  if (command !== undefined) text += `command ${command.length} ${command}`;
  if (requestHash !== undefined) text += `request ${requestHash.length} ${requestHash}`;
  return text;
}

/** Where and how a stream's events stop being those that were written. */
export interface ChainBreak {
  readonly stream: string;
  readonly version: number;
  readonly reason: 'version-gap' | 'wrong-link' | 'time-goes-back' | 'append-cut-short';
}

/** How far a stream has been verified: hand it on to verify the next page. */
export type Verified = Pick<RecordedEvent, 'version' | 'metadata'>;

/**
 * Verifies a run of one stream's events, in order, after `before` (undefined: from the stream's first event).
 * `complete` says that the run reaches the stream's end, where no append may be cut short. Undefined: all is as written.
 */
export function verifyChain(events: readonly RecordedEvent[], before?: Verified, complete = true): ChainBreak | undefined {
  let last = before;
  for (const event of events) {
    const reason = breakBetween(last, event);
    if (reason !== undefined) return { stream: event.stream, version: event.version, reason };
    last = event;
  }
  const end = events.at(-1);
  if (complete && end?.metadata.more === true) return { stream: end.stream, version: end.version, reason: 'append-cut-short' };
  return undefined;
}

function breakBetween(last: Verified | undefined, event: RecordedEvent): ChainBreak['reason'] | undefined {
  const { id, type, data, metadata } = event;
  if (event.version !== (last === undefined ? 0 : last.version + 1)) return 'version-gap';
  const previous = last === undefined ? CHAIN_START : last.metadata.chain;
  if (chainLink(previous, { id, type, text: JSON.stringify(data), metadata }) !== metadata.chain) return 'wrong-link';
  if (last !== undefined && !(metadata.recordedAt >= last.metadata.recordedAt)) return 'time-goes-back';
  return undefined;
}
