// The build: every source to plain JavaScript in dist (swc), then one bundle per entry (esbuild), for start-up is file loading.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import * as esbuild from 'esbuild';
import { compileWeb } from './compile-web.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'dist');

/** What is started: name of the bundle in dist/standalone, and the compiled module it begins with. */
const ENTRIES = {
  main: 'apps/standalone/src/main.js',
  'render-process': 'apps/render-worker/src/render-process.js',
  api: 'apps/api/src/main.js',
  processor: 'apps/processor/src/main.js',
  'render-worker': 'apps/render-worker/src/main.js',
  credits: 'apps/cli/src/main.js',
};

/** Native packages stay where they are installed; the others Nest only asks for when it is told to use them. */
const EXTERNAL = [
  '@napi-rs/canvas',
  'sharp',
  '@photostructure/sqlite',
  '@ffmpeg-installer/ffmpeg',
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  '@nestjs/platform-express',
  '@fastify/view',
  'swagger-ui-dist',
  'class-transformer',
  'class-transformer/storage',
];

const OLD_CHUNK_MS = 60 * 60_000;

async function compile() {
  await compileSources();
  await compileWeb(root, dist);
  await bundle(
    Object.fromEntries(
      Object.entries(ENTRIES)
        .filter(([, entry]) => existsSync(join(dist, entry)))
        .map(([name, entry]) => [name, join(dist, entry)]),
    ),
    join(dist, 'standalone'),
  );
  removeOldChunks();
}

async function compileSources() {
  const swc = { ...JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8')), $schema: undefined };
  rmSync(join(dist, 'apps'), { recursive: true, force: true });
  rmSync(join(dist, 'libs'), { recursive: true, force: true });
  await Promise.all(sources().map((file) => (file.endsWith('.ts') ? compileOne(file, swc) : copy(file))));
}

/** All files of the sources but tests and what is for browsers: code is compiled, anything else (pictures, JSON) is copied to the same place in dist. */
function sources() {
  return ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
      .filter(
        (file) =>
          file.split(sep)[2] === 'src' &&
          !file.startsWith(join('apps', 'web', 'src')) &&
          !file.endsWith('.test.ts') &&
          !file.endsWith('.md'),
      ),
  );
}

async function compileOne(file, swc) {
  const { code, map } = await transform(readFileSync(join(root, file), 'utf8'), {
    ...swc,
    swcrc: false,
    configFile: false,
    cwd: root,
    filename: join(root, file),
  });
  const target = join(dist, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  const mapName = target.slice(dirname(target).length + 1);
  writeFileSync(target, `${code}\n//# sourceMappingURL=${mapName}.map\n`);
  writeFileSync(`${target}.map`, map);
}

function copy(file) {
  const target = join(dist, file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, file), target);
}

/** Bundles programs of ours. Class names are kept: Nest finds providers by them. */
export async function bundle(entryPoints, outdir, { packages = 'bundle' } = {}) {
  await esbuild.build({
    entryPoints,
    outdir,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    keepNames: true,
    sourcemap: 'linked',
    packages,
    external: EXTERNAL,
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: [ownPlaces(outdir)],
    logLevel: 'warning',
  });
}

/**
 * In a bundle every module would have the bundle's address. Ours keep their own, so that `new URL('./rooms.json',
 * import.meta.url)` finds what lies beside a module from the sources, from dist and from the bundle alike.
 */
function ownPlaces(outdir) {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        if (path.includes(`${sep}node_modules${sep}`)) return undefined;
        const code = readFileSync(path, 'utf8');
        if (!code.includes('import.meta.url')) return undefined;
        const place = relative(outdir, path).split(sep).join('/');
        const own = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return { contents: code.replaceAll('import.meta.url', own), loader: path.endsWith('.ts') ? 'ts' : 'js' };
      });
    },
  };
}

/** Chunks of earlier builds stay for an hour, for a service that runs may yet load one. */
function removeOldChunks() {
  const folder = join(dist, 'standalone');
  for (const name of readdirSync(folder).filter((name) => name.startsWith('chunk-'))) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > OLD_CHUNK_MS) rmSync(path);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compile();
