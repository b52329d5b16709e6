import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

/** Small numbers that follow from a seed. */
type Pick = (below: number) => number;
type Change = (folder: string, pick: Pick) => string;

interface EventRow {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly data: string;
  readonly metadata: string;
}

const changes: { readonly [kind: string]: Change } = {
  'data changed': (folder, pick) =>
    onEvent(folder, pick, (database, { position, data }) => {
      const changed = withOneValueChanged(JSON.parse(data) as object, pick);
      database.prepare('UPDATE events SET data = ? WHERE position = ?').run(JSON.stringify(changed.value), position);
      return changed.what;
    }),
  'data cut': (folder, pick) =>
    onEvent(folder, pick, (database, { position, data }) => {
      database.prepare('UPDATE events SET data = ? WHERE position = ?').run(data.slice(0, pick(data.length)), position);
      return 'cut';
    }),
  'type changed': (folder, pick) =>
    onEvent(folder, pick, (database, { position }) => {
      const type = ['CreditsExpired', 'VideoCancelled', 'Unheard'][pick(3)] as string;
      const { changes: changed } = database.prepare('UPDATE events SET type = ? WHERE position = ? AND type <> ?1').run(type, position);
      if (changed === 0) database.prepare("UPDATE events SET type = 'Other' WHERE position = ?").run(position);
      return type;
    }),
  'metadata changed': (folder, pick) =>
    onEvent(folder, pick, (database, { position, metadata }) => {
      const changed = withOneValueChanged(JSON.parse(metadata) as object, pick);
      database.prepare('UPDATE events SET metadata = ? WHERE position = ?').run(JSON.stringify(changed.value), position);
      return changed.what;
    }),
  'metadata member removed': (folder, pick) =>
    onEvent(folder, pick, (database, { position, metadata }) => {
      const members = Object.entries(JSON.parse(metadata) as object);
      const [[name] = ['']] = members.splice(pick(members.length), 1);
      database.prepare('UPDATE events SET metadata = ? WHERE position = ?').run(JSON.stringify(Object.fromEntries(members)), position);
      return name;
    }),
  'metadata broken': (folder, pick) =>
    onEvent(folder, pick, (database, { position, metadata }) => {
      const broken = [
        'null',
        '[]',
        '5',
        '{"chain":""}',
        metadata.replace('{', '{"actor":null,'),
        metadata.replace('"cause":', '"cause":null,"was":'),
      ][pick(6)];
      database.prepare('UPDATE events SET metadata = ? WHERE position = ?').run(broken, position);
      return broken as string;
    }),
  'id changed': (folder, pick) =>
    onEvent(folder, pick, (database, { position }) => {
      database.prepare("UPDATE events SET id = '0b1d7c3e-0000-5000-8000-000000000000' WHERE position = ?").run(position);
      return 'id';
    }),
  'version or stream changed': (folder, pick) =>
    onEvent(folder, pick, (database, { position }) => {
      const set = ['version = version + 1', "stream = stream || 'x'", "stream = 'account-a-9'"][pick(3)] as string;
      database.exec(`UPDATE events SET ${set} WHERE position = ${position}`);
      return set;
    }),
  'event dropped': (folder, pick) =>
    onEvent(folder, pick, (database, { position }) => {
      database.exec(`DELETE FROM events WHERE position = ${position}`);
      return 'dropped';
    }),
  'end of the log dropped': (folder, pick) =>
    onDatabase(join(folder, 'events.sqlite'), (database) => {
      const last = Number(database.prepare('SELECT max(position) AS last FROM events').get()?.['last']);
      const from = last - pick(10);
      database.exec(`DELETE FROM events WHERE position >= ${from}; UPDATE stream_heads_flushed SET upTo = min(upTo, ${from - 1})`);
      return `from ${from}`;
    }),
  'event closed over': (folder, pick) =>
    onEvent(folder, pick, (database, { position, stream, version }) => {
      database.exec(`DELETE FROM events WHERE position = ${position}`);
      database.prepare('UPDATE events SET version = version - 1 WHERE stream = ? AND version > ?').run(stream, version);
      return 'dropped, and those after it moved up';
    }),
  'event added': (folder, pick) =>
    onEvent(folder, pick, (database, { position, stream }) => {
      database
        .prepare(
          `INSERT INTO events SELECT (SELECT max(position) + 1 FROM events), stream, (SELECT max(version) + 1 FROM events WHERE stream = ?1),
             (SELECT max(position) FROM events WHERE stream = ?1), id, type, data, metadata FROM events WHERE position = ?2`,
        )
        .run(stream, position);
      return 'copied to the end';
    }),
  'events swapped': (folder, pick) =>
    onEvent(folder, pick, (database, { position }) => {
      const other = Number(
        database.prepare('SELECT position FROM events WHERE position <> ? ORDER BY position LIMIT 1 OFFSET ?').get(position, pick(50))?.[
          'position'
        ],
      );
      const [here, there] = [position, other].map((at) =>
        database.prepare('SELECT id, type, data, metadata FROM events WHERE position = ?').get(at),
      );
      const write = database.prepare('UPDATE events SET id = ?, type = ?, data = ?, metadata = ? WHERE position = ?');
      for (const [row, at] of [
        [here, other],
        [there, position],
      ] as const)
        write.run(...Object.values<string | number | bigint | Uint8Array | null>(row ?? {}), at);
      return `with ${other}`;
    }),
  'link of a stream changed': (folder, pick) =>
    onDatabase(join(folder, 'events.sqlite'), (database) => {
      const linked = database.prepare('SELECT position, previous FROM events WHERE previous > 0').all() as unknown as {
        position: number;
        previous: number;
      }[];
      const { position, previous } = linked[pick(linked.length)] as { position: number; previous: number };
      const other = (previous + 1 + pick(position - 2)) % position;
      database.prepare('UPDATE events SET previous = ? WHERE position = ?').run(other, position);
      return `of ${position} from ${previous} to ${other}`;
    }),
  'head of a stream changed': (folder, pick) =>
    onDatabase(join(folder, 'events.sqlite'), (database) => {
      const heads = database.prepare('SELECT slot, position FROM stream_heads ORDER BY slot').all();
      const { slot, position } = heads[pick(heads.length)] as { slot: bigint; position: number };
      database
        .prepare(
          pick(2) === 0 ? 'DELETE FROM stream_heads WHERE slot = ?' : 'UPDATE stream_heads SET position = position - 1 WHERE slot = ?',
        )
        .run(slot);
      return `at ${position}`;
    }),
  'publisher’s checkpoint changed': (folder, pick) =>
    onDatabase(join(folder, 'events.sqlite'), (database) => {
      const checkpoint = ['999999', 'none', '-1'][pick(3)] as string;
      database.prepare('UPDATE queue_publishers SET checkpoint = ?').run(checkpoint);
      return checkpoint;
    }),
  'row changed': (folder, pick) =>
    onRows(folder, pick, (database, table, key, row) => {
      const column = Object.keys(row).filter((name) => name !== key)[pick(Object.keys(row).length - 1)] as string;
      const value = row[column] ?? null;
      const changed =
        typeof value === 'number'
          ? value + 1
          : value === null
            ? 7
            : value.startsWith('{')
              ? JSON.stringify(withOneValueChanged(JSON.parse(value) as object, pick).value)
              : `${value}x`;
      database.prepare(`UPDATE ${table} SET "${column}" = ? WHERE "${key}" = ?`).run(changed, row[key]);
      return `${column} from ${value} to ${changed}`;
    }),
  'row dropped': (folder, pick) =>
    onRows(folder, pick, (database, table, key, row) => {
      database.prepare(`DELETE FROM ${table} WHERE "${key}" = ?`).run(row[key]);
      return 'dropped';
    }),
  'row added': (folder, pick) =>
    onRows(folder, pick, (database, table, key, row) => {
      const columns = Object.keys(row).map((name) => `"${name}"`);
      const values = Object.keys(row).map((name) => (name === key ? `"${name}" || '-2'` : `"${name}"`));
      database.prepare(`INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM ${table} WHERE "${key}" = ?`).run(row[key]);
      return 'added';
    }),
  'checkpoint of rows changed': (folder, pick) =>
    onRows(folder, pick, (database) => {
      const checkpoint = ['0', '7', '999999', 'none'][pick(4)] as string;
      database.prepare('UPDATE generation SET checkpoint = ?').run(checkpoint);
      return checkpoint;
    }),
};

