// jest's global teardown of the tests in a browser: tells which browser it really was, and how much of it was used.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

export default function tearDown() {
  const told = process.env.BROWSER_RAN;
  const lines = existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [];
  rmSync(dirname(told), { recursive: true, force: true });
  const ran = lines.map((line) => JSON.parse(line));
  const versions = [...new Set(ran.map(({ version }) => version))].join(', ') || 'no browser';
  const sum = (what) => ran.reduce((total, one) => total + one[what], 0);
  console.log(`\nRan in Chromium ${versions}: ${ran.length} browsers, ${sum('contexts')} contexts, ${sum('pages')} pages`);
}
