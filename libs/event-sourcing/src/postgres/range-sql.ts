import { orderColumns, type OrderValue, storableText } from '../range.js';
import type { RangeQuery } from '../read-model.port.js';
import type { SqlValue } from './query.js';
import { isStorable, quoted, type RowsTable } from './rows-sql.js';

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * A range as one statement, so that a page is of one moment. After a cursor (a, b, key) its rows are those with the same a and b
 * and a key beyond, those with the same a and a b beyond, and those with an a beyond: each part walks the index from its first
 * row on and ends at the limit, and their orders are merged. One condition for all of them would not use the index.
 */
export function rangeSql(table: RowsTable, query: RangeQuery, limit: number, after: readonly OrderValue[] | undefined): Statement {
  const columns = orderColumns(table.schema, query);
  const fixed = query.equals.length;
  const values: SqlValue[] = [];
  const bind = (value: SqlValue): string => `$${values.push(value)}`;

  const conditions = equalsSql(columns, query.equals, bind);
  const bounded = quoted(columns[fixed] ?? table.schema.key);
  if (query.atLeast !== undefined) conditions.push(`${bounded} >= ${bind(bound(query.atLeast, Math.ceil))}`);
  if (query.atMost !== undefined) conditions.push(`${bounded} <= ${bind(bound(query.atMost, Math.floor))}`);

  const backwards = query.direction === 'descending';
  const order = table.order(columns, backwards);
  const part = (more: readonly string[]): string => {
    const where = [...conditions, ...more].join(' AND ') || 'true';
    return `SELECT ${table.columnList} FROM ${table.name} WHERE ${where} ORDER BY ${order} LIMIT ${limit}`;
  };
  if (!after) return { sql: part([]), values };
  const parts: string[] = [];
  for (let last = columns.length - 1; last >= fixed; last -= 1) {
    for (const beyond of beyondValue(columns[last] ?? table.schema.key, after[last] ?? null, backwards, bind)) {
      const same = columns.slice(fixed, last).map((column, index) => is(column, after[fixed + index] ?? null, bind));
      parts.push(`(${part([...same, beyond])})`);
    }
  }
  if (parts.length === 0) return { sql: part(['false']), values };
  return { sql: `SELECT ${table.columnList} FROM (${parts.join(' UNION ALL ')}) parts ORDER BY ${order} LIMIT ${limit}`, values };
}

/** How many rows have these values in the index's leading columns. */
export function countSql(table: RowsTable, query: Pick<RangeQuery, 'index' | 'equals'>): Statement {
  const values: SqlValue[] = [];
  const where = equalsSql(orderColumns(table.schema, query), query.equals, (value) => `$${values.push(value)}`).join(' AND ') || 'true';
  return { sql: `SELECT count(*) FROM ${table.name} WHERE ${where}`, values };
}

type Bind = (value: SqlValue) => string;

function equalsSql(columns: readonly string[], equals: readonly (string | number)[], bind: Bind): string[] {
  return equals.map((value, index) => is(columns[index] ?? '', value, bind));
}

/** What no column can hold is equal to nothing. */
function is(column: string, value: OrderValue, bind: Bind): string {
  if (value === null) return `${quoted(column)} IS NULL`;
  const holdable = typeof value === 'string' ? isStorable(value) : Number.isSafeInteger(value);
  return holdable ? `${quoted(column)} = ${bind(value)}` : 'false';
}

/** A bound as its column could hold it: the next whole number inwards, within the safe ones. */
function bound(value: string | number, inwards: (value: number) => number): SqlValue {
  if (typeof value === 'string') return storableText(value);
  return Math.max(Number.MIN_SAFE_INTEGER - 1, Math.min(Number.MAX_SAFE_INTEGER + 1, inwards(value)));
}

/** What comes after a value in the order of one column, where null comes before everything. */
function beyondValue(column: string, value: OrderValue, backwards: boolean, bind: Bind): readonly string[] {
  const name = quoted(column);
  if (value === null) return backwards ? [] : [`${name} IS NOT NULL`];
  const held = bind(typeof value === 'string' ? storableText(value) : value);
  return backwards ? [`${name} < ${held}`, `${name} IS NULL`] : [`${name} > ${held}`];
}
