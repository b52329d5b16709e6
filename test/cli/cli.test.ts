import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { asked, liveAWhile, STAFF_KEY, startService } from '../verifying/stopped-service.js';
import { credits } from './credits.js';

describe('credits, on a running service', () => {
  let service: Awaited<ReturnType<typeof startService>>;
  let on: { CREDITS_URL: string; STAFF_API_KEY: string };

  beforeAll(async () => {
    service = await startService();
    on = { CREDITS_URL: service.base, STAFF_API_KEY: STAFF_KEY };
    await liveAWhile(service.base, 2);
  });

  afterAll(async () => {
    await service.stop();
    await rm(service.dataDir, { recursive: true, force: true });
  });

  it('account shows what there is in sentences and a table, or as JSON', async () => {
    const shown = await credits(on, 'account', 'a-0');
    expect(shown).toMatchObject({ exit: 0, err: '' });
    expect(shown.out).toMatch(/^a-0: 2 credits available; renewal-pending/);
    expect(shown.out).toMatch(/ALLOTMENT +SOURCE +LEFT +FROM \(UTC\) +UNTIL \(UTC\)\n\S{36} +goodwill +2 of 2 +2030-01-01 00:00:00 +–\n/);
    const json = JSON.parse((await credits(on, '--json', 'account', 'a-0')).out) as object;
    expect(json).toMatchObject({ accountId: 'a-0', available: 2 });
    expect((await credits(on, 'account', 'a-0', '--at', '2030-01-01T00:00:00Z')).out).toMatch(
      /^a-0: \d credits? available.*active, Gallery Basic/,
    );
  });

  it('ledger shows every line, newest first, over as many pages as it takes', async () => {
    const { exit, out } = await credits(on, 'ledger', 'a-0', '--limit', '200');
    expect(exit).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^AT \(UTC\) +CREDITS +BALANCE +BY +WHAT$/);
    expect(lines.at(-1)).toMatch(/^2030-01-01 00:00:00 +\+4 +4 /);
    const json = JSON.parse((await credits(on, '--json', 'ledger', 'a-0', '--limit', '3')).out) as { items: object[]; nextCursor: unknown };
    expect(json.items).toHaveLength(3);
    expect(json.nextCursor).toEqual(expect.any(String));
  });

  it('grant gives, once per key, and revoke takes back', async () => {
    const granted = await credits(on, 'grant', 'a-new', '3', '--reason', 'for the trouble', '--actor', 'Ann', '--key', 'k-1');
    expect(granted).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^Gave 3 credits \(allotment \S+\)\.\na-new: 3 credits available/),
    });
    expect((await credits(on, 'grant', 'a-new', '3', '--reason', 'for the trouble', '--actor', 'Ann', '--key', 'k-1')).out).toBe(
      granted.out,
    );
    const [, allotment = ''] = /allotment (\S+)\)/.exec(granted.out) ?? [];
    const revoked = await credits(on, 'revoke', 'a-new', allotment, '--reason', 'mistake');
    expect(revoked).toMatchObject({ exit: 0, out: expect.stringContaining('a-new: 0 credits available') });
    expect((await credits(on, 'ledger', 'a-new')).out).toMatch(/-3 +0 .*\n.*\+3 +3 +Ann/);
  });

  it('a refusal is told in words with its code, and exits with 1', async () => {
    const unknown = await credits(on, 'revoke', 'a-new', 'no-such', '--reason', 'mistake');
    expect(unknown).toMatchObject({ exit: 1, out: '', err: expect.stringContaining('(unknown-allotment)') });
    const json = await credits(on, '--json', 'grant', 'a-new', '2000000', '--reason', 'much');
    expect(json.exit).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ status: 400, code: 'invalid-body' });
  });

  it('verify looks at everything, and rebuild makes the read models anew', async () => {
    expect(await credits(on, 'verify')).toMatchObject({ exit: 0, out: expect.stringMatching(/^All is well: \d+ events in \d+ streams/) });
    expect(await credits(on, 'rebuild', 'accounts')).toMatchObject({ exit: 0, out: 'Made anew: accounts.\n' });
    expect(await credits(on, 'rebuild')).toMatchObject({ exit: 0, out: 'Made anew: accounts, videos.\n' });
    expect(await credits(on, 'rebuild', 'nothing')).toMatchObject({ exit: 1, err: expect.stringContaining('(not-found)') });
    expect(await credits(on, 'verify')).toMatchObject({ exit: 0 });
  });

  it('parked lists what was set aside, puts it back and drops it', async () => {
    expect((await credits(on, 'parked', 'list')).out).toBe('Nothing is parked.\n');
    const event = { specversion: '1.0', id: 'e-1', source: '/billing', type: 'billing.of.nothing', data: { accountId: 'a-0' } };
    await expect(asked(service.base, 'POST', '/billing-events', event)).rejects.toThrow('422');
    const listed = await credits(on, 'parked', 'list');
    expect(listed.out).toMatch(/ID +PARKED AT \(UTC\) +TOPIC +KEY +REASON\n1 .*billing\.subscriptions +a-0 +unknown type/);
    expect(await credits(on, 'parked', 'replay', '1')).toMatchObject({ exit: 0, out: 'Message 1 is on its topic again.\n' });
    let id = '';
    for (const deadline = Date.now() + 5_000; id === ''; ) {
      if (Date.now() > deadline) throw new Error('the replayed message was not parked again');
      id = /\n(\d+) /.exec((await credits(on, 'parked', 'list')).out)?.[1] ?? '';
    }
    expect(await credits(on, 'parked', 'discard', id)).toMatchObject({ exit: 0, out: `Message ${id} is dropped.\n` });
    expect(await credits(on, 'parked', 'discard', id)).toMatchObject({ exit: 1, err: expect.stringContaining('(not-found)') });
  });

  it('keys are made, listed and revoked', async () => {
    const made = await credits(on, 'keys', 'create', 'shop', '--scopes', 'credits:read, videos:create');
    const [, id = '', token = ''] = /^Key (\S+) \("shop"\) is made.*\n(\S+)\n$/.exec(made.out) ?? [];
    const asShop = { CREDITS_URL: service.base, STAFF_API_KEY: token };
    expect((await credits(asShop, 'account', 'a-0')).exit).toBe(0);
    expect(await credits(asShop, 'verify')).toMatchObject({ exit: 1, err: expect.stringContaining('(missing-scope)') });
    expect((await credits(on, 'keys', 'list')).out).toMatch(new RegExp(`${id} +shop +\\S+ \\S+ +valid +credits:read videos:create`));
    expect((await credits(on, 'keys', 'revoke', id)).out).toContain('opens nothing any more');
    expect(await credits(asShop, 'account', 'a-0')).toMatchObject({ exit: 2 });
  });

  it.each(['-Abcdefghijklmnopqrstu', '-hbcdefghijklmnopqrstu', '--bcdefghijklmnopqrstu'])(
    'keys revoke takes %s for an id, as one may begin with a dash',
    async (id) => {
      expect(await credits(on, 'keys', 'revoke', id)).toMatchObject({ exit: 1, err: expect.stringContaining('(not-found)') });
    },
  );

  it('verify goes over HTTP while the service holds the folder', async () => {
    const { port } = new URL(service.base);
    const beside = { DATA_DIR: service.dataDir, PORT: port, STAFF_API_KEY: STAFF_KEY };
    expect(await credits(beside, 'verify')).toMatchObject({ exit: 0, out: expect.stringContaining('All is well') });
    expect(await credits({ ...beside, STAFF_API_KEY: 'x'.repeat(30) }, 'verify')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('does not take this key'),
    });
  });
});

