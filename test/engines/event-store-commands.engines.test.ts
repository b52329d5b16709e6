import { systemMachineClock } from '#event-sourcing';
import type { FaultKind, FaultTarget } from './double/fault-plan.js';
import { type RunningDouble, startDouble } from './double/start-double.js';
import { Commands } from './event-store/commands.js';
import { FaultTable } from './event-store/fault-table.js';
import { ANSWER_MS, openStore } from './event-store/opened.js';

// Commands through `transact`, end to end, while the server does wrong: nothing lost, nothing doubled, and all accepted in the end.
const COMMANDS = 96;
const STREAMS = 6;
const SOAK_MS = 20_000;
const SOAK_SEED = 20_260_131;
const SOAK_WRITERS = 12;
/** Every command of a calm store, or of one that is whole again, is done in this time. */
const RECOVERY_MS = 20_000;

const table = new FaultTable();
afterAll(() => table.print());

async function withStore(use: (double: RunningDouble, commands: Commands) => Promise<void>, nodes = 1): Promise<void> {
  const double = await startDouble({ nodes });
  const { store } = await openStore(double.url);
  try {
    await use(double, new Commands(store));
  } finally {
    await store.close();
    await double.stop();
  }
}

describe('commands on EventStoreDB', () => {
  const each: readonly (readonly [FaultTarget, FaultKind, number, number?])[] = [
    ['batch-append', 'commit-and-drop', 6],
    ['batch-append', 'never-answer', 6],
    ['batch-append', 'answer-late', 6, ANSWER_MS * 3],
    ['batch-append', 'commit-late', 6, ANSWER_MS * 3],
    ['batch-append', 'not-ready', 12],
    ['batch-append', 'too-busy', 12],
    ['batch-append', 'timeout', 12],
    ['batch-append', 'commit-and-timeout', 12],
    ['batch-append', 'unknown', 12],
    ['batch-append', 'not-leader', 6],
    ['batch-append', 'commit-and-not-leader', 6],
    ['batch-append', 'cut', 6],
    ['batch-append', 'commit-and-cut', 6],
    ['batch-append', 'unavailable', 6],
    ['batch-append', 'commit-and-cancelled', 6],
    ['batch-append', 'internal', 6],
    ['read', 'never-answer', 3],
    ['read', 'cut', 6],
    ['read', 'unavailable', 6],
    ['features', 'internal', 1],
    ['features', 'never-answer', 1],
  ];

  it('are each accepted once under every single fault', async () => {
    await withStore(async (double, commands) => {
      await commands.giveMany(STREAMS, STREAMS);
      for (const [target, kind, times, delayMs] of each) {
        const fresh = commands.another();
        await fresh.giveMany(STREAMS, STREAMS);
        if (target === 'features') await double.faults.restart({ keepState: true });
        const before = (await double.faults.facts()).faultsMet;
        await double.faults.next(target, kind, { times, ...(delayMs === undefined ? {} : { delayMs }) });
        await fresh.giveMany(COMMANDS, STREAMS);
        const met = (await double.faults.facts()).faultsMet - before;
        await double.faults.clear();
        const books = await fresh.books();
        table.add(`${target}: ${kind}`, met, books);
        expect({ kind, met: met > 0, lost: books.lost, doubled: books.doubled }).toEqual({ kind, met: true, lost: 0, doubled: 0 });
        expect(books.longestMs).toBeLessThan(RECOVERY_MS);
      }
    });
  });

  it('go on after a restart of the server with its state, and after its connections were cut', async () => {
    await withStore(async (double, commands) => {
      const running = Promise.all([1, 2, 3, 4].map(() => commands.giveMany(COMMANDS, STREAMS)));
      for (let round = 0; round < 3; round += 1) {
        await systemMachineClock.sleep(150);
        await double.faults.cutConnections();
        await systemMachineClock.sleep(150);
        await double.faults.restart({ keepState: true });
      }
      await running;
      const books = await commands.books();
      table.add('restart with its state, connections cut', 6, books);
      expect(books).toMatchObject({ lost: 0, doubled: 0 });
      expect(books.longestMs).toBeLessThan(RECOVERY_MS);
    });
  });

  it('follow the leader of a cluster, and its next one when it falls', async () => {
    await withStore(async (double, commands) => {
      for (const leader of [1, 2, 0]) {
        const running = commands.giveMany(COMMANDS, STREAMS);
        await double.faults.elect(leader);
        await running;
        await double.faults.down((leader + 1) % 3);
        await commands.giveMany(STREAMS, STREAMS);
        await double.faults.up((leader + 1) % 3);
      }
      const books = await commands.books();
      table.add('three nodes: another leads, one falls', 6, books);
      expect(books).toMatchObject({ lost: 0, doubled: 0 });
    }, 3);
  });

  it(`are each accepted once in ${SOAK_MS / 1_000} seconds of faults at random`, async () => {
    await withStore(async (double, commands) => {
      const random = generator(SOAK_SEED);
      const until = performance.now() + SOAK_MS;
      let injected = 0;
      const trouble = async (): Promise<void> => {
        for (; performance.now() < until; await systemMachineClock.sleep(100 + random() * 300)) {
          injected += 1;
          const dice = random();
          if (dice < 0.05) await double.faults.cutConnections();
          else if (dice < 0.07) await double.faults.restart({ keepState: true });
          else {
            const [target, kind, , delayMs] = each[Math.floor(random() * each.length)]!;
            await double.faults.next(target, kind, delayMs === undefined ? {} : { delayMs });
          }
        }
        await double.faults.clear();
      };
      const writer = async (number: number): Promise<void> => {
        while (performance.now() < until) await commands.give(`${number % STREAMS}`);
      };
      await Promise.all([trouble(), ...Array.from({ length: SOAK_WRITERS }, (_, number) => writer(number))]);
      await commands.giveMany(STREAMS, STREAMS);
      const books = await commands.books();
      table.add(`at random, seed ${SOAK_SEED}`, injected, books);
      expect(books).toMatchObject({ lost: 0, doubled: 0 });
      expect(books.longestMs).toBeLessThan(RECOVERY_MS * 2);
    });
  });
});

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
