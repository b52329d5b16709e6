// `npm run test:browser`: Chromium where there is none yet, this folder prepared, then jest over the tests in a browser. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const DEBIANS = '/usr/bin/chromium';

process.env.CHROMIUM ??= DEBIANS;
if (!existsSync(process.env.CHROMIUM)) installChromium();
process.argv.splice(2, 0, '--config', 'jest.browser.config.mjs');
await import('../run.mjs');

/** Debian's package, where we may install it; else says what is missing and ends. */
function installChromium() {
  const wanted = process.env.CHROMIUM;
  if (wanted !== DEBIANS) fail(`CHROMIUM names ${wanted}, and nothing is there.`);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    fail('These tests need Chromium. Install it (on Debian: apt-get install chromium), or name one by CHROMIUM.');
  console.log('Installing Chromium (apt-get) …');
  const apt = (...args) =>
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  const install = () => apt('install', '-y', '-qq', '--no-install-recommends', 'chromium').status === 0;
  // The package lists of a new machine may be absent or old.
  const installed = install() || (apt('update', '-qq').status === 0 && install());
  if (!installed || !existsSync(DEBIANS)) fail('Chromium could not be installed. The message of apt-get is above.');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
