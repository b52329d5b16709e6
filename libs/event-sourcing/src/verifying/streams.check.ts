import { type Verified, verifyChain } from '../chain.js';
import type { EventStore } from '../event-store.port.js';
import type { Breach } from './breach.js';

const PAGE_EVENTS = 200;

/** Whether a stream, read by its name, gives the events that the log has of it up to `last`. A stream may have grown since. */
export async function checkStreamRead(store: EventStore, stream: string, last: Verified): Promise<Breach | undefined> {
  const wrong = (version: number, text: string): Breach => ({ stream, version, invariant: 'chain', text: `read by its stream, ${text}` });
  let before: Verified | undefined;
  while (before === undefined || before.version < last.version) {
    const from = before === undefined ? 0 : before.version + 1;
    try {
      const page = await store.readForwards(stream, from, Math.min(PAGE_EVENTS, last.version + 1 - from));
      const foreign = page.find((event) => event.stream !== stream);
      if (page.length === 0 || foreign) return wrong(from, foreign ? `there is an event of ${foreign.stream}` : 'it is missing');
      const broken = verifyChain(page, before, false);
      if (broken) return wrong(broken.version, 'it is not what the log has');
      before = page.at(-1);
    } catch (error) {
      return wrong(from, `it cannot be had: ${String(error)}`);
    }
  }
  return before?.metadata.chain === last.metadata.chain ? undefined : wrong(last.version, 'it ends differently');
}
