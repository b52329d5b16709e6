import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { EngineName } from './engines.port.js';
import { systemMachineClock } from '#event-sourcing';
import { type GaugeSource, readGauges, ShownGauges } from './gauges.js';
import { StartRefusedError, wordsOf } from './engines.port.js';
import type { Settings } from './settings.js';

export interface Health {
  /** What keeps the process from its work; empty when it is ready. */
  readonly obstacles: () => Promise<readonly string[]>;
  /** Engines that do not answer now. */
  readonly away: () => Promise<readonly EngineName[]>;
  readonly gauges: readonly GaugeSource[];
  readonly log: (message: string) => void;
}

/** Health and metrics of a process that has no other routes, on HOST and PORT. Resolves when it listens. */
export async function serveHealth({ host, port }: Pick<Settings, 'host' | 'port'>, health: Health): Promise<Server> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const shown = new ShownGauges(registry);

  const routes: { readonly [path: string]: (response: ServerResponse) => Promise<void> } = {
    '/healthz/live': async (response) => json(response, 200, { status: 'live' }),
    '/healthz/ready': async (response) => {
      const [obstacles, away] = await Promise.all([health.obstacles(), health.away()]);
      const ready = obstacles.length === 0;
      json(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not-ready', obstacles, away });
    },
    '/metrics': async (response) => {
      shown.show(await readGauges(health.gauges, { clock: systemMachineClock, log: health.log }));
      response.setHeader('content-type', registry.contentType);
      response.end(await registry.metrics());
    },
  };
  const answer = async ({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '/'] = url.split('?');
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return json(response, 404, { status: 404, title: 'There is no such thing here', code: 'not-found' });
    await route(response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      health.log(`health: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new StartRefusedError(`PORT ${port} on HOST ${host} cannot be had: ${wordsOf(error)}`)));
    server.listen(port, host, resolve);
  });
  return server;
}

/** Resolves when nobody is connected any more. */
export function closeHealth(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': status === 404 ? 'application/problem+json' : 'application/json' });
  response.end(JSON.stringify(body));
}
