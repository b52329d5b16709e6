// Which way imports may go. Tests may import anything; every rule below is planted and seen red in test/house/red-once.mjs.

const TESTS = '(\\.test\\.ts$|^test/|^libs/[^/]+/test/|^apps/[^/]+/test/)';
const TESTING = '^libs/[^/]+/src/testing/';
const NOT_SHIPPED = `${TESTS}|${TESTING}`;
const DRIVERS =
  '(@photostructure/sqlite|better-sqlite3|@eventstore/db-client|kafkajs|/pg|pg-copy-streams|@aws-sdk/[^/]+)/|^node:sqlite$|^sqlite$';
const ADAPTERS = '^libs/[^/]+/src/(sqlite|folder|eventstoredb|postgres|kafka|s3)/';
const PURE = '[^/]\\.(events|decisions|saga|publisher|projection)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Injected classes that import each other fail at load in ESM, and a circle is one unit that pretends to be two.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere fails only when somebody starts the program.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(@nestjs/(microservices|websockets|platform-express)|#|(../)+dist/)' },
    },
    {
      name: 'own-libraries-exist',
      comment: 'A # import must lead to a library of ours.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { couldNotResolve: true, path: '^#' },
    },
    {
      name: 'libs-not-to-apps',
      comment: 'Libraries are used by the applications, never the other way round.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: '^apps/' },
    },
    {
      name: 'engines-know-nobody',
      comment: 'event-sourcing, messaging, files and contracts must serve any domain: they know nothing of ours.',
      severity: 'error',
      from: { path: '^libs/(event-sourcing|messaging|files|contracts)/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/$1/' },
    },
    {
      name: 'credits-know-no-videos',
      comment: 'Credits know an id and a purpose; they stand without videos and without knowing who may call.',
      severity: 'error',
      from: { path: '^libs/credits/', pathNot: TESTS },
      to: { path: '^libs/(videos|access)/' },
    },
    {
      name: 'access-knows-no-domain',
      comment: 'Who may do what is decided by keys and scopes, before the domain is asked.',
      severity: 'error',
      from: { path: '^libs/access/', pathNot: TESTS },
      to: { path: '^libs/(credits|videos)/' },
    },
    {
      name: 'videos-not-to-access',
      comment: 'Videos use credits; who may call is settled at the edge.',
      severity: 'error',
      from: { path: '^libs/videos/', pathNot: TESTS },
      to: { path: '^libs/access/' },
    },
    {
      name: 'service-is-for-apps',
      comment: 'What a process is put together from knows everybody; only the applications may know it.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/service/|${TESTS}` },
      to: { path: '^libs/service/' },
    },
    {
      name: 'domain-only-on-ports',
      comment: 'The domain runs on any engine: it may name a port, never an adapter.',
      severity: 'error',
      from: { path: '^libs/(credits|videos|access)/', pathNot: NOT_SHIPPED },
      to: { path: ADAPTERS },
    },
    {
      name: 'libraries-by-the-front-door',
      comment: "Another library's inside may change any day; what it offers is in its index files.",
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^libs/[^/]+/src/.+',
        pathNot: ['^libs/$1/', '^libs/[^/]+/src/((sqlite|folder|eventstoredb|postgres|kafka|s3|testing|rules|ffmpeg)/)?index\\.ts$'],
      },
    },
    {
      name: 'apps-by-the-front-door',
      comment: "A library's inside may change any day; what it offers is in its index files.",
      severity: 'error',
      from: { path: '^apps/', pathNot: TESTS },
      to: {
        path: '^libs/[^/]+/src/.+',
        pathNot: '^libs/[^/]+/src/((sqlite|folder|eventstoredb|postgres|kafka|s3|rules|ffmpeg)/)?index\\.ts$',
      },
    },
    {
      name: 'standalone-is-the-sum',
      comment: 'The standalone service puts the module files of the others together and knows nothing else of them.',
      severity: 'error',
      from: { path: '^apps/standalone/', pathNot: TESTS },
      to: { path: '^apps/(api|processor|render-worker|cli|web)/', pathNot: '\\.module\\.ts$' },
    },
    {
      name: 'apps-stand-alone',
      comment: 'api, processor, render-worker and the command line run as processes of their own.',
      severity: 'error',
      from: { path: '^apps/(api|processor|render-worker|cli|web)/', pathNot: TESTS },
      to: { path: '^apps/', pathNot: '^apps/$1/|^apps/standalone/prepare\\.mjs$' },
    },
    {
      name: 'browsers-take-types-alone',
      comment: 'What a browser loads is made for it; of the libraries it may know the types of the contracts.',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: TESTS },
      to: { path: '^(libs/|node:)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'drivers-in-their-adapter',
      comment: 'An engine can be exchanged only while its driver is known to one folder.',
      severity: 'error',
      from: { pathNot: `${ADAPTERS}|${TESTS}` },
      to: { path: DRIVERS },
    },
    {
      name: 'pure-files-stay-pure',
      comment: 'Events, decisions, sagas, publishers and projections are functions of their input: no Nest, no driver, no clock, no I/O.',
      severity: 'error',
      from: { path: PURE },
      to: {
        path: `node_modules/(@nestjs|rxjs|reflect-metadata)/|${DRIVERS}|${ADAPTERS}|(^|/)(clock|ids|[^/]+\\.clock|[^/]+\\.ids)(\\.port)?\\.ts$|^(node:)?(fs|http|https|net|child_process|worker_threads|timers|os|process)(/|$)`,
      },
    },
    {
      name: 'no-testing-in-production',
      comment: 'In-memory engines and contract suites lose data by design; they are for tests.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: NOT_SHIPPED },
      to: { path: NOT_SHIPPED },
    },
    {
      name: 'no-dev-packages-in-production',
      comment: 'An image without development packages must still start.',
      severity: 'error',
      from: { path: '^(libs|apps)/.+\\.ts$', pathNot: NOT_SHIPPED },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|data)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'require', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
    builtInModules: { add: ['node:sqlite'] },
  },
};
