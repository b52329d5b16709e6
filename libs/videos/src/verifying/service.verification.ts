import { FACT_PUBLISHER } from '#credits';
import type { EventStore, MachineClock, ReadModelStore } from '#event-sourcing';
import type { MessageQueue } from '#messaging';
import { BALANCE_PUBLISHER } from '../account/balance-facts.js';
import { projections } from '../projections.js';
import { RENDER_PUBLISHER } from '../rendering/render-job.message.js';
import { verify } from './verification.js';

/** The engines of one service, and what may be expected of them. */
export interface ServiceToVerify {
  readonly store: EventStore;
  readonly queue: Pick<MessageQueue, 'checkpoint'>;
  readonly readModels: ReadModelStore;
  readonly machineClock: MachineClock;
  /** The store numbers its events without gaps, so that any missing one is found. */
  readonly gapless: boolean;
  /** By this instant (ms) all that time had brought must have been written; null where nobody was there to write it. */
  readonly quietAt: number | null;
}

/** What verifying found, in the shape of `POST /v1/ops/verify`. */
export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  readonly streams: number;
  readonly problems: readonly string[];
}

/** Verifies the log of a service and all that is made of it, a page at a time, also while it goes on. */
export async function verifyService({ store, queue, readModels, machineClock, gapless, quietAt }: ServiceToVerify): Promise<Verification> {
  const published = new Map<string, string | undefined>();
  for (const publisher of [RENDER_PUBLISHER, FACT_PUBLISHER, BALANCE_PUBLISHER])
    published.set(publisher, await queue.checkpoint(publisher));
  const { events, streams, problems } = await verify({
    store,
    readModels,
    gapless,
    pause: () => machineClock.sleep(0),
    projections,
    published,
    quietAt,
  });
  return { ok: problems.length === 0, events, streams, problems };
}
