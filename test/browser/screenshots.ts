import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { artwork } from '../demo/artwork.js';
import { expectStatus } from '../e2e/client.js';
import { bill } from '../e2e/billing.js';
import { DashboardScreen } from './dashboard.screen.js';
import { paintings } from './paintings.js';
import { askFor, everyKindOfVideo, onPlan, onTrial } from './situations.js';
import { Stage, type Who } from './stage.js';
import { until } from './until.js';

// `npm run screenshots`: every state of every page into .cache/screenshots, to be looked at, and those of the README into apps/web/docs;
// `npm run screenshots -- readme` makes the latter alone.
const FOLDER = join(process.cwd(), '.cache/screenshots');
const DOCS = join(process.cwd(), 'apps/web/docs');
const WIDE = { width: 1360, height: 900 };
const NARROW = { width: 360, height: 740 };
const RENDER_MS = 120_000;
const DOCS_WIDTH = 1200;
const QUIET_MS = 400;
const onlyReadme = process.argv[2] === 'readme';

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: WIDE },
  narrow: { viewport: NARROW },
  dark: { viewport: WIDE, colorScheme: 'dark' },
  german: { viewport: WIDE, locale: 'de-AT' },
};

mkdirSync(FOLDER, { recursive: true });
mkdirSync(DOCS, { recursive: true });
const stage = await Stage.open();
try {
  if (!onlyReadme) {
    await standings();
    await everyKind();
    await popups();
    await staff();
  }
} finally {
  await stage.close();
}
const rendering = await Stage.open({ RENDER_WORKERS: '1' });
try {
  await forReadme(rendering);
} finally {
  await rendering.close();
}
console.log(`Screenshots are in ${FOLDER}, those of the README in ${DOCS}.`);

/** The counter's states, each on a dashboard of its own. */
async function standings(): Promise<void> {
  const { client } = stage;
  await onTrial(client, 'on-trial');
  await onPlan(client, 'full');
  await onPlan(client, 'last-one', 'artist-basic');
  const state = await onPlan(client, 'used-up', 'artist-basic');
  await askFor(client, 'used-up', 'The only one');
  await bill(client, 'billing.subscription.paused', { ...(await onPlan(client, 'paused')), status: 'paused' });
  await bill(client, 'billing.subscription.ended', { ...(await onPlan(client, 'ended')), status: 'ended' });
  await onPlan(client, 'several-sets');
  expectStatus(201, await client.grant('several-sets', 2));
  for (const accountId of ['nobody-yet', 'on-trial', 'full', 'last-one', 'used-up', 'paused', 'ended', 'several-sets'])
    await shoot({ accountId }, '/', `dashboard-${accountId}`, looks['wide']);
  await client.clock({ now: state.periodEnd });
  await shoot({ accountId: 'full' }, '/', 'dashboard-renewal-pending', looks['wide']);
}

async function everyKind(): Promise<void> {
  await onPlan(stage.client, 'ada', 'gallery-premium');
  await everyKindOfVideo(stage.client, 'ada');
  for (const [look, options] of Object.entries(looks)) await shoot({ accountId: 'ada' }, '/', `dashboard-every-kind-${look}`, options);
  await shoot({ accountId: 'ada' }, '/', 'dashboard-rtl', looks['wide'], (page) =>
    page.evaluate(() => void (document.documentElement.dir = 'rtl')),
  );
  await shoot({ accountId: 'ada' }, '/', 'history', looks['wide'], (page) => page.locator('#history-open').click());
  await shoot({ accountId: 'ada' }, '/', 'dashboard-offline', looks['wide'], async (page) => {
    await page.context().setOffline(true);
    await page.locator('.standing video-credits-counter').getByText('Offline').waitFor();
  });
}

async function popups(): Promise<void> {
  for (const [look, options] of Object.entries(looks)) {
    await pop('ada', `popup-empty-${look}`, options, async () => undefined);
    await pop('ada', `popup-chosen-${look}`, options, async (dashboard) => {
      await dashboard.choosePicture();
      await dashboard.popup.getByText(/\d+ × \d+/).waitFor();
    });
  }
  await pop('used-up', 'popup-none-left', looks['wide'], async () => undefined);
  await pop('ada', 'popup-not-a-picture', looks['wide'], async (dashboard) => {
    await dashboard.popup
      .locator('input[type=file]')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await dashboard.popup.getByText('not a PNG').waitFor();
  });
}

