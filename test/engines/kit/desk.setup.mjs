// jest's global setup of the engine tests: the desk, a process of its own, is there for all test files.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from '../../../apps/standalone/prepare.mjs';

export let desk;

export default async function setUp() {
  desk = spawn(process.execPath, ['test/launch.mjs', 'test/engines/kit/desk.ts'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: desk.stdout })) {
    // The launcher may speak first, of the build.
    if (!line.startsWith('{')) continue;
    process.env.ENGINE_DESK = JSON.parse(line).desk;
    return;
  }
  throw new Error('The desk of the shared engines ended before it was ready. Its own message is above.');
}