export const kinds: readonly string[] = Object.keys(changes);

/** Makes the n-th change to the folder, of the kinds in turn; what it is follows from the seed. */
export function tamper(folder: string, n: number, seed: number): { readonly kind: string; readonly what: string } {
  const kind = kinds[n % kinds.length] as string;
  let state = (seed * 7919 + n * 104729 + 1) >>> 0;
  const pick: Pick = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return { kind, what: `${kind}: ${changes[kind]?.(folder, pick)}` };
}

function onDatabase(path: string, change: (database: InstanceType<typeof DatabaseSync>) => string): string {
  const database = new DatabaseSync(path);
  try {
    return change(database);
  } finally {
    database.close();
  }
}

function onEvent(folder: string, pick: Pick, change: (database: InstanceType<typeof DatabaseSync>, event: EventRow) => string): string {
  return onDatabase(join(folder, 'events.sqlite'), (database) => {
    const events = database.prepare('SELECT position, stream, version, data, metadata FROM events').all() as unknown as EventRow[];
    const event = events[pick(events.length)] as EventRow;
    return `${event.stream}@${event.version} (${event.position}): ${change(database, event)}`;
  });
}

type RowValues = { readonly [column: string]: string | number | null };

function onRows(
  folder: string,
  pick: Pick,
  change: (database: InstanceType<typeof DatabaseSync>, table: string, key: string, row: RowValues) => string,
): string {
  const files = readdirSync(folder).filter((name) => /^views-(accounts|videos)-\d+\.sqlite$/.test(name));
  const file = files[pick(files.length)] as string;
  return onDatabase(join(folder, file), (database) => {
    const { tables } = database.prepare('SELECT tables FROM generation').get() as { tables: string };
    const [{ key }] = JSON.parse(tables) as [{ key: string }];
    const { name } = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'generation'").get() as {
      name: string;
    };
    const rows = database.prepare(`SELECT * FROM "${name}"`).all() as unknown as RowValues[];
    const row = rows[pick(rows.length)] as RowValues;
    return `${file} ${row[key]}: ${change(database, `"${name}"`, key, row)}`;
  });
}

