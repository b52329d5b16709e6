import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEngineUnavailable, randomIds, systemMachineClock } from '#event-sourcing';
import { closeHealth, type KafkaSettings, openQueue, type RunningProcess, serveHealth, serviceLog, type Settings } from '#service';
import { RenderWorker } from './render-worker.js';

/** A worker on the two render topics: it needs the brokers, and the service's addresses over HTTP. */
export async function startTopicWorker(settings: Settings, kafka: KafkaSettings): Promise<RunningProcess> {
  const { log, fatal } = serviceLog(settings);
  const clock = systemMachineClock;
  const queue = await openQueue(kafka, { clock, log, onFatal: fatal });
  const { serviceUrl: service, id: workerId = hostname() } = settings.worker;
  const worker = new RenderWorker({
    queue,
    ids: randomIds,
    clock,
    workerId,
    slots: settings.renderWorkers,
    workDir: join(tmpdir(), 'video-credits-render', encodeURIComponent(workerId)),
    // What stands in front of the service may not be open from here: then SERVICE_URL says how it is reached.
    resolve: (address) => (service === undefined ? address : address.replace(/^https?:\/\/.*?(?=\/v1\/)/, service)),
    log,
  });
  const away = async () => {
    try {
      await queue.ping();
      return [];
    } catch (error) {
      if (!isEngineUnavailable(error)) throw error;
      return ['message queue'] as const;
    }
  };
  const server = await serveHealth(settings, {
    obstacles: async () => (await away()).map((name) => `the ${name} does not answer`),
    away,
    gauges: [],
    log,
  });
  await worker.start();
  const stop = async (): Promise<void> => {
    await worker.stop();
    await closeHealth(server);
    await queue.close();
  };
  return {
    greeting: `Video credits render worker ${workerId}; its health at http://${settings.host}:${settings.port}/healthz/ready`,
    stop,
  };
}
