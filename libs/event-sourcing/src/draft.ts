import type { Fact } from './decision.js';
import type { EventMetadata, NewEvent } from './event.js';
import { type CauseKey, type Causes, causeKey } from './causes.js';
import { chainLink } from './chain.js';
import type { Held } from './standing.cache.js';
import type { Transaction } from './transact.port.js';
import { eventId } from './uuid5.js';

/** Events ready to be appended after a standing. */
export interface Draft {
  readonly events: readonly NewEvent[];
  /** The causes that take effect with it, each with the index of its first event. */
  readonly causes: readonly { readonly key: CauseKey; readonly index: number }[];
  /** Index of the first event of the command's own cause; 0 where none bears it. */
  readonly own: number;
}

/** A fact's cause has taken effect before: a defect in the decision or in `settle`, never a customer's mistake. */
export class CauseRepeatedError extends Error {
  override readonly name = 'CauseRepeatedError';
  constructor(stream: string, cause: string) {
    super(`cause "${cause}" has taken effect in stream "${stream}" before; its facts must not be decided again`);
  }
}

type Command = Pick<Transaction<never, never, never>, 'cause' | 'requestHash' | 'correlation' | 'actor' | 'keyName'>;

/** Turns what time has brought and what was decided, in this order, into one append's events. */
export function draft<F extends Fact>(
  stream: string,
  command: Command,
  held: Held<unknown>,
  settled: readonly F[],
  decided: readonly F[],
  now: number,
): Draft {
  const recordedAt = new Date(now).toISOString();
  const facts = settled.length === 0 ? decided : [...settled, ...decided];
  const events: NewEvent[] = [];
  const causes: { key: CauseKey; index: number }[] = [];
  const counts = new Map<string, number>();
  let own = -1;
  for (const [index, fact] of facts.entries()) {
    const cause = fact.cause ?? command.cause;
    const count = counts.get(cause) ?? 0;
    counts.set(cause, count + 1);
    if (count === 0) causes.push({ key: newCause(stream, held.causes, cause), index });
    const firstOwn = own === -1 && cause === command.cause;
    if (firstOwn) own = index;
    const id = eventId(stream, cause, count);
    const text = JSON.stringify(fact.data);
    const metadata: Writable<EventMetadata> = { cause, recordedAt, chain: '' };
    if (command.correlation !== undefined) metadata.correlation = command.correlation;
    if (index >= settled.length) stampCommand(metadata, command);
    if (firstOwn && command.requestHash !== undefined) metadata.requestHash = command.requestHash;
    if (index < facts.length - 1) metadata.more = true;
    events.push({ id, type: fact.type, data: fact.data, text, metadata });
  }
  if (own === -1 && decided.length > 0 && command.requestHash !== undefined) {
    own = settled.length;
    causes.push({ key: newCause(stream, held.causes, command.cause), index: own });
    rememberCommand(events[own] as NewEvent, command);
  }
  linkAll(events, held.chain);
  return { events, causes, own: Math.max(own, 0) };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function newCause(stream: string, known: Causes, cause: string): CauseKey {
  const key = causeKey(cause);
  if (known.find(key) !== undefined) throw new CauseRepeatedError(stream, cause);
  return key;
}

/** The chain covers all that an event says, so its links are made last. */
function linkAll(events: readonly NewEvent[], before: string): void {
  let chain = before;
  for (const event of events) {
    const metadata: Writable<EventMetadata> = event.metadata;
    metadata.chain = chain = chainLink(chain, event);
  }
}

/** A request all of whose facts have causes of their own: the first remembers the request's, so that its repeat is found. */
function rememberCommand({ metadata }: NewEvent, command: Command): void {
  const remembered: Writable<EventMetadata> = metadata;
  remembered.command = command.cause;
  remembered.requestHash = command.requestHash as string;
}

/** Who acted stands on what was decided, not on what time had brought anyway. */
function stampCommand(metadata: Writable<EventMetadata>, command: Command): void {
  if (command.actor !== undefined) metadata.actor = command.actor;
  if (command.keyName !== undefined) metadata.keyName = command.keyName;
}
