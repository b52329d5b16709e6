import base from './jest.config.mjs';

const engines = {
  ...base,
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/engines/kit/desk.setup.mjs',
  globalTeardown: '<rootDir>/test/engines/kit/desk.teardown.mjs',
};

/** Tests that need a server: see test/engines/README.md. */
export default {
  projects: [
    { ...engines, displayName: 'engines', roots: ['<rootDir>/test/engines'], testMatch: ['**/*.engines.test.ts'] },
    // The end-to-end suite as `npm test` has it, on the whole servers column.
    {
      ...engines,
      displayName: 'end to end on servers',
      roots: ['<rootDir>/test/e2e'],
      setupFiles: ['<rootDir>/test/engines/column/on-servers.setup.mjs'],
    },
  ],
  // The engines themselves need the cores, and a hook may start some of them.
  maxWorkers: 1,
  testTimeout: 120_000,
};
