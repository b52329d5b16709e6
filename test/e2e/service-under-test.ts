import { type Environment, type RunningService, Service as EmbeddedService } from './service.js';

export { freePort, freshFolder, removeFolder } from './service.js';

/** `servers` where these files run on the whole servers column (`npm run test:engines -- test/e2e`), else one process on a folder. */
const COLUMN = 'E2E_COLUMN';
const onServers = process.env[COLUMN] === 'servers';

export type Service = RunningService;

interface Services {
  start(folder: string, environment?: Environment): Promise<RunningService>;
  /** Starts a service that is meant to refuse: its exit code and all that it said. */
  refused(folder: string, environment?: Environment): Promise<{ readonly code: number | null; readonly said: string }>;
}

/** What the end-to-end tests are about. The folder stands for all that a service has: on the servers column its engines, too. */
export const Service: Services = onServers ? (await import('../engines/column/column.service.js')).ColumnService : EmbeddedService;

/** What is true of one process on a folder by its nature: these tests do not run on the servers column, all others do. */
const embeddedOnly = {
  'a second start on its folder is refused with a clear message, and the folder is unharmed':
    'On the servers column nothing is held by one process: any number share the engines.',
  'the link printed at start opens the dashboard signed in, once, and a restart prints another':
    'On the servers column no process prints one: any of several would have to know it. Staff sign in with the key.',
  'npm start passes SIGTERM on': 'npm start is the embedded column; the processes of the other are started by node itself.',
  'what is announced is not yet there: to report it without delivering it is a failure, and with a folder it comes here':
    'In a folder nothing can be put but by the service. The quick start of the servers column shows the direct way into the object store.',
} as const;

/** A test of the embedded column; on the other it is said why it is none. */
export function onOneFolder(name: keyof typeof embeddedOnly, test: () => Promise<void>): void {
  if (onServers) process.stderr.write(`Not on the servers column: "${name}". ${embeddedOnly[name]}\n`);
  else it(name, test);
}
