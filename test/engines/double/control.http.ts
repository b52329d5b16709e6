import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { DoubleCluster, DoubleFacts } from './double-cluster.js';
import type { Fault } from './fault-plan.js';

/** What can be told to the double while it runs. The answer to each is its facts, when it is done. */
export type Command =
  | { do: 'fault'; fault: Fault }
  | { do: 'clear' }
  | { do: 'restart'; keepState: boolean; node?: number }
  | { do: 'down' | 'up' | 'cut'; node?: number }
  | { do: 'elect'; node: number }
  | { do: 'system-events'; count: number }
  | { do: 'facts' };

/** The port over which tests command the double: loopback only, one JSON command in each POST. */
export async function listenForCommands(cluster: DoubleCluster): Promise<number> {
  const server = createServer((request, response) => {
    answer(cluster, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

async function answer(cluster: DoubleCluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const facts = await obey(cluster, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Command);
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(facts));
}

async function obey(cluster: DoubleCluster, command: Command): Promise<DoubleFacts> {
  switch (command.do) {
    case 'fault':
      cluster.plan.add(command.fault);
      break;
    case 'clear':
      cluster.plan.clear();
      break;
    case 'restart':
      await cluster.restart(command);
      break;
    case 'down':
      await cluster.down(command.node);
      break;
    case 'up':
      await cluster.up(command.node);
      break;
    case 'cut':
      cluster.cutConnections(command.node);
      break;
    case 'elect':
      cluster.elect(command.node);
      break;
    case 'system-events':
      cluster.writeSystemEvents(command.count);
      break;
    case 'facts':
      break;
  }
  return cluster.facts();
}
