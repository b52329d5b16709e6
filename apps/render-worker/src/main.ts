import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds, systemMachineClock } from '#event-sourcing';
import { workOverHttp } from './http-jobs.js';

/** A render worker by itself: `SERVICE_URL` and `RENDER_API_KEY` (scope `renders:work`) say for whom; `WORKER_ID` who it is. */
const url = process.env['SERVICE_URL'] ?? 'http://127.0.0.1:3000';
const apiKey = process.env['RENDER_API_KEY'];
if (apiKey === undefined || apiKey === '') {
  process.stderr.write('RENDER_API_KEY is not set: the worker needs a key with the scope renders:work.\n');
  process.exit(1);
}
const workerId = process.env['WORKER_ID'] ?? `worker-${process.pid}`;
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
await workOverHttp(
  {
    url: url.replace(/\/+$/, ''),
    apiKey,
    workerId,
    clock: systemMachineClock,
    ids: randomIds,
    workDir: join(tmpdir(), 'video-credits-render', encodeURIComponent(workerId)),
    resolve: (address) => address,
    log: (line) => process.stderr.write(`${line}\n`),
  },
  stop.signal,
);
