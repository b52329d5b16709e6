import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VideoAnswer } from '../e2e/client.js';
import { told } from './dashboard.screen.js';
import { pictureFile } from './files.js';
import { onPlan } from './situations.js';
import { Stage } from './stage.js';
import { until } from './until.js';

describe('an element in a page of somebody else, on another origin', () => {
  let stage: Stage;
  let host: Server;
  let origin: string;
  beforeAll(async () => {
    stage = await Stage.open();
    host = createServer((request, response) => {
      const token = new URL(request.url ?? '/', 'http://host').searchParams.get('token') ?? '';
      response.setHeader('content-type', 'text/html; charset=utf-8').end(embedding(stage.client.base, token));
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    host.close();
    await stage.close();
  });
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('shows the account of its token, follows it live, and tells the page of a new video', async () => {
    await onPlan(stage.client, 'guest');
    const visitor = await stage.visit('nobody', { alsoFrom: [origin] });
    const { page } = visitor;
    await page.goto(`${origin}/?token=${await stage.customerToken('guest')}`);
    const counter = page.locator('video-credits-counter');
    const counts = (words: string) =>
      until(
        `the counter says ${words}`,
        () => told(counter),
        (text) => text.includes(words),
      );
    await counts('4 of 4 videos left');
    await stage.client.grant('guest', 2);
    await counts('6 videos left');

    const heard = page.evaluate(
      () =>
        new Promise((resolve) =>
          addEventListener('video-created', (event) => resolve((event as CustomEvent<VideoAnswer>).detail.video.title)),
        ),
    );
    await page.locator('create-video-button').getByRole('button').first().click();
    const popup = page.locator('create-video-button').getByRole('dialog');
    await popup.locator('input[type=file]').setInputFiles(await pictureFile());
    await popup.getByRole('textbox').fill('From afar');
    await popup.getByText(/\d+ × \d+/).waitFor();
    expect(await visitor.barriers()).toEqual([]);
    await popup.locator('button[type=submit]').click();
    expect(await heard).toBe('From afar');
    await counts('5 videos left');
    expect(await visitor.context.cookies()).toEqual([]);
    expect(await counter.evaluate((element) => getComputedStyle(element).fontFamily)).toContain('Georgia');
    expect(await visitor.barriers()).toEqual([]);
  });

  it('with a token for another account shows nothing of this one', async () => {
    await stage.client.grant('secret', 7);
    const visitor = await stage.visit('nobody', { alsoFrom: [origin] });
    visitor.watch.forgive(/status of 404/);
    await visitor.page.goto(`${origin}/?token=${await stage.customerToken('somebody')}&account=secret`);
    await visitor.page.locator('video-credits-counter').evaluate((element) => element.setAttribute('account', 'secret'));
    const text = await until(
      'an answer',
      () => told(visitor.page.locator('video-credits-counter')),
      (words) => /cannot be shown/.test(words),
    );
    expect(text).not.toContain('7');
  });
});

/** The host's page: its own style, no cookie of ours, the elements by their address. */
function embedding(service: string, token: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An art platform</title>
<link rel="icon" href="data:,">
<style>body { font-family: Georgia, serif; margin: 2rem }</style>
<script type="module" src="${service}/elements/video-credits.js"></script></head><body>
<main><h1>My gallery</h1>
<video-credits-counter account="guest" token="${token}"></video-credits-counter>
<create-video-button account="guest" token="${token}"></create-video-button>
</main></body></html>`;
}
