// jest's setup of the end-to-end files where they run on the servers column: test/e2e/service-under-test.ts looks at this.
process.env.E2E_COLUMN = 'servers';