async function staff(): Promise<void> {
  const { client } = stage;
  expectStatus(422, await client.billing('billing.subscription.started', { accountId: 'ada', subscriptionId: 's-9', interval: 'never' }));
  await shoot('nobody', '/sign-in?used', 'sign-in-used', looks['wide']);
  for (const look of ['wide', 'narrow', 'dark']) {
    await shoot('staff', '/support', `support-${look}`, looks[look]);
    await shoot('staff', '/support?account=ada', `support-account-${look}`, looks[look]);
    await shoot('staff', '/?account=ada', `sandbox-${look}`, looks[look]);
  }
  await shoot('staff', '/?account=ada', 'sandbox-open-narrow', looks['narrow'], (page) =>
    page.getByRole('button', { name: 'Show' }).click(),
  );
  await shoot('staff', '/?account=ada', 'sandbox-event', looks['wide'], async (page) => {
    await page.getByText('Send any billing event').click();
    await page.getByRole('button', { name: 'Start this plan' }).click();
    await page.getByText('Accepted').waitFor();
  });
}

/** What the README shows: really rendered videos, the pop-up with the artwork in the room, and the support desk. */
async function forReadme(own: Stage): Promise<void> {
  const { client } = own;
  await onPlan(client, 'ada');
  for (const { title, roomId, svg } of paintings) {
    const artworkId = await client.artwork('ada', await sharp(Buffer.from(svg)).png().toBuffer());
    const { video } = expectStatus(201, await client.createVideo('ada', artworkId, undefined, { title, roomId }));
    await until(
      title,
      () => client.video(video.videoId),
      ({ status }) => status === 'ready',
      RENDER_MS,
    );
  }
  const sandbox = await own.visit('staff', { viewport: WIDE });
  await sandbox.go('/?account=ada');
  await sandbox.page.locator('li.card').first().waitFor();
  await sandbox.page.getByRole('button', { name: '+ 1 hour' }).click();
  await sandbox.page.getByText('Everything due').waitFor();
  expectStatus(201, await client.grant('ada', 2, { reason: 'bought by telephone' }));
  await sandbox.page.getByText('2 credits bought').waitFor();
  await keep(sandbox.page, 'dashboard-and-sandbox');
  const customer = await own.visit({ accountId: 'ada' }, { viewport: { width: 1280, height: 800 } });
  const dashboard = await DashboardScreen.open(customer);
  await dashboard.openPopup();
  const file = { name: 'sun-over-hills.png', mimeType: 'image/png', buffer: await artwork() };
  await dashboard.popup.locator('input[type=file]').setInputFiles(file);
  await dashboard.popup.getByText(/\d+ × \d+/).waitFor();
  await dashboard.popup.getByRole('textbox').fill('Sun over hills');
  await keep(customer.page, 'create-video');
  const desk = await own.visit('staff', { viewport: WIDE });
  await desk.go('/support?account=ada');
  await desk.page.locator('ledger-timeline').getByText('bought by telephone').waitFor();
  await keep(desk.page, 'support-desk');
  console.log((await own.leave()).join('\n'));
}

async function keep(page: Page, name: string): Promise<void> {
  await settled(page);
  const png = await page.screenshot();
  await sharp(png)
    .resize(DOCS_WIDTH)
    .webp({ quality: 82, effort: 6 })
    .toFile(join(DOCS, `${name}.webp`));
}

async function pop(
  accountId: string,
  name: string,
  options: BrowserContextOptions | undefined,
  choose: (dashboard: DashboardScreen) => Promise<void>,
): Promise<void> {
  const visitor = await stage.visit({ accountId }, options);
  const dashboard = await DashboardScreen.open(visitor);
  await dashboard.openPopup();
  await choose(dashboard);
  await settled(visitor.page);
  await visitor.page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await stage.leave();
}

async function shoot(
  who: Who,
  path: string,
  name: string,
  options: BrowserContextOptions | undefined,
  then: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const visitor = await stage.visit(who, options);
  const page = await visitor.go(path);
  await page.waitForLoadState('load');
  await settled(page);
  await then(page);
  await settled(page);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: options?.viewport !== NARROW });
  await stage.leave();
}

/** Waits for pictures and for what still moves. Streams never end, so the network does not tell. */
async function settled(page: Page): Promise<void> {
  const busy = (): Promise<number> =>
    page.evaluate((quietMs) => {
      const roots: (Document | ShadowRoot)[] = [document];
      let coming = 0;
      for (const root of roots) {
        for (const element of root.querySelectorAll('*')) {
          if (element.shadowRoot) roots.push(element.shadowRoot);
          if (
            element instanceof HTMLImageElement &&
            element.checkVisibility() &&
            element.loading !== 'lazy' &&
            element.src !== '' &&
            !element.complete
          )
            coming++;
        }
      }
      const loaded = performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).responseEnd);
      const moving = document.getAnimations().filter(({ playState }) => playState === 'running').length;
      return coming + moving + (performance.now() - Math.max(0, ...loaded) < quietMs ? 1 : 0);
    }, QUIET_MS);
  await until('the page is still', busy, (count) => count === 0);
}
