import { InvalidCursorError, type RangeQuery, type Row, type TableSchema } from './read-model.port.js';

/** The most items that one page of a range may ask for. */
const MAX_LIMIT = 10_000;

/** A value by which rows are ordered. Null comes before everything; text is ordered by code point. */
export type OrderValue = string | number | null;

/** The columns by which a query's rows are ordered: those of a declared index (none: the key alone), then the key. */
export function orderColumns(schema: TableSchema, query: Pick<RangeQuery, 'index' | 'equals'>): readonly string[] {
  const { index, equals } = query;
  const declared = index.length === 0 || schema.indexes.some((columns) => columns.join() === index.join());
  if (!declared) throw new Error(`table "${schema.name}" has no index (${index.join()})`);
  if (equals.length > index.length) throw new Error(`index (${index.join()}) has fewer columns than values given`);
  return index.includes(schema.key) ? index : [...index, schema.key];
}

/** Refuses a limit outside 1–10,000: a bug of the caller. */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw new Error(`limit ${limit} is not within 1–${MAX_LIMIT}`);
}

/** A cursor names the row after which the next page begins, so it holds while rows come and go. */
export function cursorAfter(row: Row, columns: readonly string[]): string {
  return Buffer.from(JSON.stringify(columns.map((column) => row[column]))).toString('base64url');
}

/** The order values in a cursor; throws InvalidCursorError where it was not made for these columns. */
export function readCursor(cursor: string, columns: readonly string[], schema: TableSchema): readonly OrderValue[] {
  const bytes = Buffer.from(cursor, 'base64url');
  let values: unknown;
  try {
    values = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new InvalidCursorError('the cursor is not one that was given out');
  }
  const fits =
    bytes.toString('base64url') === cursor &&
    Array.isArray(values) &&
    values.length === columns.length &&
    columns.every((column, index) => isOrderValue(values[index], column, schema));
  if (!fits) throw new InvalidCursorError('the cursor is not one that was given out for this query');
  return values as OrderValue[];
}

function isOrderValue(value: unknown, column: string, schema: TableSchema): boolean {
  if (column === schema.key) return typeof value === 'string';
  if (value === null) return true;
  return schema.columns[column] === 'integer' ? Number.isSafeInteger(value) : typeof value === 'string';
}

/** Characters that no store keeps in text: the zero character and halves of a surrogate pair. */
const UNSTORABLE = /[\0\ud800-\udfff]/u;
const UNSTORABLES = new RegExp(UNSTORABLE, 'gu');

/** Text as every store keeps it: what none can keep becomes U+FFFD. (In json columns everything is kept.) */
export function storableText(text: string): string {
  return UNSTORABLE.test(text) ? text.replace(UNSTORABLES, '\ufffd') : text;
}

/** Throws where a row does not fit its table: a bug of the projection. Columns left out are null. */
export function checkRow(schema: TableSchema, key: string, row: Row): void {
  if (row[schema.key] !== key) throw new Error(`a row of "${schema.name}" under key "${key}" names another key`);
  if (UNSTORABLE.test(key)) throw new Error(`key ${JSON.stringify(key)} of "${schema.name}" cannot be stored`);
  for (const column in row) {
    if (!Object.hasOwn(schema.columns, column)) throw new Error(`table "${schema.name}" has no column "${column}"`);
  }
  for (const column in schema.columns) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    const type = schema.columns[column];
    const fits = type === 'text' ? typeof value === 'string' : type === 'integer' ? Number.isSafeInteger(value) : true;
    if (!fits) throw new Error(`column "${column}" of "${schema.name}" cannot hold ${JSON.stringify(value)}`);
  }
}
