import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stage } from './stage.js';
import { until } from './until.js';

/** A page that does everything that no page of ours may. */
const BAD = `<!doctype html><html><head><title>bad</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'nonce-x'; connect-src *"></head><body>
<script nonce="x">console.error('said'); fetch('http://127.0.0.2:9/third').catch(() => undefined); setTimeout(() => { throw new Error('thrown'); });</script>
<script>void 'inline'</script><img src="/nameless.png"></body></html>`;

describe('what is told of a page', () => {
  let stage: Stage;
  let server: Server;
  beforeAll(async () => {
    stage = await Stage.open();
    server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(BAD));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await stage.close();
  });

  it('is every fault: console errors, uncaught errors, stopped by the policy, third parties, and barriers', async () => {
    const bad = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const visitor = await stage.visit('nobody', { alsoFrom: [bad] });
    await visitor.page.goto(bad);
    const wanted = [
      /console error: said/,
      /third party: http:\/\/127\.0\.0\.2/,
      /uncaught: .*thrown/,
      /policy: script-src/,
      /policy: img-src/,
    ];
    await until(
      'all faults',
      () => visitor.watch.faults(),
      (faults) => wanted.every((one) => faults.some((fault) => one.test(fault))),
    );
    expect(await visitor.barriers()).toContainEqual(expect.stringMatching(/html-has-lang/));
    visitor.watch.forgive(/./);
    expect(await stage.leave()).toEqual([]);
  });
});
