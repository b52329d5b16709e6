import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

const root = new URL('../../', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** What is allowed beside dotfiles and what running leaves behind. */
const TOP_LEVEL = ['apps', 'deploy', 'libs', 'nest-cli.json', 'package.json', 'README.md', 'test', 'tsconfig.json'];
const LOCK_AND_TOOLS = [
  'biome.json',
  'eslint.config.mjs',
  'jest.browser.config.mjs',
  'jest.config.mjs',
  'jest.engines.config.mjs',
  'knip.jsonc',
  'package-lock.json',
];
const LEFT_BEHIND = ['node_modules', 'dist', 'data', 'coverage'];

describe('the house', () => {
  it('has nothing on its top level but what belongs there', () => {
    const here = readdirSync(root).filter((name) => !name.startsWith('.') && !LEFT_BEHIND.includes(name));
    expect(here.sort()).toEqual([...TOP_LEVEL, ...LOCK_AND_TOOLS].sort());
  });

  it('has a lock that names every optional package of every package, so that it installs on every platform', () => {
    const { packages } = JSON.parse(text('package-lock.json')) as Lock;
    const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !locked.has(name))
        .map((name) => `${name} of ${path}`),
    );
    expect(locked.size).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('has no address of a package registry in its lock', () => {
    expect(text('package-lock.json')).not.toMatch(/"resolved"|registry\./);
  });

  it('pins every package that it names exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<string, Record<string, string>>;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('names in its README only files that are there', () => {
    const readme = text('README.md');
    const named = [...readme.matchAll(/file=@(\S+)|\]\((?!https?:|#)([^)#\s]+)/g)].map(([, uploaded, linked]) => uploaded ?? linked ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});
