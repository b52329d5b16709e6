import type { Verification } from '#api';
import { accountProjection, RENDER_PUBLISHER, verify, videoProjection } from '#videos';
import type { Foundation } from './domain.js';

/** What became due within the last minute may still be on its way into the log. */
const LATENESS_MS = 60_000;

/** Verifies the log and what is made of it while the service goes on, a page at a time. */
export async function verifyEmbedded({ store, readModels, queue, clock, machineClock }: Foundation): Promise<Verification> {
  const quietAt = clock.now() - LATENESS_MS;
  const { events, streams, problems } = await verify({
    store,
    readModels,
    gapless: true,
    pause: () => machineClock.sleep(0),
    projections: [accountProjection, videoProjection],
    published: new Map([[RENDER_PUBLISHER, await queue.checkpoint(RENDER_PUBLISHER)]]),
    quietAt,
  });
  return { ok: problems.length === 0, events, streams, problems };
}