describe('credits, where nobody answers', () => {
  it('says where it looked and what to do', async () => {
    const nowhere = { CREDITS_URL: 'http://127.0.0.1:9', STAFF_API_KEY: STAFF_KEY };
    const { exit, out, err } = await credits(nowhere, 'account', 'a-0');
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/No service answers at http:\/\/127\.0\.0\.1:9[^]*npm start[^]*CREDITS_URL/);
    expect((await credits(nowhere, 'grant', 'a-0', '1', '--reason', 'r')).err).toContain('--key fresh-key');
  });

  it('says so where there is no key, or something else answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'credits-'));
    expect(await credits({ DATA_DIR: folder, CREDITS_URL: 'http://127.0.0.1:9' }, 'keys', 'list')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('staff.key cannot be read'),
    });
    await rm(folder, { recursive: true });
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { exit, err } = await credits({ PORT: String(port), STAFF_API_KEY: STAFF_KEY }, 'keys', 'list');
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining('is not this service') });
    other.close();
  });

  it('verifies the folder of a stopped service itself, and finds what was done to it', async () => {
    const service = await startService();
    await liveAWhile(service.base, 1);
    await service.stop();
    const stopped = { DATA_DIR: service.dataDir, PORT: '9', STAFF_API_KEY: STAFF_KEY };
    expect(await credits(stopped, 'verify')).toMatchObject({ exit: 0, out: expect.stringMatching(/^All is well: \d+ events/) });
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(join(service.dataDir, 'events.sqlite'));
    database.exec(`UPDATE events SET data = replace(data, '"credits":4', '"credits":5') WHERE stream = 'account-a-0' AND version = 1`);
    database.close();
    const found = await credits(stopped, 'verify');
    expect(found.exit).toBe(1);
    expect(found.out).toMatch(/problems in \d+ events[^]*chain account-a-0@1: it is not what was written/);
    await rm(service.dataDir, { recursive: true });
  });

  it('runs from a clone as `npx credits` begins it, with nothing but the answer on stdout', async () => {
    const script = fileURLToPath(new URL('../../apps/cli/credits.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--help'], { timeout: 60_000 });
    expect(stdout).toMatch(/^Usage: credits \[options\] \[command\]\n/);
    const nowhere = { ...process.env, CREDITS_URL: 'http://127.0.0.1:9', STAFF_API_KEY: STAFF_KEY };
    const failed = promisify(execFile)(process.execPath, [script, 'account', 'a-0'], { timeout: 60_000, env: nowhere });
    await expect(failed).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('No service answers') });
  }, 120_000);

  it('a wrong command line is explained, with exit code 2, and help with 0', async () => {
    const nobody = { CREDITS_URL: 'http://127.0.0.1:9', STAFF_API_KEY: STAFF_KEY };
    expect(await credits(nobody, 'grant', 'a-0', '1.5', '--reason', 'r')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('whole number'),
    });
    expect(await credits(nobody, 'grant', 'a-0', '1')).toMatchObject({ exit: 2, err: expect.stringContaining('--reason') });
    expect(await credits(nobody, 'conjure')).toMatchObject({ exit: 2, err: expect.stringContaining("unknown command 'conjure'") });
    expect(await credits(nobody, '--help')).toMatchObject({ exit: 0, out: expect.stringContaining('CREDITS_URL') });
  });
});
