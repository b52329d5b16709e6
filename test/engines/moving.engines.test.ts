import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credits } from '../cli/credits.js';
import { everythingShown, order } from '../cli/moved-service.js';
import { asked, liveAWhile, STAFF_KEY, startService } from '../verifying/stopped-service.js';
import { RoleProcess } from './column/column.js';
import { type EventStoreServer, startEventStore } from './kit/event-store.js';
import { type Kafka, startKafka } from './kit/kafka.js';
import { freshFolder, removeFolder } from './kit/owned.js';
import { freePort } from './kit/ports.js';
import { sharedPostgres, sharedS3 } from './kit/shared.js';
import { until } from './kit/until.js';

const ACCOUNTS = 2;
const READY_MS = 20_000;
const folder = freshFolder('moving');
const source = { DATA_DIR: join(folder, 'source') };
const back = { DATA_DIR: join(folder, 'back') };
const file = join(folder, 'log.export');
let [kafka, eventStore]: [Kafka | undefined, EventStoreServer | undefined] = [undefined, undefined];
let env: Readonly<Record<string, string>>;
/** What the processes have besides. */
let processEnv: Readonly<Record<string, string>>;
let apiPort: number;
let shown: unknown;
let waiting: string;

beforeAll(async () => {
  const [broker, store, postgres, s3] = await Promise.all([startKafka(), startEventStore(), sharedPostgres(), sharedS3()]);
  [kafka, eventStore] = [broker, store];
  apiPort = await freePort();
  Object.assign(process.env, s3.env);
  env = {
    ENGINES: 'servers',
    SANDBOX: 'true',
    EVENT_STORE_URL: store.url,
    KAFKA_BROKERS: broker.bootstrap.join(','),
    DATABASE_URL: await postgres.database('moving'),
    FILES_URL: await s3.bucket('moving'),
    PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    STAFF_API_KEY: STAFF_KEY,
    URL_SIGNING_KEY: 'signing-key-of-the-moved-0123456789',
    RENDER_WORKERS: '0',
    LOG_LEVEL: 'silent',
  };
  processEnv = { PATH: process.env['PATH'] ?? '', ...s3.env, ...env };
  const service = await startService(source.DATA_DIR);
  await liveAWhile(service.base, ACCOUNTS);
  waiting = await order(service.base, 'a-0');
  shown = await everythingShown(service.base, ACCOUNTS);
  await service.stop();
}, 600_000);

afterAll(async () => {
  await Promise.all([kafka?.stop(), eventStore?.stop()]);
  removeFolder(folder);
});

const streamsIn = async (path: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const streams = new Map<string, string[]>();
  for (const line of (await readFile(path, 'utf8')).split('\n').slice(1, -2)) {
    const { stream } = JSON.parse(line) as { readonly stream: string };
    streams.set(stream, [...(streams.get(stream) ?? []), line]);
  }
  return streams;
};

describe('a service moved from one folder to servers and back', () => {
  it('needs its topics, which are made once', async () => {
    expect((await credits(source, 'export', file)).exit).toBe(0);
    const early = await credits(env, 'import', file);
    expect(early).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('make it with `credits topics create`') });
    expect(await credits(env, 'topics', 'create', '--replicas', '1')).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^Made: .*billing\.subscriptions.*video-credits\.checkpoints/),
    });
    expect(await credits(env, 'topics', 'create')).toMatchObject({ exit: 0, out: 'All topics were there.\n' });
  });

  it('brings log and files over, and a second time nothing', async () => {
    const imported = await credits(env, 'import', file);
    expect(imported).toMatchObject({ exit: 0, err: expect.not.stringContaining('import again') });
    expect(imported.out).toMatch(/^(\d+) events in \d+ streams\. \1 of them are new here\. .* worker: 1\.\n$/);
    expect((await credits(env, 'import', file)).out).toContain('All were there.');
    const { FILES_URL = '' } = env;
    const copied = await credits(env, 'files', 'copy', `file:${join(source.DATA_DIR, 'files')}`, FILES_URL);
    expect(copied).toMatchObject({ exit: 0, out: expect.stringMatching(/^(\d+) files are there, \1 of them copied now/) });
  });

  it('goes on there: the same credits, ledgers, videos and keys, and the video that waits is offered', async () => {
    const processor = new RoleProcess('processor', await freePort(), processEnv, folder);
    const api = new RoleProcess('api', apiPort, processEnv, folder);
    try {
      await Promise.all([processor.start(), api.start()]);
      await until('the read models are there', READY_MS, async () => {
        expect(await everythingShown(api.base, ACCOUNTS)).toEqual(shown);
        return true;
      });
      const claimed = await asked(api.base, 'POST', '/render-jobs/claim', { workerId: 'w', waitMs: 20_000 });
      expect(claimed).toMatchObject({ videoId: waiting, attempt: 1 });
      const download = await fetch(String(claimed['artworkUrl']));
      expect([download.status, (await download.arrayBuffer()).byteLength > 0]).toEqual([200, true]);
      expect(await credits({ ...env, CREDITS_URL: api.base }, 'verify')).toMatchObject({
        exit: 0,
        out: expect.stringContaining('All is well'),
      });
    } finally {
      await Promise.all([api.stop(), processor.stop()]);
    }
  });

  it('comes back into a folder, with what happened meanwhile', async () => {
    const [there, again] = [join(folder, 'servers.export'), join(folder, 'back.export')];
    expect((await credits(env, 'export', there)).exit).toBe(0);
    expect((await credits(back, 'import', there)).exit).toBe(0);
    expect(await credits(back, 'verify')).toMatchObject({ exit: 0 });
    expect((await credits(back, 'export', again)).exit).toBe(0);
    expect(await streamsIn(again)).toEqual(await streamsIn(there));
    const before = await streamsIn(file);
    for (const [stream, lines] of await streamsIn(again))
      expect(lines.slice(0, before.get(stream)?.length)).toEqual(before.get(stream) ?? lines);
  });
});
