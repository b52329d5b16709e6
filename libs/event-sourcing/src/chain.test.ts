import { createHash } from 'node:crypto';
import { CHAIN_START, chainLink, verifyChain } from './chain.js';
import type { EventMetadata, RecordedEvent } from './event.js';

function stream(length: number, at?: number, by: Partial<EventMetadata> = {}): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  let chain = CHAIN_START;
  for (let version = 0; version < length; version++) {
    const [id, type, data] = [`00000000-0000-5000-8000-00000000000${version}`, 'Counted', { to: version, ' 1': 'é' }];
    const said = { cause: `c${version}`, recordedAt: `2026-01-01T00:00:0${version}.000Z`, actor: 'Ann', ...(version === at && by) };
    chain = chainLink(chain, { id, type, text: JSON.stringify(data), metadata: said });
    events.push({ stream: 's', version, position: BigInt(version), id, type, data, metadata: { ...said, chain } });
  }
  return events;
}

function changed(events: readonly RecordedEvent[], version: number, by: Partial<RecordedEvent>): RecordedEvent[] {
  return events.map((event) => (event.version === version ? { ...event, ...by } : event));
}

describe('the chain', () => {
  it('is the first 16 bytes of sha256 over previous, id, type, data and the rest of the metadata', () => {
    for (let salt = 0; salt < 50; salt++) {
      const digest = createHash('sha256').update(`previous${salt}idtype{}then+actor 3 Annrequest 2 xy`).digest();
      const metadata = { requestHash: 'xy', actor: 'Ann', more: true, recordedAt: 'then' } as const;
      expect(chainLink(`previous${salt}`, { id: 'id', type: 'type', text: '{}', metadata })).toBe(
        digest.subarray(0, 16).toString('base64url'),
      );
    }
  });

  it('of a stream as it was written verifies, whole or page by page', () => {
    const events = stream(6);
    expect(verifyChain(events)).toBeUndefined();
    expect(verifyChain(events.slice(0, 3))).toBeUndefined();
    expect(verifyChain(events.slice(3), events[2])).toBeUndefined();
    expect(verifyChain(events.map((event) => ({ ...event, data: JSON.parse(JSON.stringify(event.data)) })))).toBeUndefined();
  });

  it('breaks where something was changed, dropped, added, swapped or cut', () => {
    const events = stream(6);
    const { metadata } = events[3] as RecordedEvent;
    expect(verifyChain(changed(events, 3, { data: { to: 4 } }))).toMatchObject({ version: 3, reason: 'wrong-link' });
    expect(verifyChain(changed(events, 3, { type: 'Other' }))).toMatchObject({ version: 3, reason: 'wrong-link' });
    expect(verifyChain(changed(events, 3, { id: 'other' }))).toMatchObject({ version: 3, reason: 'wrong-link' });
    expect(verifyChain(changed(events, 3, { metadata: { ...metadata, actor: 'Bob' } }))).toMatchObject({
      version: 3,
      reason: 'wrong-link',
    });
    expect(verifyChain(stream(6, 3, { recordedAt: '2026-01-01T00:00:01.000Z' }))).toMatchObject({ version: 3, reason: 'time-goes-back' });
    expect(verifyChain(events.filter(({ version }) => version !== 2))).toMatchObject({ version: 3, reason: 'version-gap' });
    expect(verifyChain(events.slice(1))).toMatchObject({ version: 1, reason: 'version-gap' });
    const cut = stream(4, 3, { more: true });
    expect(verifyChain(cut)).toMatchObject({ version: 3, reason: 'append-cut-short' });
    expect(verifyChain(cut, undefined, false)).toBeUndefined();
  });
});
