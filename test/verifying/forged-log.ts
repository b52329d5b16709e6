import { type Breach, CHAIN_START, chainLink, eventId, type EventMetadata, type RecordedEvent } from '#event-sourcing';
import { LogCheck } from '#videos';

/** An event as a forger writes it: what would follow from the rest is made by `forge`. */
export interface Forged {
  readonly type: string;
  readonly data: RecordedEvent['data'];
  readonly cause: string;
  readonly recordedAt: string;
  readonly more?: boolean;
}

export const told = ({ type, data, metadata }: RecordedEvent): Forged => ({
  type,
  data,
  cause: metadata.cause,
  recordedAt: metadata.recordedAt,
  more: metadata.more === true,
});

/** One stream of these events with versions, ids and a chain that fit: a forger with the source code at hand. */
export function forge(stream: string, events: readonly Forged[]): RecordedEvent[] {
  let chain = CHAIN_START;
  const counts = new Map<string, number>();
  let whole = true;
  return events.map(({ type, data, cause, recordedAt, more }, version) => {
    if (whole) counts.clear();
    whole = more !== true;
    const index = counts.get(cause) ?? 0;
    counts.set(cause, index + 1);
    const id = eventId(stream, cause, index);
    const said: Omit<EventMetadata, 'chain'> = { cause, recordedAt, ...(more === true && { more }) };
    chain = chainLink(chain, { id, type, text: JSON.stringify(data), metadata: said });
    return { stream, version, position: BigInt(version + 1), id, type, data, metadata: { ...said, chain } };
  });
}

/** What the check says of these events as a whole log. */
export function found(events: readonly RecordedEvent[], quietAt: number | null = null): readonly Breach[] {
  const check = new LogCheck({ gapless: true });
  return [...events.flatMap((event) => check.add(event)), ...check.finish(quietAt)];
}
