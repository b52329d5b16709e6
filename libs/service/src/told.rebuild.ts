import type { EventStore, Projector } from '#event-sourcing';
import type { ServiceLog } from './logger.js';

const HUNDRED = 100n;

/** Makes a read model anew beside the live one, and tells the log each hundredth of the way. Safe beside a projector of another process. */
export async function rebuildTold(
  projector: Pick<Projector, 'rebuild'>,
  projection: string,
  { store, told }: { readonly store: Pick<EventStore, 'head'>; readonly told: Pick<ServiceLog, 'logger'> },
): Promise<void> {
  const head = await store.head();
  let last = -1n;
  await projector.rebuild(projection, (upTo) => {
    const percent = head === 0n || upTo >= head ? HUNDRED : (upTo * HUNDRED) / head;
    if (percent === last) return;
    last = percent;
    told.logger.info({ projection, percent: Number(percent) }, 'making a read model anew');
  });
}
