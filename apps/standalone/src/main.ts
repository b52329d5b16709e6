import 'reflect-metadata';
import { join } from 'node:path';
import { InvalidSettingsError, loadEnvFile, readSettings, StartRefusedError } from '#service';
import { FolderInUseError, LostLogError } from '#event-sourcing/sqlite';
import { startStandalone } from './standalone.js';

try {
  loadEnvFile();
  const settings = readSettings(process.env);
  const service = await startStandalone(settings);
  const end = (): void => void service.stop().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  const key = settings.staffApiKey === undefined ? `in ${join(settings.dataDir, 'staff.key')}` : 'STAFF_API_KEY';
  console.log(`Video credits runs at ${service.base}\n  how to use it   ${service.base}/docs\n  staff key       ${key}`);
} catch (error) {
  const refused = [InvalidSettingsError, StartRefusedError, FolderInUseError, LostLogError].some((kind) => error instanceof kind);
  console.error(refused ? `Not started: ${(error as Error).message}` : error);
  process.exit(1);
}
