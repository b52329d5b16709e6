import base from './jest.config.mjs';

/** Tests that need a server: see test/engines/README.md. */
export default {
  ...base,
  roots: ['<rootDir>/test/engines'],
  testMatch: ['**/*.engines.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/engines/kit/desk.setup.mjs',
  globalTeardown: '<rootDir>/test/engines/kit/desk.teardown.mjs',
  // The engines themselves need the cores, and a hook may start some of them.
  maxWorkers: 1,
  testTimeout: 120_000,
};
