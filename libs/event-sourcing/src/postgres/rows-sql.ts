import { checkRow, orderColumns, storableText } from '../range.js';
import type { Row, TableSchema } from '../read-model.port.js';
import type { SqlValue } from './query.js';

/** Bytes of a name that PostgreSQL keeps; it cuts off the rest without a word. */
const NAME_BYTES = 63;
const SQL_TYPES = { text: 'text COLLATE "C"', integer: 'bigint' } as const;
const REST = 'all else';

/**
 * How a read model's table lies in PostgreSQL: the key and what is ordered by have columns, all else of a row is one JSON text
 * beside them (text, not jsonb: it comes back as it went in, zero characters, halves of pairs and the order of keys included).
 */
export class RowsTable {
  /** The table's name as SQL takes it. */
  readonly name: string;
  /** The columns of every read, in the order that `decoded` expects. */
  readonly columnList: string;
  readonly key: string;
  /** Columns of the schema that are columns in SQL, too. */
  private readonly own: readonly string[];
  private readonly ownPlaces: ReadonlyMap<string, number>;

  constructor(
    readonly schema: TableSchema,
    private readonly generation: string,
    number: number,
  ) {
    this.name = `event_sourcing.rows_${generation}_${number}`;
    const named = new Set([schema.key, ...schema.indexes.flat()]);
    this.own = Object.keys(schema.columns).filter((column) => named.has(column));
    this.ownPlaces = new Map(this.own.map((column, place) => [column, place]));
    this.key = quoted(schema.key);
    this.columnList = [...this.own, REST].map(quoted).join(', ');
  }

  /** Statements that make the table, its indexes, and a comment for whoever looks at the database. */
  definition(projection: string): readonly string[] {
    const { schema, name } = this;
    const columns = this.own.map((column) => {
      if (Buffer.byteLength(column) > NAME_BYTES)
        throw new Error(`column "${column}" of "${schema.name}" has a name over ${NAME_BYTES} bytes`);
      const own = `${quoted(column)} ${SQL_TYPES[this.orderedType(column)]}`;
      return column === schema.key ? `${own} NOT NULL PRIMARY KEY` : own;
    });
    const indexes = schema.indexes.map(
      (index) => `CREATE INDEX ON ${name} (${this.order(orderColumns(schema, { index, equals: [] }), false)})`,
    );
    const comment = `${projection}, generation ${this.generation}: ${schema.name}`.replaceAll("'", "''");
    return [
      `CREATE TABLE ${name} (${[...columns, `${quoted(REST)} text NOT NULL`].join(', ')})`,
      ...indexes,
      `COMMENT ON TABLE ${name} IS '${comment}'`,
    ];
  }

  /** Null before everything, or, backwards, after. The key is never null, and its own index knows nothing of nulls. */
  order(columns: readonly string[], backwards: boolean): string {
    return columns
      .map((column) => {
        const nulls = column === this.schema.key ? '' : backwards ? ' NULLS LAST' : ' NULLS FIRST';
        return `${quoted(column)}${backwards ? ' DESC' : ''}${nulls}`;
      })
      .join(', ');
  }

  /**
   * Rows travel as one JSON text: beside arrays of columns that takes a third of the time of this process, and nearly keeps up with COPY.
   * Puts and removes rows where the common table expression `moved` has a row; adds the values to be bound to `values`. A row
   * that does not fit throws before anything is sent.
   */
  changes(label: string, changes: ReadonlyMap<string, Row | null>, values: SqlValue[]): readonly string[] {
    const put: Record<string, unknown>[] = [];
    const removed: string[] = [];
    for (const [key, row] of changes) {
      if (row === null) removed.push(key);
      else put.push(this.encode(key, row));
    }
    const parts: string[] = [];
    if (put.length > 0) {
      const columns = [...this.own, REST];
      const types = columns.map((column, place) => `"${place}" ${column === REST ? 'text' : SQL_TYPES[this.orderedType(column)]}`);
      const updates = columns.filter((column) => column !== this.schema.key).map((c) => `${quoted(c)} = excluded.${quoted(c)}`);
      parts.push(`put_${label} AS (INSERT INTO ${this.name} (${this.columnList})
        SELECT * FROM json_to_recordset($${values.push(JSON.stringify(put))}::json) AS given(${types.join(', ')})
        WHERE EXISTS (SELECT FROM moved)
        ON CONFLICT (${this.key}) DO UPDATE SET ${updates.join(', ')})`);
    }
    if (removed.length > 0) {
      parts.push(`removed_${label} AS (DELETE FROM ${this.name}
        WHERE ${this.hasKeyOf(`$${values.push(keyList(removed))}`)} AND EXISTS (SELECT FROM moved))`);
    }
    return parts;
  }

  /** A condition: the key is among those of a `keyList` that is bound. */
  hasKeyOf(bound: string): string {
    return `${this.key} = ANY(ARRAY(SELECT json_array_elements_text(${bound}::json)))`;
  }

  decoded(values: readonly unknown[]): Row {
    const rest = JSON.parse(values[this.own.length] as string) as Row;
    const row: Record<string, unknown> = {};
    for (const column in this.schema.columns) {
      const place = this.ownPlaces.get(column);
      if (place === undefined) row[column] = rest[column] ?? null;
      else row[column] = this.schema.columns[column] === 'integer' ? integer(values[place]) : values[place];
    }
    return row;
  }

  /** A row by the places of its columns. */
  private encode(key: string, row: Row): Record<string, unknown> {
    checkRow(this.schema, key, row);
    const encoded: Record<string, unknown> = {};
    const rest: Record<string, unknown> = {};
    for (const column in this.schema.columns) {
      const value = row[column] ?? null;
      const stored = typeof value === 'string' && this.schema.columns[column] === 'text' ? storableText(value) : value;
      const place = this.ownPlaces.get(column);
      if (place === undefined) rest[column] = stored;
      else encoded[place] = stored;
    }
    encoded[this.own.length] = JSON.stringify(rest);
    return encoded;
  }

  private orderedType(column: string): keyof typeof SQL_TYPES {
    const type = this.schema.columns[column];
    if (type === 'text' || type === 'integer') return type;
    throw new Error(`nothing can be ordered by column "${column}" of "${this.schema.name}"`);
  }
}

/** A name of any characters as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Keys as one value to bind, without those that no row can have. */
export function keyList(keys: readonly string[]): string {
  return JSON.stringify(keys.filter(isStorable));
}

/** Whether the text can be in a text column at all: nothing is found, or has to be removed, under another. */
export function isStorable(text: string): boolean {
  return storableText(text) === text;
}

function integer(value: unknown): number | null {
  return value === null ? null : Number(value);
}
