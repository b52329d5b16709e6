import { CheckpointWatch, Projector, systemMachineClock } from '#event-sourcing';
import { projectionNames, projections } from '#videos';
import type { Engines } from './engines.port.js';

export interface ProjectorParts {
  readonly log: (message: string) => void;
  /** A read model has stopped for good, because of a bug. */
  readonly onStopped: (error: Error) => void;
}

/** Keeps the read models up to date, once it is started, and makes them anew. */
export function projectorOn(engines: Pick<Engines, 'store' | 'readModels' | 'ownership'>, { log, onStopped }: ProjectorParts): Projector {
  const { store, readModels, ownership } = engines;
  return new Projector({
    projections,
    store,
    readModels,
    // Other processes look into the store for how far the rows have come: they must be told of pages that changed no row, too.
    ...(ownership && { quietPages: 1 }),
    clock: systemMachineClock,
    log,
    onStopped: (projection, error) => onStopped(new Error(`projection ${projection} stopped`, { cause: error })),
  });
}

/** How far the read models have come that some other process may keep up to date. */
export function progressIn({ readModels }: Pick<Engines, 'readModels'>): CheckpointWatch {
  return new CheckpointWatch({ readModels, projections: projectionNames, clock: systemMachineClock });
}
