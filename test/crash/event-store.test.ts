import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { RecordedEvent } from '#event-sourcing';
import { FolderLock, SqliteDatabase, SqliteEventStore } from '#event-sourcing/sqlite';

const KILLS = 20;

describe('the event store, killed in the middle of its work again and again,', () => {
  const home = mkdtempSync(join(tmpdir(), 'event-store-kill-'));
  const folder = join(home, 'data');
  const program = join(home, 'program.mjs');

  beforeAll(async () => {
    symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
    await build({
      entryPoints: [resolve('test/crash/event-store.child.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['source'],
      external: ['@photostructure/sqlite'],
      logLevel: 'error',
    });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('has everything that it answered, once, and every chain whole', async () => {
    const answered = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await runAndKill(program, folder, 1 + ((kill * 61) % 197), answered);
    }
    const { log, chains, previous, database, lock } = await opened(folder);

    const versions = new Map<string, number>();
    for (const { stream, version, id } of log) {
      expect(version).toBe((versions.get(stream) ?? -1) + 1);
      expect(id).toBe(`${stream}:${version}`);
      versions.set(stream, version);
    }
    const missing = [...answered].filter(([stream, version]) => (versions.get(stream) ?? -1) < version);
    expect(missing).toEqual([]);
    expect(answered.size).toBeGreaterThan(8);

    for (const [stream, chain] of chains) expect(chain).toEqual(log.filter((event) => event.stream === stream));
    const positions = new Map(log.map(({ stream, version, position }) => [`${stream}:${version}`, Number(position)]));
    for (const { stream, version, previous: before } of previous) expect(before).toBe(positions.get(`${stream}:${version - 1}`) ?? 0);
    expect(previous).toHaveLength(log.length);

    database.close();
    lock.release();
  }, 60_000);
});

/** Runs the program until it has answered so many appends, kills it, and notes what it had answered by then. */
async function runAndKill(program: string, folder: string, answers: number, answered: Map<string, number>): Promise<void> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [stream = '', version = ''] = line.split(' ');
    answered.set(stream, Number(version));
    seen += 1;
    if (seen === answers) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}

async function opened(folder: string) {
  const lock = FolderLock.acquire(folder);
  const database = SqliteDatabase.open(lock, {
    onFatal: (error) => {
      throw error;
    },
  });
  const store = new SqliteEventStore(database);
  const log: RecordedEvent[] = [];
  for (let after = 0n, more = true; more; ) {
    const page = await store.readLog(after, 500, ['stream-']);
    log.push(...page.events);
    after = page.upTo;
    more = !page.caughtUp;
  }
  const chains = new Map<string, readonly RecordedEvent[]>();
  for (const stream of new Set(log.map((event) => event.stream))) chains.set(stream, await store.readForwards(stream, 0, 100_000));
  const previous = database
    .prepare<{ stream: string; version: number; previous: number }>('SELECT stream, version, previous FROM events ORDER BY position')
    .all();
  return { log, chains, previous, database, lock };
}
