import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { Position } from '../../src/event.js';
import type { Projection } from '../../src/projection.js';
import type { Generation, ReadModelStore } from '../../src/read-model.port.js';
import { dump, plainFold } from '../../src/testing/projection.dump.js';
import type { EventLog } from './event.log.js';

/**
 * A store as one process sees it, until the process dies: then every call fails. At each write that it lets through, and
 * at each switch, the projection's live rows must equal a plain fold of the log up to their checkpoint, which must not have gone back (I7).
 */
export function watched(inner: ReadModelStore, log: EventLog, projection: Projection) {
  let dead = false;
  let liveId = '';
  let reached: Position = 0n;
  let checks = 0;
  const violations: string[] = [];

  /** Now and then a write is lost on its way, or its answer on the way back. */
  let calls = 0;
  const travel = (side: number): void => {
    if ((calls += 1) % 14 === side) throw new EngineUnavailableError('the message is lost');
  };
  const alive = (): void => {
    if (dead) throw new EngineUnavailableError('this process is dead');
  };
  const check = async (live: Generation, what: string): Promise<void> => {
    const at = await live.checkpoint();
    if (at < reached) violations.push(`${what}: the checkpoint went back from ${reached} to ${at}`);
    reached = at;
    const rows = JSON.stringify(await dump(inner, projection));
    const events = log.events.filter(({ position }) => position <= at);
    if (rows !== JSON.stringify(sorted(plainFold(projection, events)))) violations.push(`${what} at ${at}: ${rows}`);
    checks += 1;
  };
  const watchedGeneration = (generation: Generation): Generation => ({
    id: generation.id,
    checkpoint: async () => (alive(), generation.checkpoint()),
    get: async (table, keys) => (alive(), generation.get(table, keys)),
    write: async (from, to, rows) => {
      alive();
      travel(3);
      const written = await generation.write(from, to, rows);
      if (written && generation.id === liveId) await check(generation, 'write');
      alive();
      travel(10);
      return written;
    },
  });
  const store: ReadModelStore = Object.assign(Object.create(inner) as ReadModelStore, {
    open: async (...args: Parameters<ReadModelStore['open']>) => {
      alive();
      const live = await inner.open(...args);
      if (args[0] === projection.name) liveId = live.id;
      return watchedGeneration(live);
    },
    rebuild: async (name: string) => (alive(), watchedGeneration(await inner.rebuild(name))),
    switchTo: async (name: string, generation: Generation, liveAtMost?: bigint) => {
      alive();
      if (!(await inner.switchTo(name, generation, liveAtMost))) return false;
      liveId = generation.id;
      if (!dead) await check(generation, 'switch');
      return true;
    },
  });
  return {
    store,
    violations,
    checks: () => checks,
    die: () => {
      dead = true;
    },
  };
}

function sorted(tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>): unknown {
  const inOrder = (rows: Readonly<Record<string, unknown>>) => Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, Object.fromEntries(inOrder(rows))]));
}
