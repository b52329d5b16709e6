import type { SqliteDatabase } from './sqlite-database.js';
import type { Statement } from './statement.js';

/** Where a stream's last event is. */
export interface Head {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
  /** Its row in the table, once that is known. */
  readonly slot?: number;
}

export interface StreamHeadsOptions {
  /** Gives a stream's name its slot, an integer of 0…2^53 − 1. Tests put a poor one in here. */
  readonly hash?: (stream: string) => number;
  /** Events between two flushes: what a start has to read again at most is about twice that. */
  readonly flushEveryEvents?: number;
  /** Bounds on the heads kept in memory besides those not yet flushed. */
  readonly cachedHeads?: number;
  readonly cachedBytes?: number;
}

const SLOTS = 2 ** 53;
/** More streams than this with one hash means that the hash or the table is broken. */
const MAX_PROBES = 1_000_000;
/** Heads written with one commit at least, while a flush is under way. */
const SLICE = 64;
/** What a head costs in memory beside the characters of its stream's name. */
const HEAD_BYTES = 160;

/**
 * The last event of every stream, without an index on their names. A table maps the hash of a name to the position of
 * its last event; the name in that event says whether it is the one, else the next slot is tried. The table is behind the log: heads
 * are flushed a slice per commit, in the order of their slots so that neighbours share pages, and `flushedTo` says up to where it
 * is complete. A start reads only the events after that.
 */
export class StreamHeads {
  readonly #hash: (stream: string) => number;
  readonly #flushEvery: number;
  /** Heads moved since the flush under way began, or since the last one ended. */
  #fresh = new Map<string, Head>();
  /** What the flush under way has still to write: by name, and in the order of writing (last first). */
  #flushing = new Map<string, Head>();
  #toFlush: string[] = [];
  /** When the flush under way is through, the table is complete up to here. */
  #flushMark = 0;
  #flushedTo = 0;
  #last = 0;
  readonly #cache: HeadCache;

  readonly #atSlot: Statement<[number, string, number]>;
  readonly #insert: Statement<never>;
  readonly #update: Statement<never>;
  readonly #storeFlushedTo: Statement<never>;
  readonly #readFlushedTo: Statement<[number]>;
  readonly #eventsAfter: Statement<[number, string, number]>;

