import type { EventStore } from '../event-store.port.js';
import type { Position, RecordedEvent } from '../event.js';
import type { Projection, ProjectedTable } from '../projection.js';
import { storableText } from '../range.js';
import type { Generation, ReadModelStore, Row } from '../read-model.port.js';
import type { Breach } from './breach.js';
import { type LogReading, pagesOf } from './log.pages.js';

export interface RowsToCheck extends LogReading {
  readonly readModels: ReadModelStore;
  readonly projection: Projection;
  readonly report: (breach: Breach) => void;
  /** Rows folded in memory at once, at most about; more mean more passes over the log. Default 100,000. */
  readonly rowsPerPass?: number;
}

const ROWS_AT_ONCE = 500;
/** A row that differs while the projection goes on is looked at again, so often at most. */
const LOOKS = 50;

/** Compares a read model's live rows with a fold of the log up to its checkpoint (I7). The projection may go on meanwhile. */
export async function checkRows(check: RowsToCheck): Promise<void> {
  const { readModels, projection, store, report, rowsPerPass = 100_000 } = check;
  const say = (text: string): void => report({ stream: projection.name, version: -1, invariant: 'I7', text });
  const schemas = projection.tables.map(({ schema }) => schema);
  const live = await readModels.open(projection.name, projection.version, store.logId, schemas);
  const upTo = await live.checkpoint();
  const end = await endOfLog(store);
  if (upTo > end) return say(`its checkpoint ${upTo} is beyond the end of the log, ${end}`);
  for (const table of projection.tables) {
    const rows = await readModels.count(projection.name, table.schema.name, { index: [], equals: [] });
    const passes = Math.max(1, Math.ceil(rows / rowsPerPass));
    for (let pass = 0; pass < passes; pass++) {
      const mine = (key: string): boolean => passes === 1 || slotOf(key) % passes === pass;
      await new TablePass(check, table, live, say).run(upTo, mine);
    }
  }
}

/** The last place in the log, whoever wrote there: a server's own events may come after the last of ours, and readers pass them. */
export async function endOfLog(store: Pick<EventStore, 'head' | 'readLog'>): Promise<Position> {
  for (let upTo = await store.head(); ; ) {
    const page = await store.readLog(upTo, 1, []);
    if (page.caughtUp || page.upTo === upTo) return page.upTo;
    upTo = page.upTo;
  }
}

/** One comparison of one table, of those keys that are `mine`. */
class TablePass {
  readonly #expected = new Map<string, Row>();
  readonly #differing = new Set<string>();

  constructor(
    private readonly check: RowsToCheck,
    private readonly table: ProjectedTable,
    private readonly live: Generation,
    private readonly say: (text: string) => void,
  ) {}

  async run(upTo: Position, mine: (key: string) => boolean): Promise<void> {
    if (!(await this.#fold(0n, upTo, mine))) return;
    const { readModels, projection, pause } = this.check;
    const missing = new Set(this.#expected.keys());
    for (let cursor: string | undefined, more = true; more; ) {
      const query = {
        index: [],
        equals: [],
        direction: 'ascending',
        limit: ROWS_AT_ONCE,
        ...(cursor !== undefined && { cursor }),
      } as const;
      const page = await readModels.range(projection.name, this.table.schema.name, query);
      for (const row of page.items) {
        const key = String(row[this.table.schema.key]);
        if (!mine(key)) continue;
        missing.delete(key);
        if (!this.#isAsFolded(key, row)) this.#differing.add(key);
      }
      cursor = page.next;
      more = cursor !== undefined;
      await pause();
    }
    for (const key of missing) this.#differing.add(key);
    if (this.#differing.size > 0) await this.#lookAgain(upTo);
  }

  /** What differs may have moved on since: it is compared with the fold up to where it now stands. */
  async #lookAgain(upTo: Position): Promise<void> {
    const keys = [...this.#differing];
    for (let look = 0; look < LOOKS; look++) {
      const before = await this.live.checkpoint();
      const rows = await this.live.get(this.table.schema.name, keys);
      const after = await this.live.checkpoint();
      if (before !== after) {
        await this.check.pause();
        continue;
      }
      if (!(await this.#fold(upTo, after, (key) => this.#differing.has(key)))) return;
      for (const key of keys) {
        const row = rows.get(key);
        if (this.#isAsFolded(key, row)) continue;
        this.say(`row "${key}" of "${this.table.schema.name}" ${row ? 'is not what the log says' : 'is missing'}`);
      }
      return;
    }
    this.say(`${keys.length} rows of "${this.table.schema.name}" differ, and the read model does not rest`);
  }

  /** Folds the log's events between two places into the rows expected; false where the log could not be read or folded. */
  async #fold(after: Position, upTo: Position, wanted: (key: string) => boolean): Promise<boolean> {
    let whole = true;
    const unreadable = (): void => void (whole = false);
    for await (const events of pagesOf(this.check, after, upTo, unreadable)) {
      for (const event of events) {
        try {
          this.#foldOne(event, wanted);
        } catch (error) {
          this.say(`event ${event.version} of ${event.stream} cannot be folded: ${String(error)}`);
          return false;
        }
      }
    }
    return whole;
  }

  #foldOne(event: RecordedEvent, wanted: (key: string) => boolean): void {
    if (!this.check.projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) return;
    for (const key of this.table.keysOf(event)) {
      if (!wanted(key)) continue;
      const row = this.table.fold(this.#expected.get(key), event, key);
      if (row) this.#expected.set(key, row);
      else this.#expected.delete(key);
    }
  }

  #isAsFolded(key: string, row: Row | undefined): boolean {
    const expected = this.#expected.get(key);
    if (!expected || !row) return expected === row;
    return Object.entries(this.table.schema.columns).every(([column, type]) => {
      const [stored, folded] = [row[column] ?? null, expected[column] ?? null];
      if (type === 'json') return JSON.stringify(stored) === JSON.stringify(folded);
      return stored === (typeof folded === 'string' ? storableText(folded) : folded);
    });
  }
}

/** Spreads keys over passes. */
function slotOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
