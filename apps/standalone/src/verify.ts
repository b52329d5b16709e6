import type { Verification } from '#api';
import { type ChainBreak, type RecordedEvent, verifyChain } from '#event-sourcing';
import type { Foundation } from './domain.js';

const PAGE_EVENTS = 2_000;

/** Walks the whole log: every stream's chain of hashes. */
export async function verifyEmbedded({ store }: Foundation): Promise<Verification> {
  const problems: string[] = [];
  const streams = new Map<string, RecordedEvent>();
  let events = 0;
  for (let after = 0n, caughtUp = false; !caughtUp; ) {
    const page = await store.readLog(after, PAGE_EVENTS, ['']);
    for (const event of page.events) {
      events++;
      const broken = verifyChain([event], streams.get(event.stream), false);
      if (broken) problems.push(describe(broken, event));
      streams.set(event.stream, event);
    }
    ({ upTo: after, caughtUp } = page);
  }
  return { ok: problems.length === 0, events, streams: streams.size, problems };
}

const describe = (broken: ChainBreak, event: RecordedEvent): string => `${event.stream}@${event.version}: ${JSON.stringify(broken)}`;