/** The object with one text, number or truth somewhere in it made another. */
function withOneValueChanged(value: object, pick: Pick): { readonly value: object; readonly what: string } {
  const copy = structuredClone(value);
  const places: { readonly of: Record<string, unknown>; readonly member: string }[] = [];
  const visit = (of: object): void => {
    for (const [member, inner] of Object.entries(of)) {
      if (typeof inner === 'object' && inner !== null) visit(inner as object);
      else places.push({ of: of as Record<string, unknown>, member });
    }
  };
  visit(copy);
  const place = places[pick(places.length)];
  if (!place) return { value: { ...copy, added: 1 }, what: 'a member is added' };
  const before = place.of[place.member];
  const after =
    typeof before === 'number'
      ? before + 1
      : typeof before === 'boolean'
        ? !before
        : typeof before === 'string'
          ? another(before, pick)
          : 1;
  place.of[place.member] = after;
  return { value: copy, what: `${place.member} from ${String(before)} to ${String(after)}` };
}

/** Another instant for an instant, another character in any other text. */
function another(text: string, pick: Pick): string {
  const ms = Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(ms)) return new Date(ms + 1 + pick(5_000)).toISOString();
  const at = pick(text.length + 1);
  return `${text.slice(0, at)}${text[at] === 'q' ? 'z' : 'q'}${text.slice(at + 1)}`;
}
