import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Mode } from './kill.child.js';

const rounds = 12;
const boundMs = 15_000;

/** What one life of the child has logged; a last line without its end was cut by the kill. */
function linesOf(file: string): readonly string[][] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

describe('the queue in SQLite under kill -9', () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-kill-'));
  const program = join(folder, 'child.mjs');
  const lives: (readonly string[][])[] = [];

  /** One life of the child: killed at some instant after it is ready, or run to its end. */
  async function live(name: string, killAfterMs?: number): Promise<void> {
    const logFile = join(folder, `${name}.log`);
    const mode: Mode = killAfterMs === undefined ? 'drain' : 'run';
    const child = spawn(process.execPath, [program, folder, logFile, mode], { stdio: 'inherit' });
    const ended = once(child, 'exit');
    if (killAfterMs !== undefined) {
      const deadline = Date.now() + boundMs;
      while (!linesOf(logFile).some(([what]) => what === 'ready') && Date.now() < deadline && child.exitCode === null) await sleep(10);
      await sleep(killAfterMs);
      child.kill('SIGKILL');
    }
    await ended;
    lives.push(linesOf(logFile));
  }

  beforeAll(async () => {
    await build({
      entryPoints: [resolve('libs/messaging/test/sqlite/kill.child.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const began = Date.now();
    for (let round = 1; round <= rounds && Date.now() - began < boundMs; round += 1)
      await live(`life-${round}`, Math.floor(Math.random() * 250));
    await live('last');
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  const all = (what: string): readonly string[][] => lives.flat().filter(([word]) => word === what);

  it('ends each time at rest and without trouble, after a good many messages', () => {
    expect(lives.length).toBeGreaterThan(3);
    expect(all('at-rest')).toHaveLength(1);
    expect(all('trouble')).toEqual([]);
    expect(all('published').length).toBeGreaterThan(100);
    expect(all('done').length).toBeGreaterThan(10);
  });

  it('loses no message whose publishing was acknowledged', () => {
    const handled = new Set(all('handled').map(([, key, n]) => `${key} ${n}`));
    const lost = all('published').flatMap(([, n]) => ['a', 'b', 'c'].map((key) => `${key} ${n}`).filter((each) => !handled.has(each)));
    expect(lost).toEqual([]);
  });

  it('keeps the order of each key: every life goes on where the group had come to or before, without a gap or a double', () => {
    for (const key of ['a', 'b', 'c']) {
      let highest = 0;
      for (const life of lives) {
        const numbers = life.filter(([word, of]) => word === 'handled' && of === key).map(([, , n]) => Number(n));
        if (numbers.length === 0) continue;
        const [first = 0] = numbers;
        expect(first).toBeLessThanOrEqual(highest + 1);
        expect(numbers).toEqual(numbers.map((_, i) => first + i));
        highest = Math.max(highest, first + numbers.length - 1);
      }
      expect(highest).toBeGreaterThan(100);
    }
  });

  it('never offers again what was done, once that was answered', () => {
    const finished = new Set<string>();
    const again: string[] = [];
    for (const [what, offset = ''] of lives.flat()) {
      if (what === 'done') finished.add(offset);
      if (what === 'taken' && finished.has(offset)) again.push(offset);
    }
    expect(again).toEqual([]);
  });
});
