import type { JsonObject, Position } from './event.js';

export type ColumnType = 'text' | 'integer' | 'json';
/**
 * Integers are safe integers (instants in milliseconds fit); `json` holds any plain value. Columns left out are null. Text
 * keeps no zero character and no half of a surrogate pair: they come back as U+FFFD, and a key must not have any.
 */
export type Row = { readonly [column: string]: unknown };

/** A read model's table: its columns, the one that is its key (text), and the orders it can be ranged over. */
export interface TableSchema {
  readonly name: string;
  readonly key: string;
  readonly columns: { readonly [column: string]: ColumnType };
  /** Each index is a list of columns; the key is always the last tie-breaker and need not be named. */
  readonly indexes: readonly (readonly string[])[];
}

/** A range over one declared index: leading columns fixed, the next one optionally bounded. */
export interface RangeQuery {
  /** A declared index, or none (`[]`) for the order of the key. Null comes first, text is ordered by code point. */
  readonly index: readonly string[];
  /** Values for the index's leading columns; may be empty. */
  readonly equals: readonly (string | number)[];
  /** Bounds for the index's next column: `atLeast` inclusive, `atMost` inclusive. A null in the column never matches a bound. */
  readonly atLeast?: string | number;
  readonly atMost?: string | number;
  /** Descending is exactly ascending backwards, ties included. */
  readonly direction: 'ascending' | 'descending';
  /** 1–10,000. */
  readonly limit: number;
  /** What an earlier page of the same query gave as `next`. */
  readonly cursor?: string;
}

export interface RangePage<R extends Row> {
  readonly items: readonly R[];
  /** Where to go on, or undefined at the end. Opaque; a malformed one makes `range` reject with InvalidCursorError. */
  readonly next: string | undefined;
}

export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** One projection's rows, as one generation of them. Once dropped it holds nothing and refuses every write. */
export interface Generation {
  readonly id: string;
  /** How far the rows have come; 0n at first. Stored in the same transaction as the rows it covers. */
  checkpoint(): Promise<Position>;
  get(table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Row>>;
  /**
   * Writes rows (null removes one) and moves the checkpoint, in one transaction, if it still stands at `from`.
   * False, with nothing written, where it does not: somebody else has been here.
   */
  write(from: Position, to: Position, rows: ReadonlyMap<string, ReadonlyMap<string, Row | null>>): Promise<boolean>;
}

/**
 * The read-model store. A projection (name, its tables, a `version` that changes when its rows must be made anew) has one
 * live generation that queries read, and at most one more that is being rebuilt beside it.
 */
export interface ReadModelStore {
  /** The live generation, made empty where there is none or where the stored one was made by another `version` or log. */
  open(projection: string, version: string, logId: string, tables: readonly TableSchema[]): Promise<Generation>;
  /** A new empty generation beside the live one; an unfinished earlier one is dropped. */
  rebuild(projection: string): Promise<Generation>;
  /**
   * Makes a rebuilt generation the live one, in one step, and drops the old. False, with nothing changed, where the live one has come
   * further than `liveAtMost`: reads must not go back.
   */
  switchTo(projection: string, generation: Generation, liveAtMost?: Position): Promise<boolean>;

  /** How far the live rows have come, told without opening them; 0n where there are none. */
  checkpoint(projection: string): Promise<Position>;

  /** Rows of the live generation. */
  get<R extends Row>(projection: string, table: string, key: string): Promise<R | undefined>;
  range<R extends Row>(projection: string, table: string, query: RangeQuery): Promise<RangePage<R>>;
  count(projection: string, table: string, query: Pick<RangeQuery, 'index' | 'equals'>): Promise<number>;

  /** Notes are small values that no event holds (a render's lease and progress). They may be lost; whoever reads them copes. */
  putNote(key: string, value: JsonObject): Promise<void>;
  getNotes(keys: readonly string[]): Promise<ReadonlyMap<string, JsonObject>>;
  removeNote(key: string): Promise<void>;

  close(): Promise<void>;
}
