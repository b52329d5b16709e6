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
  // Most of the time is waiting for faults to pass; more than two at once would measure each other.
  maxWorkers: 2,
  testTimeout: 120_000,
};
