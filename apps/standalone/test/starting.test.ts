import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readSettings, StartRefusedError } from '#service';
import { startStandalone } from '#standalone';

describe('the standalone service', () => {
  let folder: string;
  const start = (env: Record<string, string> = {}, data = 'data') =>
    startStandalone(readSettings({ PORT: '0', DATA_DIR: join(folder, data), RENDER_WORKERS: '0', LOG_LEVEL: 'silent', ...env }));
  const brokenLog = (content: string): void => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/events.sqlite'), content);
  };
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'standalone-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('does not start on a port that is taken, says so, and lets go of its folder', async () => {
    const first = await start();
    const { port } = new URL(first.base);
    await expect(start({ PORT: port }, 'second')).rejects.toThrow(
      new RegExp(`^PORT ${port} on HOST 127.0.0.1 cannot be had: .*EADDRINUSE`),
    );
    const second = await start({}, 'second');
    await first.stop();
    await second.stop();
  });

  it.each([
    ['is not there', undefined, 'ENOENT'],
    ['is not JSON', '{', 'JSON'],
    ['is no catalogue', '{}', 'version is missing'],
  ])('does not start with a catalogue that %s, and names the variable', async (_, content, words) => {
    const file = join(folder, 'plans.json');
    if (content !== undefined) writeFileSync(file, content);
    const refused = start({ PLANS_FILE: file });
    await expect(refused).rejects.toThrow(StartRefusedError);
    await expect(refused).rejects.toThrow(new RegExp(`^PLANS_FILE cannot be used: .*${words}`));
  });

  it.each([
    ['a file in its place', () => writeFileSync(join(folder, 'data'), 'a file'), /EEXIST/],
    ['a log that is none', () => brokenLog('not a database '.repeat(1_000)), /not a database/],
  ])('does not start on a data folder with %s, and names it', async (_, breaking, words) => {
    breaking();
    const refused = start();
    await expect(refused).rejects.toThrow(StartRefusedError);
    await expect(refused).rejects.toThrow(/^the data folder ".*data" \(DATA_DIR\) cannot be used: /);
    await expect(refused).rejects.toThrow(words);
  });

  it('asks for two rebuilds at once and gets one', async () => {
    const service = await start();
    const rebuild = () =>
      fetch(`${service.base}/v1/ops/rebuild`, {
        method: 'POST',
        headers: { authorization: `Bearer ${service.staffToken}`, 'content-type': 'application/json' },
        body: '{}',
      });
    const answers = await Promise.all([rebuild(), rebuild(), rebuild()]);
    await service.stop();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('moves the test clock to the latest of several moves at once, and still stands there after a restart', async () => {
    const service = await start({ SANDBOX: 'true' });
    const move = async (day: number) => {
      const answer = await fetch(`${service.base}/v1/test-clock`, {
        method: 'POST',
        headers: { authorization: `Bearer ${service.staffToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ now: `2099-01-${String(day).padStart(2, '0')}T00:00:00.000Z` }),
      });
      return answer.status;
    };
    const days = [20, 3, 17, 5, 28, 9, 1, 12];
    const moved = await Promise.all(days.map(move));
    expect(moved[days.indexOf(28)]).toBe(200);
    await service.stop();
    const again = await start({ SANDBOX: 'true' });
    expect(new Date(again.ground.clock.now()).toISOString()).toBe('2099-01-28T00:00:00.000Z');
    await again.stop();
  });

  it('takes a FILES_URL that begins with a dot from the working folder', async () => {
    const service = await start({ FILES_URL: `file:./${relative(process.cwd(), join(folder, 'pictures'))}` });
    await service.stop();
    expect(existsSync(join(folder, 'pictures'))).toBe(true);
  });

  it('does not start with a FILES_URL on another machine, and names the variable', async () => {
    await expect(start({ FILES_URL: 'file://elsewhere/files' })).rejects.toThrow(/^FILES_URL cannot be used: /);
  });
});
