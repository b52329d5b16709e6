import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { MachineClock } from '../../src/clock.port.js';
import { Projector } from '../../src/projector.js';
import type { ReadModelStore } from '../../src/read-model.port.js';
import { SqliteReadModels } from '../../src/sqlite/sqlite-read-models.js';
import { systemMachineClock } from '../../src/system.clock.js';
import { MemoryReadModelDisk, MemoryReadModels } from '../../src/testing/memory-read-models.js';
import { dump, plainFold } from '../../src/testing/projection.dump.js';
import { EventLog } from './event.log.js';
import { totalsProjection } from './totals.projection.js';
import { watched } from './watched.store.js';

const DEADLINE_MS = 10_000;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('events' as const), count: fc.integer({ min: 1, max: 60 }), seed: fc.nat(1_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), pageSize: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), pageSize: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rebuild' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }) },
);

const TYPES = ['Added', 'Added', 'Taken', 'Ignored', 'Closed'];

interface Place {
  open(): ReadModelStore;
  clear(): void;
}

const places: Record<string, () => Place> = {
  memory: () => {
    const disk = new MemoryReadModelDisk();
    return { open: () => new MemoryReadModels(disk), clear: () => undefined };
  },
  SQLite: () => {
    const folder = mkdtempSync(join(tmpdir(), 'views-'));
    const loud = (message: string): void => {
      throw new Error(message);
    };
    return { open: () => new SqliteReadModels(folder, loud), clear: () => rmSync(folder, { recursive: true }) };
  },
};

describe.each(Object.entries(places))('read models in %s equal a fold of the log up to their checkpoint (I7)', (kind, makePlace) => {
  it('whatever the events, the cuts, the restarts, the crashes and the rebuilds', async () => {
    let checks = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const place = makePlace();
        const world = new World(place);
        try {
          await world.begin(7);
          for (const one of steps) {
            if (one.kind === 'events') world.write(one.count, one.seed);
            else if (one.kind === 'rebuild') world.rebuild();
            else if (one.kind === 'turns') await turns(one.count);
            else await world.restart(one.kind === 'crash', one.pageSize);
          }
          await world.rest();
        } finally {
          checks += world.checks;
          place.clear();
        }
      }),
      { numRuns: kind === 'memory' ? 80 : 20 },
    );
    expect(checks).toBeGreaterThan(200);
  }, 60_000);
});

/** Real time for deadlines, none for back-off. */
const impatientClock: MachineClock = {
  now: () => systemMachineClock.now(),
  sleep: (ms, signal) => systemMachineClock.sleep(ms < DEADLINE_MS ? 0 : ms, signal),
};

/** A log, its projector, and what may happen to them. */
class World {
  checks = 0;
  private readonly log = new EventLog();
  private readonly projection = totalsProjection();
  /** Joins with the first restart, and then stands behind the other. */
  private readonly later = totalsProjection({ name: 'later' });
  private begun = 0;
  private process: { readonly projector: Projector; readonly inner: ReadModelStore; readonly eyes: ReturnType<typeof watched> } | undefined;
  private rebuilds: Promise<unknown>[] = [];

  constructor(private readonly place: Place) {}

  async begin(pageSize: number): Promise<void> {
    this.begun += 1;
    const inner = this.place.open();
    const eyes = watched(inner, this.log, this.projection);
    const projector = new Projector({
      store: this.log,
      readModels: eyes.store,
      projections: this.begun > 1 ? [this.projection, this.later] : [this.projection],
      clock: impatientClock,
      onStopped: (name, error) => eyes.violations.push(`${name} stopped: ${String(error)}`),
      log: () => undefined,
      pageSize,
    });
    this.process = { projector, inner, eyes };
    await projector.start();
  }

  write(count: number, seed: number): void {
    for (let at = 0; at < count; at += 1) {
      const chance = seed * 31 + at * 17;
      this.log.add(chance % 9 === 0 ? 'other-1' : `account-${chance % 5}`, TYPES[chance % TYPES.length] ?? 'Added', chance % 13);
    }
  }

  rebuild(): void {
    const rebuilding = this.process?.projector.rebuild('totals', () => this.write(1, this.log.events.length)) ?? Promise.resolve();
    this.rebuilds.push(rebuilding.catch((error: unknown) => expect(String(error)).toMatch(/another one was begun|is dead|is lost/)));
  }

  /** A crash leaves what was in flight; a restart lets it end. */
  async restart(crash: boolean, pageSize: number): Promise<void> {
    await this.end(crash);
    await this.begin(pageSize);
  }

  async rest(): Promise<void> {
    await Promise.all(this.rebuilds);
    const { projector, inner } = this.process as NonNullable<World['process']>;
    expect(await projector.waitFor('totals', await this.log.head(), DEADLINE_MS)).toBe(true);
    expect(await dump(inner, this.projection)).toEqual(plainFold(this.projection, this.log.events));
    if (this.begun > 1) {
      expect(await projector.waitFor('later', await this.log.head(), DEADLINE_MS)).toBe(true);
      expect(await dump(inner, this.later)).toEqual(plainFold(this.later, this.log.events));
    }
    await this.end(false);
  }

  private async end(crash: boolean): Promise<void> {
    const { projector, inner, eyes } = this.process as NonNullable<World['process']>;
    if (crash) eyes.die();
    await Promise.all([projector.stop(), ...this.rebuilds]);
    this.rebuilds = [];
    await inner.close();
    this.checks += eyes.checks();
    expect(eyes.violations).toEqual([]);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await systemMachineClock.sleep(0);
}
