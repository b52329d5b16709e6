import type { Place, Progress } from '../delivery/backlog.js';
import type { Delivery, Message, Parked } from '../queue.port.js';
import type { QueueDatabase, QueueStatement } from './queue-database.js';

/** A topic's messages: a table of its own that only grows, by SQLite's integer key. */
export interface TopicTable {
  readonly id: number;
  /** Gives the messages the next places; answers the last. */
  append(messages: readonly Message[], at: number): number;
  head(): number;
  first(): number;
  places(after: number, limit: number): readonly Place[];
  load(seq: number): Message;
  place(seq: number): Place;
  /** Drops up to `limit` messages before `seq` that were published before `at`; never the newest, so that places are not used twice. */
  drop(seq: number, at: number, limit: number): number;
}

/** Every statement of the queue. Writing ones are to be called inside a commit. */
export interface QueueTables {
  topics(): readonly string[];
  topic(name: string): TopicTable;
  progress(topicId: number, group: string): Progress | undefined;
  allProgress(topicId: number): readonly Progress[];
  addGroup(topicId: number, group: string, progress: Progress): void;
  moveGroup(topicId: number, group: string, progress: Progress): void;
  checkpoint(publisher: string): string | undefined;
  setCheckpoint(publisher: string, checkpoint: string): void;
  park(group: string, delivery: Delivery, reason: string, parkedAt: number): Parked;
  parked(after: number, limit: number): readonly Parked[];
  takeParked(id: number): Parked | undefined;
}

const schema = `
  CREATE TABLE IF NOT EXISTS queue_topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS queue_groups (
    topic INTEGER NOT NULL, name TEXT NOT NULL, next INTEGER NOT NULL, unfinished TEXT NOT NULL, PRIMARY KEY (topic, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS queue_publishers (name TEXT PRIMARY KEY, checkpoint TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS queue_parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, grp TEXT NOT NULL, place TEXT NOT NULL, key NOT NULL,
    headers TEXT NOT NULL, body NOT NULL, reason NOT NULL, parked_at INTEGER NOT NULL
  );`;

type Row = { readonly [column: string]: string | number | Uint8Array };

