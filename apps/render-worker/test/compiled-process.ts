import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const sources = join(root, 'apps/render-worker/src');

/**
 * The render process as the build would make it, in a folder of its own: node runs no TypeScript, and inside jest's context pixel
 * loops are ten times slower.
 */
export function compiledProcess(): { readonly entry: string; readonly folder: string; remove(): void } {
  const folder = join(root, '.cache', `render-process-${process.pid}`);
  const swc = {
    ...(JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8')) as object),
    $schema: undefined,
    swcrc: false,
    configFile: false,
  };
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const target = join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      transformSync(readFileSync(join(sources, file), 'utf8'), { ...swc, filename: join(sources, file), sourceMaps: false }).code,
    );
  }
  symlinkSync(join(sources, 'scenes/sets'), join(folder, 'scenes/sets'));
  return { folder, entry: join(folder, 'render-process.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
