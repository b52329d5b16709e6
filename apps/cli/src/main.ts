import { existsSync } from 'node:fs';
import { randomIds } from '#event-sourcing';
import { run } from './program.js';
import { serviceOf } from './service.http.js';

if (existsSync('.env')) process.loadEnvFile('.env');
// Whoever reads may have seen enough (`credits ledger a-1 | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await run(process.argv.slice(2), {
  service: serviceOf(process.env),
  dataDir: process.env['CREDITS_URL'] || process.env['ENGINES'] === 'servers' ? undefined : (process.env['DATA_DIR'] ?? './data'),
  env: process.env,
  freshKey: () => randomIds.secret(16),
  out: (text) => void process.stdout.write(text),
  write: (text) => new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve()))),
  err: (text) => void process.stderr.write(text),
});
