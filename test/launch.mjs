// Runs a test program: `node test/launch.mjs test/bench/main.ts [arguments]`. It may import anything of ours.
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../apps/standalone/prepare.mjs';

const [, , program, ...args] = process.argv;
if (!program) {
  console.error('Usage: node test/launch.mjs <program.ts> [arguments]');
  process.exit(1);
}
await prepare();
const { bundle } = await import('../apps/standalone/compile.mjs');
const source = resolve(root, program);
const outdir = join(root, 'dist', dirname(program));
const name = basename(program, '.ts');
await bundle({ [name]: source }, outdir, { packages: 'external' });
const built = join(outdir, `${name}.js`);
process.argv = [process.argv[0], built, ...args];
await import(pathToFileURL(built).href);
