// A server that speaks EventStoreDB's protocol, for tests: `node test/launch.mjs test/engines/double/main.ts [--nodes 3] [--tls]
// [--credentials user:password]`. One line of JSON on stdout says where it listens; it ends with its standard input.
import { parseArgs } from 'node:util';
import { makeCertificate } from './certificate.js';
import { listenForCommands } from './control.http.js';
import { DoubleCluster } from './double-cluster.js';

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '1' }, tls: { type: 'boolean', default: false }, credentials: { type: 'string' } },
});

const cluster = new DoubleCluster({
  nodes: Number(values.nodes),
  credentials: values.credentials,
  tls: values.tls ? makeCertificate() : undefined,
});
await cluster.up();
console.log(JSON.stringify({ url: cluster.url, controlPort: await listenForCommands(cluster) }));

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
