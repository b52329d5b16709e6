import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebFiles } from './web-files.js';

describe('The built pages and elements', () => {
  let folder: string;
  const put = (name: string, content: string): Promise<void> => writeFile(join(folder, name), content);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'web-files-'));
    await mkdir(join(folder, 'assets'));
    await put('index.html', '<html>');
    await put('assets/app.js', 'plain');
    await put('assets/app.js.br', 'brotli');
    await put('assets/app.js.gz', 'gzip');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each<[string | undefined, string, string | undefined]>([
    [undefined, 'plain', undefined],
    ['', 'plain', undefined],
    ['gzip, deflate, br', 'brotli', 'br'],
    ['gzip', 'gzip', 'gzip'],
    ['GZIP;q=0.5, br;q=0', 'gzip', 'gzip'],
    ['br;q=0, gzip;q=0.0', 'plain', undefined],
    ['brotli', 'plain', undefined],
  ])('go out to one who accepts %j as %s', async (accepts, content, encoding) => {
    const found = await new WebFiles([folder]).find('assets/app.js', accepts);
    expect([found?.content.toString(), found?.encoding, found?.contentType]).toEqual([content, encoding, 'text/javascript; charset=utf-8']);
  });

  it('have an ETag for each encoding', async () => {
    const files = new WebFiles([folder]);
    const etags = await Promise.all(['', 'br', 'gzip'].map(async (accepts) => (await files.find('assets/app.js', accepts))?.etag));
    expect(new Set(etags).size).toBe(3);
  });

  it.each([
    '',
    'assets',
    'assets/app.js.br',
    'assets/../index.html',
    '../x.js',
    '/etc/hosts',
    'assets/APP.JS',
    '__proto__',
    'constructor.js',
    'index.html\0',
  ])('are all that can be asked for: not %j', async (name) => {
    expect(await new WebFiles([folder]).find(name, 'br')).toBeUndefined();
  });

  it('lie in the first folder that has any', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'web-files-'));
    expect(await new WebFiles([join(folder, 'none'), empty, folder]).find('index.html', undefined)).toBeDefined();
    expect(await new WebFiles([empty]).find('index.html', undefined)).toBeUndefined();
    await rm(empty, { recursive: true });
  });

  it('are read again where reading failed, and not after that', async () => {
    const files = new WebFiles([folder]);
    await files.find('assets/app.js', undefined);
    await rm(join(folder, 'index.html'));
    await expect(files.find('index.html', undefined)).rejects.toThrow('ENOENT');
    await put('index.html', '<html lang="en">');
    expect((await files.find('index.html', undefined))?.content.toString()).toBe('<html lang="en">');
    await put('index.html', 'other');
    expect((await files.find('index.html', undefined))?.content.toString()).toBe('<html lang="en">');
  });
});
