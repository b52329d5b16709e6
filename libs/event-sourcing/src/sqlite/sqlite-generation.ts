import { rmSync } from 'node:fs';
import type { Position } from '../event.js';
import type { Generation, Row } from '../read-model.port.js';
import type { Stamp, ViewsFile } from './views-file.js';

/** Runs what touches a generation's file, translating the engine's errors. */
export type Guard = <T>(generation: SqliteGeneration, action: (file: ViewsFile) => T) => T;

/** One generation of a projection's rows, until it is dropped: then it holds nothing and refuses every write. */
export class SqliteGeneration implements Generation {
  /** The checkpoint as last read or written. */
  at: Position;
  private dropped = false;

  /** `showsFrom`: the rows replace lost ones that stood there, and may not be shown before they do too. */
  constructor(
    readonly projection: string,
    readonly id: string,
    readonly stamp: Stamp,
    readonly file: ViewsFile,
    private readonly guard: Guard,
    readonly showsFrom: Position = 0n,
  ) {
    this.at = file.checkpoint();
  }

  async checkpoint(): Promise<Position> {
    return this.dropped ? 0n : this.guard(this, (file) => file.checkpoint());
  }

  async get(table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    return this.dropped ? new Map() : this.guard(this, (file) => file.get(table, keys));
  }

  async write(from: Position, to: Position, rows: ReadonlyMap<string, ReadonlyMap<string, Row | null>>): Promise<boolean> {
    const written = !this.dropped && this.guard(this, (file) => file.write(from, to, rows));
    if (written) this.at = to;
    return written;
  }

  drop(): void {
    this.dropped = true;
    this.file.abandon();
    removeViews(this.file.path);
  }
}

/** Removes a database file with what SQLite keeps beside it. */
export function removeViews(path: string): void {
  for (const part of [path, `${path}-wal`, `${path}-shm`]) rmSync(part, { force: true });
}