export function openQueueTables(database: QueueDatabase): QueueTables {
  database.exec(schema);
  const topicNames = database.prepare('SELECT name FROM queue_topics ORDER BY id');
  const topicByName = database.prepare('SELECT id FROM queue_topics WHERE name = ?');
  const addTopic = database.prepare('INSERT INTO queue_topics (name) VALUES (?)');
  const groupOf = database.prepare('SELECT next, unfinished FROM queue_groups WHERE topic = ? AND name = ?');
  const groupsOf = database.prepare('SELECT next, unfinished FROM queue_groups WHERE topic = ?');
  const addGroup = database.prepare('INSERT OR IGNORE INTO queue_groups (topic, name, next, unfinished) VALUES (?, ?, ?, ?)');
  const moveGroup = database.prepare('UPDATE queue_groups SET next = ?, unfinished = ? WHERE topic = ? AND name = ?');
  const checkpointOf = database.prepare('SELECT checkpoint FROM queue_publishers WHERE name = ?');
  const setCheckpoint = database.prepare(
    'INSERT INTO queue_publishers (name, checkpoint) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET checkpoint = excluded.checkpoint',
  );
  const insertParked = database.prepare(
    'INSERT INTO queue_parked (topic, grp, place, key, headers, body, reason, parked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const lastId = database.prepare('SELECT last_insert_rowid() AS id');
  const listParked = database.prepare('SELECT * FROM queue_parked WHERE id > ? ORDER BY id LIMIT ?');
  const parkedById = database.prepare('SELECT * FROM queue_parked WHERE id = ?');
  const deleteParked = database.prepare('DELETE FROM queue_parked WHERE id = ?');

  return {
    topics: () => Array.from(topicNames.all(), (row) => text(row, 'name')),
    topic(name) {
      if (!topicByName.get(name)) addTopic.run(name);
      return openTopicTable(database, integer(topicByName.get(name), 'id'));
    },
    progress: (topicId, group) => maybe(groupOf, progressOf, topicId, group),
    allProgress: (topicId) => Array.from(groupsOf.all(topicId), progressOf),
    addGroup: (topicId, group, { next, unfinished }) => void addGroup.run(topicId, group, next, JSON.stringify(unfinished)),
    moveGroup: (topicId, group, { next, unfinished }) => void moveGroup.run(next, JSON.stringify(unfinished), topicId, group),
    checkpoint: (publisher) => maybe(checkpointOf, (row) => text(row, 'checkpoint'), publisher),
    setCheckpoint: (publisher, checkpoint) => void setCheckpoint.run(publisher, checkpoint),
    park(group, { topic, offset, key, headers, body }, reason, parkedAt) {
      insertParked.run(topic, group, offset, stored(key), JSON.stringify(headers), stored(body), stored(reason), parkedAt);
      return { id: text(lastId.get(), 'id'), topic, group, offset, key, headers, body, reason, parkedAt };
    },
    parked: (after, limit) => Array.from(listParked.all(after, limit), parkedOf),
    takeParked(id) {
      const found = maybe(parkedById, parkedOf, id);
      if (found) deleteParked.run(id);
      return found;
    },
  };
}

function openTopicTable(database: QueueDatabase, id: number): TopicTable {
  const table = `queue_messages_${id}`;
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (seq INTEGER PRIMARY KEY, key NOT NULL, at INTEGER NOT NULL, headers TEXT NOT NULL, body NOT NULL)`,
  );
  const insert = database.prepare(`INSERT INTO ${table} (seq, key, at, headers, body) VALUES (?, ?, ?, ?, ?)`);
  const head = database.prepare(`SELECT max(seq) AS seq FROM ${table}`);
  const first = database.prepare(`SELECT min(seq) AS seq FROM ${table}`);
  const places = database.prepare(`SELECT seq, key FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`);
  const message = database.prepare(`SELECT key, headers, body FROM ${table} WHERE seq = ?`);
  const oldest = database.prepare(`SELECT seq, at FROM ${table} WHERE seq < ? ORDER BY seq LIMIT ?`);
  const drop = database.prepare(`DELETE FROM ${table} WHERE seq <= ?`);

  const headOf = (): number => (head.get() as { seq: number | null }).seq ?? 0;
  const rowAt = (seq: number): Row => {
    const row = message.get(seq);
    if (!row) throw new Error(`${table} has lost message ${seq}`);
    return row as Row;
  };
  return {
    id,
    append(messages, at) {
      let seq = headOf();
      for (const { key, headers, body } of messages) insert.run((seq += 1), stored(key), at, JSON.stringify(headers), stored(body));
      return seq;
    },
    head: headOf,
    first: () => (first.get() as { seq: number | null }).seq ?? 1,
    places: (after, limit) => Array.from(places.all(after, limit), (row) => ({ seq: integer(row, 'seq'), key: text(row, 'key') })),
    load: (seq) => messageOf(rowAt(seq)),
    place: (seq) => ({ seq, key: text(rowAt(seq), 'key') }),
    drop(seq, at, limit) {
      const old = oldest.all(Math.min(seq, headOf()), limit).filter((row) => integer(row, 'at') < at);
      const last = old.at(-1);
      return last ? drop.run(integer(last, 'seq')).changes : 0;
    },
  };
}

function maybe<T>(statement: QueueStatement, read: (row: unknown) => T, ...parameters: (string | number)[]): T | undefined {
  const row = statement.get(...parameters);
  return row ? read(row) : undefined;
}

/** The driver ends a text at its first NUL; a text that has one is kept as its bytes. */
function stored(value: string): string | Uint8Array {
  return value.includes('\0') ? Buffer.from(value) : value;
}

function text(row: unknown, column: string): string {
  const value = (row as Row)[column];
  return typeof value === 'object' ? Buffer.from(value).toString() : String(value);
}

function integer(row: unknown, column: string): number {
  return Number((row as Row)[column]);
}

function progressOf(row: unknown): Progress {
  return { next: integer(row, 'next'), unfinished: JSON.parse(text(row, 'unfinished')) as number[] };
}

function messageOf(row: unknown): Message {
  return { key: text(row, 'key'), headers: JSON.parse(text(row, 'headers')) as Message['headers'], body: text(row, 'body') };
}

function parkedOf(row: unknown): Parked {
  const where = { id: text(row, 'id'), topic: text(row, 'topic'), group: text(row, 'grp'), offset: text(row, 'place') };
  return { ...where, ...messageOf(row), reason: text(row, 'reason'), parkedAt: integer(row, 'parked_at') };
}
