import 'reflect-metadata';
import { join } from 'node:path';
import { readSettings, runProcess } from '#service';
import { startStandalone } from './standalone.js';

await runProcess(async (env) => {
  const settings = readSettings(env);
  const { base, stop } = await startStandalone(settings);
  const key = settings.staffApiKey === undefined ? `in ${join(settings.dataDir, 'staff.key')}` : 'STAFF_API_KEY';
  return { greeting: `Video credits runs at ${base}\n  how to use it   ${base}/docs\n  staff key       ${key}`, stop };
});
