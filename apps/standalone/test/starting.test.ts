import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readSettings } from '#api';
import { StartRefusedError, startStandalone } from '#standalone';

describe('the standalone service', () => {
  let folder: string;
  const start = (env: Record<string, string> = {}, data = 'data') =>
    startStandalone(readSettings({ PORT: '0', DATA_DIR: join(folder, data), RENDER_WORKERS: '0', LOG_LEVEL: 'silent', ...env }));
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

  it('takes a FILES_URL that begins with a dot from the working folder', async () => {
    const service = await start({ FILES_URL: `file:./${relative(process.cwd(), join(folder, 'pictures'))}` });
    await service.stop();
    expect(existsSync(join(folder, 'pictures'))).toBe(true);
  });

  it('does not start with a FILES_URL on another machine, and names the variable', async () => {
    await expect(start({ FILES_URL: 'file://elsewhere/files' })).rejects.toThrow(/^FILES_URL cannot be used: /);
  });
});
