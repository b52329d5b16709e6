// A check that has never been red proves nothing. In a copy of this folder every rule is broken once, each in a file of its own, and
// the tool must name that rule at that file. The untouched copy must be free of all of them.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from '../../.dependency-cruiser.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'red-once-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));

/** Rule of the structure → the file that breaks it and what it imports. */
const STRUCTURE = {
  'no-circles': ['libs/credits/src/planted/circle-a.ts', './circle-b.js'],
  resolvable: ['libs/credits/src/planted/nowhere.ts', './not-there.js'],
  'own-libraries-exist': ['libs/credits/src/planted/no-library.ts', '#not-a-library'],
  'libs-not-to-apps': ['libs/messaging/src/planted/app.ts', '../../../../apps/standalone/src/main.js'],
  'engines-know-nobody': ['libs/event-sourcing/src/planted/domain.ts', '#contracts'],
  'credits-know-no-videos': ['libs/credits/src/planted/videos.ts', '../../../videos/src/planted/target.js'],
  'access-knows-no-domain': ['libs/access/src/planted/domain.ts', '../../../credits/src/planted/target.js'],
  'videos-not-to-access': ['libs/videos/src/planted/access.ts', '../../../access/src/planted/target.js'],
  'service-is-for-apps': ['libs/credits/src/planted/service.ts', '../../../service/src/index.js'],
  'domain-only-on-ports': ['libs/credits/src/planted/adapter.ts', '../../../event-sourcing/src/sqlite/planted.js'],
  'libraries-by-the-front-door': ['libs/videos/src/planted/inside.ts', '../../../credits/src/planted/target.js'],
  'apps-by-the-front-door': ['apps/api/src/planted-inside.ts', '../../../libs/credits/src/planted/target.js'],
  'standalone-is-the-sum': ['apps/standalone/src/planted-part.ts', '../../api/src/planted-target.js'],
  'apps-stand-alone': ['apps/processor/src/planted-other.ts', '../../api/src/planted-target.js'],
  'browsers-take-types-alone': ['apps/web/src/planted-library.ts', '#contracts'],
  'drivers-in-their-adapter': ['libs/event-sourcing/src/planted/driver.ts', '@photostructure/sqlite'],
  'pure-files-stay-pure': ['libs/credits/src/planted/planted.decisions.ts', '@nestjs/common'],
  'no-testing-in-production': ['libs/event-sourcing/src/planted/fake.ts', '../testing/planted.js'],
  'no-dev-packages-in-production': ['libs/credits/src/planted/dev.ts', 'fast-check'],
};
const TARGETS = [
  'libs/credits/src/planted/target.ts',
  'libs/videos/src/planted/target.ts',
  'libs/access/src/planted/target.ts',
  'libs/event-sourcing/src/sqlite/planted.ts',
  'libs/event-sourcing/src/testing/planted.ts',
  'apps/api/src/planted-target.ts',
];

const LONG_FILE = Array.from({ length: 301 }, (_, line) => `export const line${line} = ${line};`).join('\n');
const LONG_FUNCTION = `export function long(x: number) {\n${'  x += 1;\n'.repeat(90)}  return x;\n}`;

/** What lint forbids → the rule, and code that breaks it. */
const LINT = {
  'date-now': ['no-restricted-syntax', 'export const now = Date.now();'],
  'new-date': ['no-restricted-syntax', 'export const now = new Date();'],
  'math-random': ['no-restricted-syntax', 'export const chance = Math.random();'],
  'random-uuid': ['no-restricted-syntax', "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();"],
  'random-uuid-global': ['no-restricted-syntax', 'export const id = crypto.randomUUID();'],
  'timer-module': ['no-restricted-syntax', "export { setTimeout } from 'node:timers/promises';\nimport 'node:timers/promises';"],
  timeout: ['no-restricted-globals', 'setTimeout(() => 1, 5);'],
  interval: ['no-restricted-globals', 'setInterval(() => 1, 5);'],
  fetch: ['no-restricted-globals', "export const page = await fetch('http://127.0.0.1');"],
  any: ['@typescript-eslint/no-explicit-any', 'export const x: any = 1;'],
  'unsafe-any': ['@typescript-eslint/no-unsafe-assignment', "export const x = { a: 1 };\nconst y = JSON.parse('1');\nexport { y };"],
  'ts-comment': ['@typescript-eslint/ban-ts-comment', "// @ts-expect-error\nexport const x: number = '1';"],
  'lint-comment': [null, '// eslint-disable-next-line eqeqeq\nexport const x = 1;'],
  'floating-promise': ['@typescript-eslint/no-floating-promises', 'Promise.resolve(1);'],
  'empty-catch': ['no-restricted-syntax', 'try {\n  JSON.parse("x");\n} catch {\n  // nothing\n}'],
  'empty-catch-call': ['no-restricted-syntax', 'export const p = Promise.reject(new Error("x")).catch(() => {});'],
  todo: ['no-warning-comments', '// TODO later\nexport const x = 1;'],
  'unused-name': ['@typescript-eslint/no-unused-vars', 'const unused = 1;'],
  'long-file': ['max-lines', LONG_FILE],
  'long-function': ['max-lines-per-function', LONG_FUNCTION],
  'clock.decisions': ['no-restricted-imports', "import type { MachineClock } from '#event-sourcing';\nexport type X = MachineClock;"],
  'focused.test': ['no-restricted-syntax', "it.only('x', () => expect(1).toBe(1));"],
  'web-inner-html': ['no-restricted-syntax', "document.body.innerHTML = 'x';"],
  'web-unsafe-html': ['no-restricted-imports', "export { unsafeHTML } from 'lit/directives/unsafe-html.js';"],
  'skipped.test': ['no-restricted-globals', "xit('x', () => expect(1).toBe(1));"],
};
const lintFile = (name) => `${name.startsWith('web-') ? 'apps/web' : 'libs/event-sourcing'}/src/planted-lint/${name}.ts`;

