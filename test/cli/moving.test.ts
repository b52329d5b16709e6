import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsOf, LogFileLines } from '../../apps/cli/src/log-file.js';
import { asked, liveAWhile, startService } from '../verifying/stopped-service.js';
import { credits } from './credits.js';
import { everythingShown, order } from './moved-service.js';

const ACCOUNTS = 3;
const base = await mkdtemp(join(tmpdir(), 'moving-'));
const file = join(base, 'log.export');
let source: string;
/** What the source showed while it ran. */
let shown: unknown;
let waiting: string;

beforeAll(async () => {
  const service = await startService(join(base, 'source'));
  source = service.dataDir;
  await liveAWhile(service.base, ACCOUNTS);
  waiting = await order(service.base, 'a-0');
  shown = await everythingShown(service.base, ACCOUNTS);
  expect(await credits({ DATA_DIR: source }, 'export', file)).toEqual({
    exit: 2,
    out: '',
    err: expect.stringContaining('is in use by another process: stop the service first'),
  });
  await service.stop();
  const exported = await credits({ DATA_DIR: source }, 'export', file);
  expect(exported).toEqual({ exit: 0, out: expect.stringMatching(/^Exported \d+ events in \d+ streams\.\n$/), err: '' });
}, 60_000);

afterAll(() => rm(base, { recursive: true, force: true }));

const lines = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').slice(0, -1);
const events = async (path: string): Promise<string[]> => (await lines(path)).slice(1, -1);

/** A file with these lines for events, and an end that fits. */
async function fileOf(name: string, header: string, body: readonly string[]): Promise<string> {
  const text = [header, ...body].map((line) => `${line}\n`).join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const path = join(base, name);
  await writeFile(path, `${text}${JSON.stringify({ events: body.length, sha256 })}\n`);
  return path;
}

describe('a log moved from folder to folder', () => {
  const target = { DATA_DIR: join(base, 'target') };

  it('is the same log, event by event, and so is all that is made of it', async () => {
    const imported = await credits(target, 'import', file);
    const count = (await events(file)).length;
    expect(imported).toMatchObject({ exit: 0, err: '' });
    expect(imported.out).toMatch(new RegExp(`^${count} events in \\d+ streams. ${count} of them are new here. .* worker: 1\\.\n$`));
    const again = join(base, 'again.export');
    expect(await credits(target, 'export', again)).toMatchObject({ exit: 0 });
    expect(await events(again)).toEqual(await events(file));
    expect(await credits(target, 'verify')).toMatchObject({ exit: 0 });
    expect(await credits({ DATA_DIR: source }, 'verify')).toMatchObject({ out: (await credits(target, 'verify')).out });
  });

  it('is imported once: a second time changes nothing', async () => {
    expect(await credits(target, 'import', file)).toMatchObject({ exit: 0, out: expect.stringContaining('All were there.') });
    const again = join(base, 'again.export');
    await credits(target, 'export', again);
    expect(await events(again)).toEqual(await events(file));
  });

  it('comes with its files, and its service goes on from there: it offers what waits and nothing else', async () => {
    const [from, to] = [`file:${join(source, 'files')}`, `file:${join(target.DATA_DIR, 'files')}`];
    const copied = await credits({}, 'files', 'copy', from, to);
    const [, files = ''] = /^(\d+) files are there, \1 of them copied now\.\n$/.exec(copied.out) ?? [];
    expect(Number(files)).toBeGreaterThan(1);
    expect(await credits({}, 'files', 'copy', from, to)).toMatchObject({
      exit: 0,
      out: `${files} files are there, 0 of them copied now.\n`,
    });
    const service = await startService(target.DATA_DIR);
    expect(await credits({}, 'files', 'copy', to, from)).toMatchObject({ exit: 1, err: expect.stringContaining('stop the service first') });
    expect(await everythingShown(service.base, ACCOUNTS)).toEqual(shown);
    expect(await asked(service.base, 'POST', '/render-jobs/claim', { workerId: 'w', waitMs: 5_000 })).toMatchObject({ videoId: waiting });
    expect(await service.ground.queue.lag('videos.render-jobs', 'render-workers')).toBe(0);
    expect(await asked(service.base, 'POST', '/ops/verify')).toMatchObject({ ok: true });
    await service.stop();
  });

  it('is not imported into a log that has gone on since', async () => {
    expect(await credits(target, 'import', file)).toEqual({
      exit: 1,
      out: '',
      err: expect.stringMatching(/The target holds events that are not in .*stream "account-a-0"[^]*Nothing was written/),
    });
  });
});

