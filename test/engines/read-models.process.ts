import { type Generation, type Position, type Projection, Projector, type ReadModelStore, systemMachineClock } from '#event-sourcing';
import { PostgresDatabase, type PostgresOptions, PostgresReadModels } from '#event-sourcing/postgres';
import { dump, plainFold } from '#event-sourcing/testing';
import type { EventLog } from '../../libs/event-sourcing/test/read-models/event.log.js';
import { totalsProjection } from '../../libs/event-sourcing/test/read-models/totals.projection.js';
import { until } from './kit/until.js';

/** How long anything that these tests wait for may take, in ms. */
export const DEADLINE_MS = 30_000;

/** Totals by account, and a row for each event that counts how often it was folded: what is lost or doubled shows. */
export const projection: Projection = totalsProjection({
  tables: [
    ...totalsProjection().tables,
    {
      schema: { name: 'each', key: 'id', columns: { id: 'text', times: 'integer' }, indexes: [] },
      keysOf: ({ id }) => [id],
      fold: (row, _event, id) => ({ id, times: Number(row?.['times'] ?? 0) + 1 }),
    },
  ],
});

/** What one process holds of a database: its pool, its store, its projector. */
export class ProcessOf {
  readonly database: PostgresDatabase;
  readonly store: PostgresReadModels;
  readonly projector: Projector;
  readonly stopped: unknown[] = [];
  /** Writes to a live generation that this process was told to have happened. */
  writes = 0;

  constructor(url: string, log: EventLog, options: Partial<PostgresOptions> & { readonly pageSize?: number } = {}) {
    this.database = new PostgresDatabase({ url, log: () => undefined, statementTimeoutMs: 2_000, connectTimeoutMs: 2_000, ...options });
    this.store = new PostgresReadModels(this.database);
    this.projector = new Projector({
      store: log,
      readModels: this.counted(),
      projections: [projection],
      clock: systemMachineClock,
      onStopped: (_name, error) => this.stopped.push(error),
      log: () => undefined,
      pageSize: options.pageSize ?? 50,
    });
  }

  async end(): Promise<void> {
    await this.projector.stop();
    await this.store.close();
    await this.database.close();
  }

  private counted(): ReadModelStore {
    const counting = (live: Generation): Generation => ({
      id: live.id,
      checkpoint: () => live.checkpoint(),
      get: (table, keys) => live.get(table, keys),
      write: async (from, to, rows) => {
        const written = await live.write(from, to, rows);
        if (written) this.writes += 1;
        return written;
      },
    });
    const store = this.store;
    return Object.assign(Object.create(store) as ReadModelStore, {
      open: async (...args: Parameters<ReadModelStore['open']>) => counting(await store.open(...args)),
    });
  }
}

/** Adds to the log without end until told to stop, a few events at a time. */
export function writing(log: EventLog): { stop(): Promise<void> } {
  let going = true;
  const done = (async () => {
    for (let at = log.events.length; going; at += 1) {
      for (let more = 0; more < 5; more += 1) log.add(`account-${(at * 7 + more) % 40}`, at % 13 === 12 ? 'Closed' : 'Added', at % 17);
      await systemMachineClock.sleep(2);
    }
  })();
  return {
    stop: async () => {
      going = false;
      await done;
    },
  };
}

/** Watches the stored checkpoint from a process of its own: whether it ever went back, and how often it was seen. */
export function watching(store: ReadModelStore): { readonly backwards: string[]; looks: number; stop(): Promise<void> } {
  const seen = { backwards: [] as string[], looks: 0 };
  let going = true;
  const done = (async () => {
    for (let last: Position = 0n; going; ) {
      try {
        const at = await store.checkpoint(projection.name);
        if (at < last) seen.backwards.push(`from ${last} to ${at}`);
        last = at;
        seen.looks += 1;
      } catch (error) {
        if ((error as Error).name !== 'EngineUnavailableError') throw error;
      }
      await systemMachineClock.sleep(1);
    }
  })();
  return Object.assign(seen, {
    stop: async () => {
      going = false;
      await done;
    },
  });
}

/** Until a projector has come to the end of the log, and then whether the rows are what a plain fold gives: counts of what is not. */
export async function differences(process: ProcessOf, log: EventLog): Promise<{ lost: number; doubled: number; foldEqual: boolean }> {
  const head = await log.head();
  const stored = () => process.store.checkpoint(projection.name);
  await until('the rows', DEADLINE_MS, async () => ((await stored()) >= head ? true : undefined));
  const rows = await dump(process.store, projection);
  const events = log.events.filter(({ stream }) => stream.startsWith('account-'));
  const each = rows['each'] ?? {};
  return {
    lost: events.filter(({ id }) => each[id] === undefined).length,
    doubled: Object.values(each).filter(({ times }) => times !== 1).length,
    foldEqual: JSON.stringify(sorted(rows)) === JSON.stringify(sorted(plainFold(projection, log.events))),
  };
}

function sorted(tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>): unknown {
  const inOrder = (rows: Readonly<Record<string, unknown>>) => Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.entries(tables).map(([table, rows]) => [table, inOrder(rows)]);
}
