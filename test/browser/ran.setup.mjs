// jest's global setup of the tests in a browser: a place where every test file tells what it opened.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setUp() {
  process.env.BROWSER_RAN ??= join(mkdtempSync(join(tmpdir(), 'browser-ran-')), 'ran');
}
