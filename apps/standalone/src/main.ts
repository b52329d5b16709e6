import 'reflect-metadata';
import { join } from 'node:path';
import { readSettings, runProcess } from '#service';
import { startStandalone } from './standalone.js';

await runProcess(async (env) => {
  const settings = readSettings(env);
  const { base, signInUrl, stop } = await startStandalone(settings);
  const key = settings.staffApiKey === undefined ? `in ${join(settings.dataDir, 'staff.key')}` : 'STAFF_API_KEY';
  const lines = [
    `Video credits runs at ${base}`,
    `  dashboard       ${signInUrl}`,
    '                  (opens it signed in, once; afterwards sign in with the staff key)',
    `  how to use it   ${base}/docs`,
    `  staff key       ${key}`,
  ];
  return { greeting: lines.join('\n'), stop };
});