describe('an import', () => {
  it('that was interrupted goes on where it stopped', async () => {
    const [header = '', ...body] = await lines(file);
    const half = body.slice(0, -1).filter((_, n) => n < body.length / 2);
    while (half.at(-1)?.includes('"more":true')) half.pop();
    const target = { DATA_DIR: join(base, 'interrupted') };
    expect((await credits(target, 'import', await fileOf('half.export', header, half))).exit).toBe(0);
    const rest = (await events(file)).length - half.length;
    expect(await credits(target, 'import', file)).toMatchObject({ exit: 0, out: expect.stringContaining(`${rest} of them are new`) });
    const again = join(base, 'continued.export');
    await credits(target, 'export', again);
    expect(await events(again)).toEqual(await events(file));
    const service = await startService(target.DATA_DIR);
    expect(await asked(service.base, 'POST', '/render-jobs/claim', { workerId: 'w', waitMs: 5_000 })).toMatchObject({ videoId: waiting });
    await service.stop();
  });

  it('refuses what is cut, changed or something else, before anything is written', async () => {
    const all = await lines(file);
    const [header = '', ...rest] = all;
    const body = rest.slice(0, -1);
    const changed = body.map((line, n) => (n === 20 ? line.replace(/"at":"20/, '"at":"21') : line));
    expect(changed).not.toEqual(body);
    const whole = all.map((line) => `${line}\n`).join('');
    const wrong: [string, string, RegExp][] = [
      ['empty', '', /it is empty/],
      ['mid-line', whole.slice(0, whole.length / 2), /it is cut/],
      ['without its end', whole.slice(0, whole.lastIndexOf('\n{') + 1), /it is cut: its end is missing/],
      ['one event less', [header, ...body.slice(1), rest.at(-1)].join('\n').concat('\n'), /it was changed|events before it are missing/],
      ['more after its end', `${whole}{}\n`, /there is more after its end/],
      ['changed', whole.replace(body[20] ?? '', changed[20] ?? ''), /it is not what was written/],
      ['other header', whole.replace('"version":1', '"version":2'), /it has version 2 of the format; this program reads 1/],
      ['a picture', '\u0089PNG\n\u0000\n', /line 1 is not JSON/],
      ['some JSON', '{}\n', /was not made by `credits export`/],
    ];
    const target = { DATA_DIR: join(base, 'clean') };
    for (const [name, text, why] of wrong) {
      const path = join(base, name);
      await writeFile(path, text);
      expect([name, await credits(target, 'import', path)]).toEqual([name, { exit: 1, out: '', err: expect.stringMatching(why) }]);
    }
    const forged = await fileOf('forged', header, changed);
    expect(await credits(target, 'import', forged)).toMatchObject({ exit: 1, err: expect.stringMatching(/its link does not fit/) });
    const cutAppend = body.findIndex((line) => line.includes('"more":true'));
    const short = await fileOf('short', header, body.slice(0, cutAppend + 1));
    expect(await credits(target, 'import', short)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/the rest of its append is missing/),
    });
    expect((await credits(target, 'verify')).out).toContain('0 events in 0 streams');
  });

  it('refuses a folder that holds another log', async () => {
    const service = await startService(join(base, 'other'));
    await asked(service.base, 'POST', '/accounts/somebody/grants', { credits: 1, reason: 'hello', source: 'goodwill' }, 'k');
    await service.stop();
    const other = { DATA_DIR: service.dataDir };
    const before = (await credits(other, 'verify')).out;
    expect(await credits(other, 'import', file)).toMatchObject({ exit: 1, err: expect.stringContaining('stream "account-somebody"') });
    expect((await credits(other, 'verify')).out).toBe(before);
  });
});

describe('an export', () => {
  it('goes to stdout, too, with nothing else', async () => {
    const { exit, out, err } = await credits({ DATA_DIR: source }, 'export', '-');
    expect({ exit, err }).toEqual({ exit: 0, err: expect.stringMatching(/^Exported \d+ events/) });
    expect(out).toBe(await readFile(file, 'utf8'));
  });

  it('leaves nothing half done, and says where there is no log', async () => {
    const nowhere = { DATA_DIR: join(base, 'nowhere') };
    expect(await credits(nowhere, 'export', file)).toMatchObject({ exit: 2, err: expect.stringContaining('there is no log in') });
    expect(await credits({ DATA_DIR: source }, 'export', join(base, 'no-such-folder', 'log'))).toMatchObject({ exit: 2 });
    expect((await readdir(base)).filter((name) => name.endsWith('.part') || name === 'nowhere')).toEqual([]);
  });

  it('keeps texts as they are, whatever ends lines elsewhere', async () => {
    const title = 'one\u2028two\u2029three\r\nfour \ud800 \u{1f5bc}';
    const metadata = { cause: 'c', recordedAt: '2030-01-01T00:00:00.000Z', chain: '' };
    const event = { stream: 'account-a', version: 0, position: 0n, id: 'i', type: 'T', data: { title }, metadata };
    const made = new LogFileLines();
    const path = join(base, 'texts');
    await writeFile(path, made.header('log') + made.event(event) + made.end());
    const read = [];
    for await (const one of eventsOf(path)) read.push(one);
    expect(read).toEqual([event]);
  });
});

describe('what moving needs of the environment', () => {
  it('is told where it is missing', async () => {
    expect(await credits({}, 'topics', 'create')).toMatchObject({ exit: 2, err: expect.stringContaining('KAFKA_BROKERS is not set') });
    expect(await credits({}, 'topics', 'create', '--replicas', 'some')).toMatchObject({ exit: 2 });
    expect(await credits({ ENGINES: 'servers' }, 'export', '-')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('EVENT_STORE_URL must'),
    });
    expect(await credits({}, 'files', 'copy', 'ftp://x', 'file:./y')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('no address'),
    });
  });
});
