import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyStopped } from '../../apps/cli/src/stopped-folder.js';
import { asked, liveAWhile, startService } from './stopped-service.js';
import { kinds, tamper } from './tampering.js';

const changes = Number(process.env['TAMPERINGS'] ?? 400);
const seed = Number(process.env['TAMPER_SEED'] ?? 1);

describe('tampering with the files of a stopped service', () => {
  let folder: string;
  let work: string;

  beforeAll(async () => {
    const service = await startService();
    folder = service.dataDir;
    await liveAWhile(service.base, 6);
    const verification = await asked(service.base, 'POST', '/ops/verify', {});
    expect(verification).toMatchObject({ ok: true, problems: [] });
    expect(verification['events']).toBeGreaterThan(80);
    await service.stop();
    work = await mkdtemp(join(tmpdir(), 'tampered-'));
  });

  async function copied(name: string): Promise<string> {
    const copy = join(work, name);
    await cp(folder, copy, { recursive: true, filter: (path) => !path.includes('/files') });
    return copy;
  }

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });

  it('is not seen where nobody did', async () => {
    expect(await verifyStopped(folder)).toMatchObject({ ok: true, problems: [] });
    const copy = await copied('untouched');
    expect(await verifyStopped(copy)).toMatchObject({ ok: true, problems: [] });
  });

  it('is found, whatever was changed, dropped, added or swapped', async () => {
    const unseen: string[] = [];
    const done = new Map<string, number>();
    for (let n = 0; n < changes; n++) {
      const copy = await copied(String(n));
      const { kind, what } = tamper(copy, n, seed);
      done.set(kind, (done.get(kind) ?? 0) + 1);
      const verification = await verifyStopped(copy);
      if (verification?.ok !== false) unseen.push(`${n}: ${what}`);
      await rm(copy, { recursive: true });
    }
    expect(unseen).toEqual([]);
    expect([...done.keys()].sort()).toEqual([...kinds].sort());
  }, 240_000);
});
