import type { BrowserContextOptions, Page } from 'playwright-core';
import { DashboardScreen, told } from './dashboard.screen.js';
import { pictureFile } from './files.js';
import { everyKindOfVideo, onPlan, onTrial } from './situations.js';
import { Stage } from './stage.js';
import { until } from './until.js';
import { sidewaysPx } from './watch.js';

const NARROW = { width: 360, height: 740 };
/** More than any way through the pop-up needs. */
const TABS = 40;

describe('for everyone: keyboard, narrow, dark, right to left, German, without motion, with a screen reader', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
    await onPlan(stage.client, 'ada', 'gallery-premium');
    await everyKindOfVideo(stage.client, 'ada');
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('the keyboard alone opens the pop-up, chooses, creates, and gets its place back', async () => {
    await onPlan(stage.client, 'keys');
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId: 'keys' }));
    const { page } = dashboard;
    await dashboard.create.waitFor();
    await tabTo(page, /^create video/i);
    await page.keyboard.press('Enter');
    await dashboard.popup.waitFor();
    // A file chooser is the system's own; the keyboard opens it, the test answers it.
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      tabTo(page, /drop your artwork/i).then(() => page.keyboard.press('Enter')),
    ]);
    await chooser.setFiles(await pictureFile());
    await tabTo(page, /^\s*(living|gallery|evening|child|studio)/i);
    await page.keyboard.press('ArrowRight');
    await tabTo(page, /title/i);
    await page.keyboard.type('By keyboard');
    await dashboard.ready();
    await tabTo(page, /uses 1 of 4/i);
    await page.keyboard.press('Enter');
    await dashboard.card('By keyboard').waitFor();
    await dashboard.counts(/3 of 4 videos left/);

    await tabTo(page, /^create video/i);
    await page.keyboard.press('Enter');
    await dashboard.popup.waitFor();
    for (let n = 0; n < TABS; n++) {
      await page.keyboard.press('Tab');
      expect(await focused(page)).not.toMatch(/Sign out|Credit history/);
    }
    await page.keyboard.press('Escape');
    await dashboard.popup.waitFor({ state: 'hidden' });
    expect(await focused(page)).toMatch(/^create video/i);
  });

  const ways: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
    ['on a wide screen', {}],
    ['360 pixels wide', { viewport: NARROW, hasTouch: true }],
    ['dark', { colorScheme: 'dark' }],
    ['with forced colours', { forcedColors: 'active' }],
  ];
  it.each(ways)('%s nothing scrolls sideways and no barrier is found: dashboard, history and pop-up', async (_name, options) => {
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId: 'ada' }, options));
    await dashboard.card('Waiting its turn').waitFor();
    await free(dashboard, options);
    await dashboard.page.getByRole('button', { name: 'Credit history' }).click();
    await dashboard.page.locator('credit-history').getByText('Ready to play').first().waitFor();
    await free(dashboard, options);
    await dashboard.page.keyboard.press('Escape');
    await dashboard.openPopup();
    await free(dashboard, options);
    await dashboard.choosePicture();
    await dashboard.ready();
    await free(dashboard, options);
  });

  it.each([['a trial', onTrial] as const, ['nothing', async () => undefined] as const])(
    'with %s no barrier is found, also in the pop-up',
    async (what, begin) => {
      const accountId = what.replaceAll(' ', '-');
      await begin(stage.client, accountId);
      const dashboard = await DashboardScreen.open(await stage.visit({ accountId }, { viewport: NARROW }));
      await dashboard.counts(/video/);
      await free(dashboard, {});
      await dashboard.openPopup();
      await free(dashboard, {});
    },
  );

  it('right to left: the page is mirrored, and nothing scrolls sideways', async () => {
    for (const viewport of [NARROW, { width: 1280, height: 800 }]) {
      const visitor = await stage.visit({ accountId: 'ada' }, { viewport });
      await visitor.page.addInitScript(() => {
        document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'));
      });
      const dashboard = await DashboardScreen.open(visitor);
      await dashboard.card('Waiting its turn').waitFor();
      const mark = await dashboard.page.getByRole('link', { name: 'Video credits' }).boundingBox();
      expect(mark?.x).toBeGreaterThan(viewport.width / 2);
      await free(dashboard, {});
      await dashboard.openPopup();
      await free(dashboard, {});
    }
  });

  it('in German everything is German, with its own dates and plurals', async () => {
    const visitor = await stage.visit({ accountId: 'ada' }, { locale: 'de-AT' });
    const dashboard = await DashboardScreen.open(visitor);
    await until(
      'the counter in German',
      () => told(dashboard.counter),
      (text) => /Noch 13 von 16 Videos/.test(text),
    );
    await dashboard.page.getByRole('heading', { name: 'Zuletzt erstellt' }).waitFor();
    await dashboard.create.click();
    await dashboard.popup.waitFor();
    const text = await told(dashboard.page.locator('body'));
    expect(text).not.toMatch(/\b(videos? left|Create|Download|renews|your|with)\b/);
    expect(await visitor.barriers()).toEqual([]);
  });

  it('with reduced motion nothing moves', async () => {
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId: 'ada' }, { reducedMotion: 'reduce' }));
    await dashboard.card('Waiting its turn').waitFor();
    await dashboard.openPopup();
    await stage.client.grant('ada', 1);
    const moving = await dashboard.page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
    expect(moving).toBe(0);
  });
});

/** No barrier by axe, and nothing wider than the window. */
async function free(dashboard: DashboardScreen, options: BrowserContextOptions): Promise<void> {
  // What still fades in has not the contrast that it will have.
  await dashboard.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))));
  expect(await sidewaysPx(dashboard.page)).toBe(0);
  // Forced colours are the reader's own: contrast is theirs, too.
  if (options.forcedColors === undefined) expect(await dashboard.visitor.barriers()).toEqual([]);
}

/** Presses Tab until what has the focus says so. */
async function tabTo(page: Page, words: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let n = 0; n < TABS; n++) {
    await page.keyboard.press('Tab');
    const name = await focused(page);
    if (words.test(name)) return;
    passed.push(name);
  }
  throw new Error(`Tab never came to ${words}; it came to ${passed.join(' | ')}`);
}

/** The words of whatever has the focus, in whichever shadow tree. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    // The body has it while the browser's own bar has.
    if (element === document.body) return '';
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent) : [];
    const by = element?.getAttribute('aria-labelledby');
    const labelled = by && element ? (element.getRootNode() as Document | ShadowRoot).getElementById(by)?.textContent : '';
    return [element?.getAttribute('aria-label'), labelled, ...labels, element?.textContent].join(' ').replace(/\s+/g, ' ').trim();
  });
}
