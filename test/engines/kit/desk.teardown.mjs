// jest's global teardown of the engine tests: tells what they really ran against, and ends the shared engines.
import { once } from 'node:events';
import { desk } from './desk.setup.mjs';

export default async function tearDown() {
  const ran = await (await fetch(`${process.env.ENGINE_DESK}/ran`)).json();
  const ended = once(desk, 'exit');
  desk.stdin.end();
  await ended;
  const rows = Object.entries(ran).map(([engine, versions]) => `  ${engine.padEnd(12)} ${versions.join(', ')}`);
  console.log(['', 'Ran against:', ...(rows.length > 0 ? rows : ['  no engine'])].join('\n'));
}
