export type SqlValue = string | number | Uint8Array | null;

export interface QueueStatement {
  run(...parameters: SqlValue[]): { readonly changes: number };
  get(...parameters: SqlValue[]): unknown;
  all(...parameters: SqlValue[]): unknown[];
}

/** The connection that the queue shares with the event log, so that both are durable by the same commit. */
export interface QueueDatabase {
  exec(sql: string): void;
  prepare(sql: string): QueueStatement;
  /**
   * Runs `work` synchronously in the transaction that ends this turn of the event loop, in the order of the calls;
   * resolves after COMMIT. A rejection leaves open whether the work is durable.
   */
  commit<T>(work: () => T): Promise<T>;
}
