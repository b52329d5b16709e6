import { orderColumns } from '../range.js';
import type { RangeQuery, TableSchema } from '../read-model.port.js';

/** What SQLite may bind. */
export type Bindable = string | number | null;

export interface RangeStatement {
  readonly sql: string;
  /** Without the last one, the limit. */
  readonly values: readonly Bindable[];
}

/**
 * A range as statements to run one after the other until the limit is reached; each walks the index from its first row on.
 * Without a cursor it is one. After a cursor (a, b, key) the rows are those with the same a and b and a key beyond, then
 * those with the same a and a b beyond, then those with an a beyond: one condition for all of them would not use the index.
 */
export function rangeSql(
  schema: TableSchema,
  columnList: string,
  query: RangeQuery,
  after: readonly Bindable[] | undefined,
): readonly RangeStatement[] {
  const columns = orderColumns(schema, query);
  const fixed = query.equals.length;
  const conditions: Condition[] = columns.slice(0, fixed).map((column, index) => is(column, query.equals[index] ?? null));
  const bounded = quoted(columns[fixed] ?? schema.key);
  if (query.atLeast !== undefined) conditions.push({ sql: `${bounded} >= ?`, values: [query.atLeast] });
  if (query.atMost !== undefined) conditions.push({ sql: `${bounded} <= ?`, values: [query.atMost] });

  const backwards = query.direction === 'descending';
  const order = columns.map((column) => `${quoted(column)}${backwards ? ' DESC' : ''}`).join(', ');
  const statement = (more: readonly Condition[]): RangeStatement => {
    const all = [...conditions, ...more];
    const where = all.map(({ sql }) => sql).join(' AND ') || 'true';
    const sql = `SELECT ${columnList} FROM ${rowsTable(schema)} WHERE ${where} ORDER BY ${order} LIMIT ?`;
    return { sql, values: all.flatMap(({ values }) => values) };
  };
  if (!after) return [statement([])];
  const statements: RangeStatement[] = [];
  for (let last = columns.length - 1; last >= fixed; last -= 1) {
    const same = columns.slice(fixed, last).map((column, index) => is(column, after[fixed + index] ?? null));
    for (const beyond of beyondValue(columns[last] ?? schema.key, after[last] ?? null, backwards)) {
      statements.push(statement([...same, beyond]));
    }
  }
  return statements;
}

/** A name of any characters as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The SQL table that holds a read model's table; the prefix keeps it apart from ours and SQLite's own. */
export function rowsTable(schema: TableSchema): string {
  return quoted(`rows of ${schema.name}`);
}

interface Condition {
  readonly sql: string;
  readonly values: readonly Bindable[];
}

function is(column: string, value: Bindable): Condition {
  return { sql: `${quoted(column)} IS ?`, values: [value] };
}

/** What comes after a value in the order of one column, where null comes before everything. */
function beyondValue(column: string, value: Bindable, backwards: boolean): readonly Condition[] {
  const name = quoted(column);
  if (!backwards) return [value === null ? { sql: `${name} IS NOT NULL`, values: [] } : { sql: `${name} > ?`, values: [value] }];
  if (value === null) return [];
  return [
    { sql: `${name} < ?`, values: [value] },
    { sql: `${name} IS NULL`, values: [] },
  ];
}
