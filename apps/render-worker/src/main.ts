import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds, systemMachineClock } from '#event-sourcing';
import { readWorkerSettings, runProcess, StartRefusedError } from '#service';
import { workOverHttp } from './http-jobs.js';
import { startTopicWorker } from './topic.worker.process.js';

/** A render worker by itself: on the topics where KAFKA_BROKERS says so, else over HTTP with SERVICE_URL and RENDER_API_KEY. */
await runProcess(async (env) => {
  const settings = readWorkerSettings(env);
  if (settings.kafka !== undefined) return startTopicWorker(settings, settings.kafka);

  const { apiKey, serviceUrl: url = 'http://127.0.0.1:3000', id: workerId = `worker-${process.pid}` } = settings.worker;
  if (apiKey === undefined)
    throw new StartRefusedError('RENDER_API_KEY is not set: the worker needs a key with the scope renders:work, or KAFKA_BROKERS');
  const stopping = new AbortController();
  const working = workOverHttp(
    {
      url,
      apiKey,
      workerId,
      clock: systemMachineClock,
      ids: randomIds,
      workDir: join(tmpdir(), 'video-credits-render', encodeURIComponent(workerId)),
      resolve: (address) => address,
      log: (line) => process.stderr.write(`${line}\n`),
    },
    stopping.signal,
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await working;
  };
  return { greeting: `Video credits render worker ${workerId} for ${url}`, stop };
});