  constructor(database: SqliteDatabase, options: StreamHeadsOptions = {}) {
    this.#hash = options.hash ?? hashOfName;
    this.#flushEvery = options.flushEveryEvents ?? 20_000;
    this.#cache = new HeadCache(options.cachedHeads ?? 50_000, options.cachedBytes ?? 16 * 1024 * 1024);
    database.exec(`
      CREATE TABLE IF NOT EXISTS stream_heads (slot INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS stream_heads_flushed (only INTEGER PRIMARY KEY CHECK (only = 1), upTo INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO stream_heads_flushed VALUES (1, 0);
    `);
    const arrays = { arrays: true };
    this.#atSlot = database.prepare(
      'SELECT e.position, e.stream, e.version FROM stream_heads h JOIN events e ON e.position = h.position WHERE h.slot = ?',
      arrays,
    );
    this.#insert = database.prepare('INSERT OR IGNORE INTO stream_heads (slot, position) VALUES (?, ?)');
    this.#update = database.prepare('UPDATE stream_heads SET position = ? WHERE slot = ?');
    this.#storeFlushedTo = database.prepare('UPDATE stream_heads_flushed SET upTo = ?');
    this.#readFlushedTo = database.prepare('SELECT upTo FROM stream_heads_flushed', arrays);
    this.#eventsAfter = database.prepare(
      'SELECT position, stream, version FROM events WHERE position > ? ORDER BY position LIMIT 1000',
      arrays,
    );
    this.reload();
  }

  /** Position of the last event of the log; 0 when it is empty. */
  get lastPosition(): number {
    return this.#last;
  }

  /** How many heads memory holds; for watching the bounds. */
  get inMemory(): number {
    return this.#fresh.size + this.#flushing.size + this.#cache.size;
  }

  find(stream: string): Head | undefined {
    const unflushed = this.#fresh.get(stream) ?? this.#flushing.get(stream);
    if (unflushed) return unflushed;
    const cached = this.#cache.get(stream);
    if (cached) return cached;
    const stored = this.#probe(stream).head;
    if (stored) this.#cache.put(stored);
    return stored;
  }

  /** A stream's last event is now this one, the last of the log. `before` is what `find` said. */
  advance(before: Head | undefined, stream: string, version: number, position: number): void {
    this.#fresh.set(stream, before?.slot === undefined ? { stream, version, position } : { stream, version, position, slot: before.slot });
    this.#last = position;
    if (before) this.#cache.remove(stream);
  }

  /** Writes a slice of heads into the transaction under way, if it is time to. */
  flushSlice(appendedEvents: number): void {
    if (this.#toFlush.length === 0) {
      if (this.#last - this.#flushedTo < this.#flushEvery) return;
      this.#beginFlush();
    }
    this.#flush(Math.max(SLICE, appendedEvents * 2));
  }

  /** Writes all heads into the transaction under way. */
  flushAll(): void {
    if (this.#toFlush.length > 0) this.#flush(this.#toFlush.length);
    if (this.#last === this.#flushedTo) return;
    this.#beginFlush();
    this.#flush(this.#toFlush.length);
  }

  /** Forgets everything and reads what the table does not have from the end of the log. */
  reload(): void {
    this.#fresh.clear();
    this.#flushing.clear();
    this.#toFlush = [];
    this.#cache.clear();
    this.#flushedTo = this.#readFlushedTo.get()?.[0] ?? 0;
    this.#last = this.#flushedTo;
    for (let page = this.#eventsAfter.all(this.#last); page.length > 0; page = this.#eventsAfter.all(this.#last)) {
      for (const [position, stream, version] of page) this.advance(undefined, stream, version, position);
    }
  }

  #beginFlush(): void {
    this.#flushing = this.#fresh;
    this.#fresh = new Map();
    this.#flushMark = this.#last;
    const slots = [...this.#flushing.values()].map((head) => ({ stream: head.stream, slot: head.slot ?? this.#hash(head.stream) }));
    this.#toFlush = slots.sort((a, b) => b.slot - a.slot).map(({ stream }) => stream);
  }

  #flush(count: number): void {
    for (const stream of this.#toFlush.splice(-count).reverse()) {
      const head = this.#flushing.get(stream);
      if (!head) throw new Error(`the head of "${stream}" was lost before it was flushed`);
      const slot = this.#store(head);
      this.#flushing.delete(stream);
      const newer = this.#fresh.get(stream);
      if (newer) this.#fresh.set(stream, { stream, version: newer.version, position: newer.position, slot });
      else this.#cache.put({ stream, version: head.version, position: head.position, slot });
    }
    if (this.#toFlush.length > 0) return;
    this.#flushedTo = this.#flushMark;
    this.#storeFlushedTo.run(this.#flushedTo);
  }

  #store(head: Head): number {
    if (head.slot !== undefined) {
      this.#update.run(head.position, head.slot);
      return head.slot;
    }
    // Nothing is ever taken out, so a stream whose first slot is free is in no other.
    const first = this.#hash(head.stream);
    if (this.#insert.run(first, head.position).changes === 1) return first;
    const { slot, head: stored } = this.#probe(head.stream);
    if (stored) this.#update.run(head.position, slot);
    else this.#insert.run(slot, head.position);
    return slot;
  }

  /** The stream's slot with its head, or the free slot where it would go. */
  #probe(stream: string): { readonly slot: number; readonly head?: Head } {
    let slot = this.#hash(stream);
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const row = this.#atSlot.get(slot);
      if (!row) return { slot };
      const [position, name, version] = row;
      if (name === stream) return { slot, head: { stream, version, position, slot } };
      slot = (slot + 1) % SLOTS;
    }
    throw new Error(`no slot for stream "${stream}" in ${MAX_PROBES} tries`);
  }
}

/** Heads that need not be in memory, the recently used ones: two generations, the older of which goes when the younger is half of what may be. */
class HeadCache {
  #young = new Map<string, Head>();
  #old = new Map<string, Head>();
  #youngBytes = 0;

  constructor(
    private readonly maxHeads: number,
    private readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(stream: string): Head | undefined {
    const young = this.#young.get(stream);
    if (young) return young;
    const old = this.#old.get(stream);
    if (old) {
      this.#old.delete(stream);
      this.put(old);
    }
    return old;
  }

  put(head: Head): void {
    this.#young.set(head.stream, head);
    this.#youngBytes += HEAD_BYTES + 2 * head.stream.length;
    if (this.#young.size * 2 <= this.maxHeads && this.#youngBytes * 2 <= this.maxBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  remove(stream: string): void {
    this.#young.delete(stream);
    this.#old.delete(stream);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
  }
}

/**
 * 53 bits of a name, so that they fit a number: two multiplicative hashes over its UTF-16 units, each mixed at the end. Among 100
 * million streams one pair is expected to share a slot, and is told apart by probing.
 */
function hashOfName(name: string): number {
  let low = 0x2545f491;
  let high = 0x6c62272e;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    high ^= high >>> 15;
  }
  low = mixed(low ^ (high >>> 7));
  high = mixed(high ^ low);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

function mixed(bits: number): number {
  let mix = bits ^ (bits >>> 16);
  mix = Math.imul(mix, 0x7feb352d);
  mix ^= mix >>> 15;
  mix = Math.imul(mix, 0x846ca68b);
  return mix ^ (mix >>> 16);
}
