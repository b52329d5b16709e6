import type { RecordedEvent } from './event.js';
import type { Row, TableSchema } from './read-model.port.js';

/**
 * A read model as a pure fold per key. `keysOf` names the rows an event touches; `fold` makes each anew from what it was
 * (undefined: no such row; null: remove it). Over the log nothing is skipped: a fold that throws stops the projection there.
 */
export interface Projection {
  readonly name: string;
  /** Changes whenever the same log would give other rows. */
  readonly version: string;
  /** Streams it reads: those whose names start with one of these. */
  readonly prefixes: readonly string[];
  readonly tables: readonly ProjectedTable[];
}

export interface ProjectedTable<R extends Row = Row> {
  readonly schema: TableSchema;
  keysOf(event: RecordedEvent): readonly string[];
  fold(row: R | undefined, event: RecordedEvent, key: string): R | null;
}

/** A rebuild came to nothing, for another one of the same projection was begun; that one goes on. */
export class RebuildOvertakenError extends Error {
  override readonly name = 'RebuildOvertakenError';
  constructor(projection: string) {
    super(`the rebuild of "${projection}" was dropped: another one was begun`);
  }
}
