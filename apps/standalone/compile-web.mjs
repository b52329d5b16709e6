// The web's part of the build: apps/web to dist/web, as the api serves it.
//   dist/web/elements/video-credits.js    the elements, one module under a stable name
//   dist/web/elements/video-credits.d.ts  their types
//   dist/web/assets/NAME-HASH.js|css|woff2  what the pages load, at /web/…; a name never gets other content
//   dist/web/NAME.html                    the pages, with those names put in
// Whatever text compresses lies there compressed as well (.br, .gz).
import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync, copyFileSync, existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

/** All elements together, gzipped. A build above it fails. */
const ELEMENTS_LIMIT_BYTES = 40_000;
/** The oldest browsers served: those that know `light-dark()`, which is what day and night are made with. */
const BROWSERS = ['es2022', 'chrome123', 'firefox120', 'safari17.5'];
const COMPRESSED = /\.(js|css|html|d\.ts|svg)$/;
const REFERENCE = /\b(src|href)="\.\/([^"]+)"/g;
const PACKAGE_REFERENCE = /\b(src|href)="package:([^"]+)"/g;

/** Builds into a folder beside and puts it in place at the end: a service that runs never reads half a page. */
export async function compileWeb(root, dist) {
  const web = join(root, 'apps/web');
  const made = join(dist, 'web.making');
  rmSync(made, { recursive: true, force: true });
  await compileElements(web, join(made, 'elements'));
  await compilePages(root, web, made);
  for (const file of filesIn(made).filter((file) => COMPRESSED.test(file))) compress(file);
  rmSync(join(dist, 'web'), { recursive: true, force: true });
  renameSync(made, join(dist, 'web'));
}

const common = (web) => ({
  absWorkingDir: web,
  tsconfig: join(web, 'tsconfig.json'),
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: BROWSERS,
  legalComments: 'none',
  sourcemap: false,
  metafile: true,
  logLevel: 'warning',
  loader: { '.woff2': 'file', '.svg': 'file', '.webp': 'file' },
  plugins: [styleTexts],
});

/** A style sheet that a module imports becomes its text, made small. One that a page or another sheet names stays a sheet. */
const styleTexts = {
  name: 'style-texts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.css$/ }, ({ path, resolveDir, kind }) =>
      kind === 'import-statement' ? { path: join(resolveDir, path), namespace: 'style-text' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'style-text' }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: BROWSERS });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

async function compileElements(web, outdir) {
  await esbuild.build({ ...common(web), entryPoints: ['src/elements/video-credits.ts'], outdir });
  copyFileSync(join(web, 'types/video-credits.d.ts'), join(outdir, 'video-credits.d.ts'));
  const bytes = gzipSync(readFileSync(join(outdir, 'video-credits.js')), { level: 9 }).length;
  console.log(`elements/video-credits.js: ${kilobytes(bytes)} of ${kilobytes(ELEMENTS_LIMIT_BYTES)} gzipped`);
  if (bytes > ELEMENTS_LIMIT_BYTES) throw new Error('The elements have grown above their limit.');
}

async function compilePages(root, web, made) {
  const folder = join(web, 'src/pages');
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.html')) : [];
  const entries = new Set(pages.flatMap((page) => ownReferences(join(folder, page))));
  if (entries.size === 0) return;
  const { metafile } = await esbuild.build({
    ...common(web),
    // A picture that a page itself names is an entry without code.
    loader: { ...common(web).loader, '.svg': 'copy' },
    entryPoints: [...entries],
    outdir: join(made, 'assets'),
    publicPath: '/web',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    splitting: true,
  });
  const placed = placesOf(metafile, web);
  for (const page of pages) {
    const html = readFileSync(join(folder, page), 'utf8')
      .replaceAll(REFERENCE, (_, attribute, name) => `${attribute}="${placed(join(folder, name))}"`)
      .replaceAll(PACKAGE_REFERENCE, (_, attribute, name) => `${attribute}="${placed(join(root, 'node_modules', name))}"`);
    writeFileSync(join(made, page), html);
  }
}

/** What a page loads of ours: `src="./x.ts"`, `href="./x.css"`. */
const ownReferences = (page) => [...readFileSync(page, 'utf8').matchAll(REFERENCE)].map(([, , name]) => join(dirname(page), name));

/** Where a source went, as an address: an entry by its entry point, a font or picture by its only input. */
function placesOf(metafile, web) {
  const places = new Map();
  for (const [output, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const address = `/web/${basename(output)}`;
    const sources = Object.keys(inputs);
    if (entryPoint !== undefined) places.set(resolve(web, entryPoint), address);
    else if (sources.length === 1) places.set(resolve(web, sources[0]), address);
  }
  return (source) => {
    const address = places.get(existsSync(source) ? realpathSync(source) : source);
    if (address === undefined) throw new Error(`${relative(web, source)} is named by a page and was not built.`);
    return address;
  };
}

function compress(file) {
  const content = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

function filesIn(folder) {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
