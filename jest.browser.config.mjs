import base from './jest.config.mjs';

/** Tests that open the product in a real browser: see test/browser/README.md. */
export default {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/browser/ran.setup.mjs',
  globalTeardown: '<rootDir>/test/browser/ran.teardown.mjs',
  // The browser needs the cores itself, and what is told of speed is told of one page at a time.
  maxWorkers: 1,
  testTimeout: 60_000,
};
