import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { createVideoBench } from './create-video.bench.js';
import { eventStoreBench } from './event-store.bench.js';
import { eventStoreServersBench } from './event-store-servers.bench.js';
import type { Figures } from './figures.js';
import { queueServersBench } from './queue-servers.bench.js';
import { readModelsBench } from './read-models.bench.js';
import { renewalsBench } from './renewals.bench.js';
import { serve } from './service.js';
import { streamBench } from './stream.bench.js';

const benches: { readonly [name: string]: () => Promise<Figures> } = {
  'create-video': createVideoBench,
  renewals: renewalsBench,
  stream: streamBench,
  'event-store': () => eventStoreBench(),
  'read-models': () => readModelsBench(),
  'queue-servers': () => queueServersBench(),
  'event-store-servers': () => eventStoreServersBench(),
};

/** Those that need a server. */
const ONLY_WHEN_NAMED = new Set(['event-store-servers', 'queue-servers', 'read-models']);

async function main([first, ...rest]: readonly string[]): Promise<void> {
  if (first === '--service') {
    const [folder, accounts, credits] = rest;
    return serve(folder as string, Number(accounts), Number(credits));
  }
  const args = first === undefined ? [] : [first, ...rest];
  const json = args.indexOf('--json');
  const file = json < 0 ? undefined : args.splice(json, 2)[1];
  const unknown = args.find((name) => !(name in benches));
  if (unknown !== undefined) throw new Error(`there is no benchmark "${unknown}": ${Object.keys(benches).join(', ')}`);
  const all: Record<string, Figures> = {};
  for (const [name, bench] of Object.entries(benches)) {
    if (args.length > 0 ? !args.includes(name) : ONLY_WHEN_NAMED.has(name)) continue;
    console.log(`\n${name}`);
    const figures = await bench();
    all[name] = figures;
    for (const [figure, value] of Object.entries(figures)) console.log(`  ${figure.padEnd(48)}${value}`);
  }
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
