import type { DatabaseSyncInstance } from '@photostructure/sqlite';

export type SqlValue = string | number | bigint | null | Uint8Array;
type NativeStatement = ReturnType<DatabaseSyncInstance['prepare']>;

/**
 * A prepared statement that outlives its connection: after a failed commit the file is opened anew and the statement is
 * prepared again. Every call throws once the database has ended. `Row` is what the SQL returns; the caller vouches for it.
 */
export class Statement<Row> {
  #native: NativeStatement | undefined;

  constructor(
    readonly sql: string,
    private readonly arrays: boolean,
    private readonly connection: () => DatabaseSyncInstance,
    private readonly wrote: () => void,
  ) {}

  /** Number of rows written. */
  run(...values: SqlValue[]): { readonly changes: number } {
    const result = this.#current().run(...values);
    this.wrote();
    return result;
  }

  get(...values: SqlValue[]): Row | undefined {
    return this.#current().get(...values) as Row | undefined;
  }

  all(...values: SqlValue[]): Row[] {
    return this.#current().all(...values) as Row[];
  }

  /** Forgets the connection it was prepared on. */
  reset(): void {
    this.#native = undefined;
  }

  #current(): NativeStatement {
    const connection = this.connection();
    if (this.#native) return this.#native;
    this.#native = connection.prepare(this.sql);
    this.#native.setReturnArrays(this.arrays);
    return this.#native;
  }
}
