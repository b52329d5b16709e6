import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Where the world may be touched directly: adapters, the two clocks, ids, the entries, and tests. */
const touchesTheWorld = [
  '**/sqlite/**',
  '**/folder/**',
  '**/s3/**',
  '**/kafka/**',
  '**/testing/**',
  '**/*.clock.ts',
  '**/ids.ts',
  '**/*.ids.ts',
  '**/main.ts',
  'apps/render-worker/src/**/*{process,http}*.ts',
  'apps/cli/src/**/*http*.ts',
  '**/*.test.ts',
  '**/test/**',
];

const why = 'only in adapters, the two clocks, ids and main.ts; take a clock or ids instead';
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({ name, message: `${name}: ${why}.` }));

const fromTheWorld = [
  [`CallExpression[callee.object.name='Date'][callee.property.name='now']`, 'Date.now'],
  [`NewExpression[callee.name='Date'][arguments.length=0]`, 'new Date() without arguments'],
  [`CallExpression[callee.name='Date']`, 'Date()'],
  [`MemberExpression[object.name='Math'][property.name='random']`, 'Math.random'],
  [`ImportSpecifier[imported.name='randomUUID']`, 'randomUUID'],
  [`MemberExpression[property.name='randomUUID']`, 'randomUUID'],
  [`ImportDeclaration[source.value=/^(node:)?timers/]`, 'timers'],
  [`MemberExpression[object.name='globalThis'][property.name=/^(setTimeout|setInterval|setImmediate|fetch)$/]`, 'timers and fetch'],
].map(([selector, what]) => ({ selector, message: `${what}: ${why}.` }));

const everywhere = [
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'Nothing is caught to be silenced: handle the error, name it, or let it pass.',
  },
  {
    selector: `CallExpression[callee.property.name='catch'] > :matches(ArrowFunctionExpression, FunctionExpression) > BlockStatement[body.length=0]`,
    message: 'Nothing is caught to be silenced: handle the error, name it, or let it pass.',
  },
  {
    selector: `MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|failing)$/]`,
    message: 'Every test runs, none is focused, skipped or left for later.',
  },
];
const escaped = 'Text is always escaped: a template or textContent puts it in.';
const unescaped = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'srcdoc'].map((name) => ({
  selector: `MemberExpression[property.name='${name}']`,
  message: escaped,
}));
const focusedOrSkipped = ['fit', 'xit', 'fdescribe', 'xdescribe', 'xtest'].map((name) => ({
  name,
  message: 'Every test runs, none is focused, skipped or left for later.',
}));

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'data/', 'coverage/', '.cache/'] },
  // A rule is kept or changed here, for all to see; comments in the code cannot switch one off.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An adapter that has nothing to wait for still keeps its port's promise.
      '@typescript-eslint/require-await': 'off',
      // Numbers and bigints may be printed.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
      // A Nest module is a class that only carries its decorator.
      '@typescript-eslint/no-extraneous-class': 'off',
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 80, skipComments: true, skipBlankLines: true }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      'no-restricted-globals': ['error', ...timers, ...focusedOrSkipped],
      'no-restricted-syntax': ['error', ...everywhere, ...fromTheWorld],
      eqeqeq: 'error',
    },
  },
  {
    files: touchesTheWorld,
    rules: {
      'no-restricted-globals': ['error', ...focusedOrSkipped],
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  {
    // A browser has no port between it and time or the network.
    files: ['apps/web/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...focusedOrSkipped],
      'no-restricted-syntax': ['error', ...everywhere, ...unescaped],
      'no-restricted-imports': ['error', { patterns: [{ group: ['lit/directives/unsafe-*', 'lit/static-html.js'], message: escaped }] }],
    },
  },
  {
    // Functions of their input: what they may import is checked with the structure, what they may take from an index is checked here.
    files: ['**/*.{events,decisions,saga,publisher,projection}.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^#', importNamePattern: 'Clock$|^Ids$', message: 'Time and ids arrive inside the command.' }] },
      ],
    },
  },
  {
    // One `describe` holds many sentences, and a contract suite is one function.
    files: ['**/*.test.ts', '**/testing/**/*.ts', '**/test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'clearTimeout', 'fetch', 'AbortSignal', 'performance'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
);
