// `npm run test:engines`: prepare this folder where that is needed, then jest over the tests that need servers. Arguments go to jest.
process.argv.splice(2, 0, '--config', 'jest.engines.config.mjs');
await import('../run.mjs');
