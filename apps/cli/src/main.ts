import { existsSync } from 'node:fs';
import { randomIds } from '#event-sourcing';
import { run } from './program.js';
import { serviceOf } from './service.http.js';

if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await run(process.argv.slice(2), {
  service: serviceOf(process.env),
  dataDir: process.env['CREDITS_URL'] ? undefined : (process.env['DATA_DIR'] ?? './data'),
  freshKey: () => randomIds.secret(16),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