const results = [];
function expectRed(what, seen, detail = '') {
  results.push(seen);
  console.log(`${seen ? 'seen red ' : 'NOT RED  '} ${what}${seen ? '' : `\n${detail}`}`);
}

copyHere();
const clean = await structure();
plantStructure();
plantLint();
plantOthers();
const [broken, lint, types, format, unused, tests] = await Promise.all([
  structure(),
  run('eslint', ['--format', 'json', 'libs/event-sourcing/src/planted-lint', 'apps/web/src/planted-lint']),
  run('tsc', ['--noEmit', '-p', '.']),
  run('biome', ['format', 'libs/contracts/src/planted-format.ts']),
  run('knip', ['--no-config-hints', '--reporter', 'json']),
  run('jest', ['--verbose', 'test/house', 'libs/contracts/src/planted.test.ts'], ['--experimental-vm-modules']),
]);

for (const { name } of config.forbidden) {
  const at = STRUCTURE[name]?.[0];
  const seen = broken.some((violation) => violation.rule.name === name && violation.from === at);
  expectRed(`structure: ${name}`, seen && !clean.some((violation) => violation.rule.name === name), `no violation at ${at}`);
}
const linted = new Map(JSON.parse(lint.out).map((file) => [basename(file.filePath, '.ts'), file.messages]));
for (const [name, [rule]] of Object.entries(LINT)) {
  const messages = linted.get(name) ?? [];
  expectRed(
    `lint: ${name}`,
    messages.some((message) => message.ruleId === rule),
    JSON.stringify(messages),
  );
}
expectRed('types', types.code !== 0 && types.out.includes('libs/contracts/src/planted-type.ts'), types.out);
expectRed('format', format.code !== 0, format.out);
for (const planted of ['planted-unused.ts', 'plantedExport', 'left-pad', 'yargs']) {
  expectRed(`unused code: ${planted}`, unused.code !== 0 && unused.out.includes(planted), unused.out.slice(0, 2000));
}
for (const sentence of [
  'fails as planted',
  'has nothing on its top level but what belongs there',
  'has a lock that names every optional package of every package, so that it installs on every platform',
  'has no address of a package registry in its lock',
  'pins every package that it names exactly',
]) {
  expectRed(`test: ${sentence}`, tests.code !== 0 && tests.out.includes(`✕ ${sentence}`), tests.out.slice(-3000));
}

const red = results.filter(Boolean).length;
console.log(`${red} rules seen red, ${results.length - red} not`);
process.exit(red === results.length ? 0 : 1);

function copyHere() {
  const leftOut = new Set(['node_modules', '.git', 'dist', 'data', 'coverage', '.cache']);
  cpSync(root, copy, { recursive: true, filter: (path) => !leftOut.has(path.slice(root.length)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

function plant(file, text) {
  const path = join(copy, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

function plantStructure() {
  for (const file of TARGETS) plant(file, 'export const target = 1;');
  for (const [file, target] of Object.values(STRUCTURE)) plant(file, `import * as planted from '${target}';\nexport { planted };`);
  plant('libs/credits/src/planted/circle-b.ts', "export * from './circle-a.js';");
}

function plantLint() {
  for (const [name, [, code]] of Object.entries(LINT)) plant(lintFile(name), code);
}

function plantOthers() {
  plant('libs/contracts/src/planted-type.ts', "export const wrong: number = 'text';");
  plant('libs/contracts/src/planted-format.ts', 'export const   x = "1"');
  plant('libs/contracts/src/planted-unused.ts', 'export const nobody = 1;');
  plant(
    'libs/contracts/src/planted-used.ts',
    "import pad from 'left-pad';\nexport const plantedExport = 1;\nexport const plantedUse = pad;",
  );
  plant('libs/contracts/src/planted-user.test.ts', "export { plantedUse } from './planted-used.js';");
  plant('libs/contracts/src/planted.test.ts', "it('fails as planted', () => expect(1).toBe(2));");
  plant('planted-at-the-top.txt', '');
  change('package.json', (text) => text.replace('"devDependencies": {', '"devDependencies": {\n    "yargs": "^17.0.0",'));
  change('package-lock.json', (text) => {
    const lock = JSON.parse(text);
    lock.packages['node_modules/planted'] = { version: '1.0.0', optionalDependencies: { 'planted-for-nowhere': '1.0.0' } };
    lock.packages['node_modules/planted'].resolved = 'https://example.org/planted.tgz';
    return JSON.stringify(lock);
  });
}

function change(file, edit) {
  writeFileSync(join(copy, file), edit(readFileSync(join(copy, file), 'utf8')));
}

async function structure() {
  const { out } = await run('depcruise', ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'apps', 'libs', 'test']);
  return JSON.parse(out).summary.violations;
}

function run(tool, args, nodeArgs = []) {
  const entry = {
    eslint: 'eslint/bin/eslint.js',
    tsc: 'typescript/bin/tsc',
    biome: '@biomejs/biome/bin/biome',
    knip: 'knip/bin/knip.js',
    jest: 'jest/bin/jest.js',
    depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
  }[tool];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, join(copy, 'node_modules', entry), ...args], { cwd: copy });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    // jest reports on the error stream; the others keep machine-readable output apart from warnings.
    child.stderr.on('data', (chunk) => (tool === 'jest' ? (out += chunk) : undefined));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });
}
