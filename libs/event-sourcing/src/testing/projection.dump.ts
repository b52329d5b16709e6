import type { RecordedEvent } from '../event.js';
import type { Projection } from '../projection.js';
import type { ReadModelStore, Row } from '../read-model.port.js';

/** Every row of a projection, by table and key, in the order of the keys. */
export type Dump = Readonly<Record<string, Readonly<Record<string, Row>>>>;

/** What the live generation holds. */
export async function dump(store: ReadModelStore, projection: Projection): Promise<Dump> {
  const tables: [string, Record<string, Row>][] = [];
  for (const { schema } of projection.tables) {
    const rows: Record<string, Row> = {};
    for (let cursor: string | undefined, ended = false; !ended; ) {
      const query = { index: [], equals: [], direction: 'ascending', limit: 10_000 } as const;
      const page = await store.range(projection.name, schema.name, cursor === undefined ? query : { ...query, cursor });
      for (const row of page.items) rows[row[schema.key] as string] = row;
      cursor = page.next;
      ended = cursor === undefined;
    }
    tables.push([schema.name, rows]);
  }
  return Object.fromEntries(tables);
}

/** What it has to hold after these events of the log: folded one by one, with nothing clever about it. */
export function plainFold(projection: Projection, events: readonly RecordedEvent[]): Dump {
  const tables = projection.tables.map(({ schema, keysOf, fold }): [string, Record<string, Row>] => {
    const rows: Record<string, Row> = {};
    for (const event of events) {
      if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) continue;
      for (const key of keysOf(event)) {
        const row = fold(rows[key], event, key);
        if (row === null) delete rows[key];
        else rows[key] = row;
      }
    }
    return [schema.name, rows];
  });
  return Object.fromEntries(tables);
}
